import { LeaseHeldError, PostponedError } from '../../core/errors.ts';
import type { HearResult } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import { isIdentified } from '../../core/listening/song.ts';
import type { FoundFeatures, Warehouse } from '../../core/ports.ts';
import type { ReplaceDeps } from '../../core/run/replace.ts';
import { type Row, TABLES } from '../../core/tables.ts';
import unmeasuredSql from '../../sql/athena/heard_tracks_unmeasured.sql' with { type: 'text' };
import { askFeatures } from '../collector/ask-features.ts';
import type { Connect, Sources } from '../collector/sources.ts';
import { withHistory } from './with-history.ts';

/** What learning needs. */
export interface LearnDeps extends ReplaceDeps {
  warehouse: Pick<Warehouse, 'query'>;
  connect: Connect;
}

type HeardFeatures = Row<'heard_features'>;

/** Tracks that one call asks for at most; the others wait for the next. */
const MOST = 1_000;
/** A track that no source knew is asked for again after so long. */
const FORGET_MS = 30 * 86_400_000;

/**
 * Fetches the audio features of heard tracks that the lake does not have, from the sources that a collection asks, into
 * today's `heard_features`. What was found is kept where a source fails or asks to wait; the rest is for the next time.
 */
export async function learnHeard(deps: LearnDeps): Promise<HearResult['learned']> {
  const { warehouse, connect, clock } = deps;
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const [today, tomorrow] = [day(clock.now()), day(clock.now() + 86_400_000)];
  const parameters = [tomorrow, tomorrow, tomorrow, day(clock.now() - FORGET_MS)];
  const unmeasured = async () =>
    (await warehouse.query(unmeasuredSql, parameters)).map(({ id }) => String(id));
  const wanted = (await unmeasured()).filter(isIdentified).slice(0, MOST);
  const ledger = new Ledger();
  if (wanted.length === 0) return { asked: 0, known: 0, requests: 0, stopped: null };
  const found = new Map<string, HeardFeatures>();
  const sources = connect(ledger, { canWait: true });
  let stopped: string | null = null;
  try {
    await askAll(sources, wanted, found);
    for (const id of wanted) if (!found.has(id)) found.set(id, unknownTrack(id));
  } catch (error) {
    if (!(error instanceof PostponedError)) throw error;
    stopped = error.message;
  } finally {
    await sources.close();
  }
  if (found.size > 0) {
    await keep(deps, today, found, unmeasured).catch((error: unknown) => {
      if (!(error instanceof LeaseHeldError)) throw error;
      // They are fetched again the next time.
      found.clear();
      stopped = error.message;
    });
  }
  const known = [...found.values()].filter(({ energy }) => energy !== null).length;
  return { asked: wanted.length, known, requests: ledger.requests, stopped };
}

/**
 * Adds what was found to a day's `heard_features`, as a run. What is no longer asked for is left out: `forget` may have
 * come to its end while the sources were asked.
 */
function keep(
  deps: LearnDeps,
  dt: string,
  found: Map<string, HeardFeatures>,
  unmeasured: () => Promise<string[]>,
): Promise<object> {
  return withHistory(deps, async (run) => {
    const wanted = new Set(await unmeasured());
    for (const id of found.keys()) if (!wanted.has(id)) found.delete(id);
    if (found.size === 0) return { features: 0 };
    const before = (await deps.lake.read('heard_features', dt)) ?? [];
    const rows = [...before.filter(({ id }) => !found.has(id)), ...found.values()];
    await run.place(await deps.lake.stageTable(run.staging, 'heard_features', dt, rows));
    return { features: found.size };
  });
}

/** Asks each source for what those before it did not know, or failed for. */
async function askAll(
  { features, gate }: Sources,
  wanted: readonly string[],
  found: Map<string, HeardFeatures>,
): Promise<void> {
  for (const source of features) {
    const left = wanted.filter((id) => !found.has(id));
    const onAnswer = async (_: readonly string[], rows: readonly FoundFeatures[]): Promise<void> => {
      for (const row of rows) if (row.energy !== null) found.set(row.id, { ...row, source: source.name });
    };
    await askFeatures({ gate, concurrency: 1, hasWorked: false, onAnswer }, source, left);
  }
}

/** Says that no source knew a track. */
const unknownTrack = (id: string): HeardFeatures => {
  const columns = Object.keys(TABLES.heard_features.columns);
  return { ...Object.fromEntries(columns.map((name) => [name, null])), id } as HeardFeatures;
};
