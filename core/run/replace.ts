import { DayTakenError, type SoundalikeError, StagingGoneError } from '../errors.ts';
import type {
  ArtistCatalog,
  Lake,
  LakeBatches,
  Publication,
  Published,
  RelatedArtists,
  RunKind,
  Runs,
  StagedObject,
} from '../ports.ts';
import type { Row } from '../tables.ts';
import type { HalfReplaced } from './half-replaced.ts';
import { type HeldRun, isInLake } from './held-run.ts';
import { type LeaseDeps, takeReplacing } from './lease.ts';
import { type CopyDeps, copyRuns } from './runs-in-lake.ts';

/** Kinds of runs that make a day of the lake's tables; one of them goes at a time. */
export const DAY_KINDS = ['collection', 'import'] as const;

/** What does not go while a day is made, and while one is compared. */
export const EXCLUDED = {
  day: [...DAY_KINDS, 'expiry'],
  similarity: ['similarity', 'expiry'],
} as const satisfies Record<string, readonly RunKind[]>;

/** Every kind of run that may die while it replaces objects. */
const REPLACING_KINDS = [...DAY_KINDS, 'similarity', 'training'] as const;

/** Kinds of runs that stage days and copies of runs, and remove what killed ones have left of them. */
const MAKES_DAYS = [...DAY_KINDS, 'similarity'] as const;

/** What a run replaces, in this order. */
export interface Replaced {
  /** Objects of the lake that the database does not speak of before they are there. */
  objects: StagedObject[];
  /** What the database is to serve, whose rows are in `objects` too. */
  published?: Published;
  /** Its rows, to be staged in the database; absent where they are staged already, under the epoch `staged`. */
  publication?: Publication;
  staged?: number;
  /** Objects that say what was published. */
  reports?: StagedObject[];
}

/** What a run notes before it replaces anything: enough for another process to bring it to its end. */
interface Replacement {
  objects: StagedObject[];
  reports: StagedObject[];
  published: Published | null;
  /** The epoch under which the database has the publication staged. */
  staged: number;
  /** JSON text of the run's result. */
  summary: string;
}

/** What replacing needs. */
export interface ReplaceDeps extends LeaseDeps, CopyDeps {
  lake: Lake & LakeBatches;
  artists: ArtistCatalog;
  relatedArtists: RelatedArtists;
  say: (line: string) => void;
}

/** A day belongs to a collection or to an import; throws `DayTakenError` where it belongs to one of this kind. */
export async function refuseDayOf(
  kind: (typeof DAY_KINDS)[number],
  { runs }: { runs: Pick<Runs, 'ofDay'> },
  dt: string,
): Promise<void> {
  const owner = (await runs.ofDay(dt)).find((run) => run.kind === kind && run.status !== 'failed');
  if (!owner) return;
  throw new DayTakenError(
    `expected ${dt} to be free, but it belongs to run ${owner.id} (${owner.status})`,
    'choose another day with --date',
  );
}

/**
 * Puts what a run has staged in place and ends the run. From the first object to the last the day is not to be used;
 * whatever stops the process there leaves what `repair` needs.
 */
export async function replace(
  deps: ReplaceDeps,
  run: HeldRun,
  { objects, published, publication, staged = run.epoch, reports = [] }: Replaced,
  summary: string,
): Promise<void> {
  if (publication) await deps.relatedArtists.stage(publication, run.epoch);
  const replacement: Replacement = { objects, reports, published: published ?? null, staged, summary };
  await run.replacing(JSON.stringify({ replacement }));
  await finish(deps, run, replacement, publication);
}

/**
 * Brings the runs that died while they replaced something to their end, and the lake's copies of runs up to date. Every
 * command that writes calls it first. One whose staged objects are gone is marked failed: its day is not ready then, until
 * it is made again.
 *
 * Throws what stands in the way of a run of the kinds `needed`; about others it only says so.
 */
export async function repair(deps: ReplaceDeps, needed: readonly RunKind[]): Promise<void> {
  const groups = [
    REPLACING_KINDS.filter((kind) => needed.includes(kind)),
    REPLACING_KINDS.filter((kind) => !needed.includes(kind)),
  ];
  for (const [i, kinds] of groups.entries()) {
    try {
      for (let run = await takeReplacing(deps, kinds); run; run = await takeReplacing(deps, kinds)) {
        await rollForward(deps, run);
      }
    } catch (error) {
      if (i === 0) throw error;
      const { message, hint } = error as SoundalikeError;
      deps.say(`A run that was stopped could not be brought to its end: ${message}; ${hint}.`);
    }
  }
  for (const dt of await deps.runDays.outdated()) await copyRuns(deps, dt);
}

async function rollForward(deps: ReplaceDeps, run: HeldRun): Promise<void> {
  const { replacement } = JSON.parse(run.progress) as { replacement: Replacement };
  try {
    await finish(deps, run, replacement);
    await tidy(deps, run);
  } catch (error) {
    if (!(error instanceof StagingGoneError)) {
      await run.abandon().catch(() => {});
      throw error;
    }
    if (run.kind === 'similarity') await deps.relatedArtists.unstage(run.epoch);
    const wasHeld = await run.fail({
      progress: '{}',
      summary: JSON.stringify({ halfReplaced: true } satisfies HalfReplaced),
    });
    if (!wasHeld) throw error;
    deps.say(
      `Run ${run.id} was stopped while it replaced ${run.dt}, and what it had staged is gone: ${remedyFor(run)}.`,
    );
    await deps.lake.clear(run.id);
    if (isInLake(run)) await copyRuns(deps, run.dt);
  } finally {
    run.release();
  }
}

const remedyFor = ({ kind, dt }: HeldRun): string => {
  if (kind === 'similarity') return `compare it again (soundalike similarity --date ${dt})`;
  if (kind === 'training') return 'train again (soundalike train)';
  return `collect or import it again (with --date ${dt}) before it is compared`;
};

async function finish(
  deps: ReplaceDeps,
  run: HeldRun,
  { objects, reports, published, staged, summary }: Replacement,
  publication?: Publication,
): Promise<void> {
  const { lake, relatedArtists, clock } = deps;
  if (isInLake(run)) await copyRuns(deps, run.dt);
  for (const object of objects) await run.place(object);
  if (published) {
    const rows = publication ?? (await publicationIn(lake, published));
    await relatedArtists.publish(rows, staged, run);
  }
  if (run.kind === 'import' && isInLake(run)) {
    const imported = (await lake.read('artists', run.dt)) ?? [];
    const now = new Date(clock.now()).toISOString();
    await run.write(({ artists }) => artists.know(imported, 'dataset', now));
  }
  for (const object of reports) await run.place(object);
  await run.done(summary);
}

/** Brings the lake's copy of a run that is done up to date, and removes what it kept: it is done, whatever becomes of this. */
export async function tidy(deps: ReplaceDeps, run: HeldRun): Promise<void> {
  try {
    if (isInLake(run)) await copyRuns(deps, run.dt);
    await deps.lake.clear(run.id);
    if (MAKES_DAYS.some((kind) => kind === run.kind)) await clearLeftovers(deps);
  } catch (error) {
    deps.say(`Run ${run.id} is done, but not tidied up: ${(error as Error).message}. The next one does it.`);
  }
}

/** Removes what runs keep that can neither be resumed nor brought to their end. */
async function clearLeftovers({ lake, runs }: ReplaceDeps): Promise<void> {
  for (const id of await lake.staging()) {
    const run = await runs.byId(id);
    const isLast =
      run && (await runs.ofDay(run.dt)).filter(({ kind }) => kind === run.kind).at(-1)?.id === id;
    if (!run || run.status === 'done' || (run.status === 'failed' && !isLast)) await lake.clear(id);
  }
}

/** A publication as the lake has it, for a process that did not make it. */
async function publicationIn(lake: Lake & LakeBatches, published: Published): Promise<Publication> {
  const { dt } = published;
  const features = (await lake.read('artist_features', dt)) ?? [];
  return {
    ...published,
    artistFeatures: () => features,
    relatedArtists: () => relatedIn(lake, dt),
  };
}

const RELATED = ['artist_id', 'y_artist', 'distance', 'rank', 'confidence', 'reasons'] as const;

async function* relatedIn(lake: LakeBatches, dt: string): AsyncGenerator<Row<'related_artists'>[]> {
  for await (const batch of lake.batches('related_artists', dt, RELATED)) {
    yield batch.artist_id.map((artist_id, i) => ({
      artist_id,
      y_artist: batch.y_artist[i] as string,
      distance: batch.distance[i] as number,
      rank: batch.rank[i] as number,
      confidence: batch.confidence[i] as number | null,
      reasons: batch.reasons[i] as string | null,
    }));
  }
}
