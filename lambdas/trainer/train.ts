import { BudgetSpentError, NoDataError, TooLongError } from '../../core/errors.ts';
import { parseInput, TrainRequest, type TrainResult } from '../../core/events.ts';
import type { Checkpoints, LakeDays, Run } from '../../core/ports.ts';
import { isHalfReplaced } from '../../core/run/half-replaced.ts';
import type { HeldRun } from '../../core/run/held-run.ts';
import { type ReplaceDeps, repair } from '../../core/run/replace.ts';
import { type Ending, withRun } from '../../core/run/with-run.ts';
import { fingerprint } from '../../core/vectors/playlists.ts';
import { modelName, type Word2VecSettings } from '../../core/vectors/settings.ts';
import { type MeasureWork, measureQuality } from './measure.ts';
import { type LakePlaylists, namesIn, noPlaylists, readPlaylists } from './playlists.ts';
import { askedOf, asProgress, newProgress, type TrainProgress } from './progress.ts';
import { vectorRows } from './rows.ts';
import { baseSettings } from './settings.ts';
import { type Kept, type TrainingWork, threadsOf, trainVectors } from './train-vectors.ts';
import { tune } from './tune.ts';

/** What training needs. */
export interface TrainDeps
  extends ReplaceDeps,
    Omit<TrainingWork, 'threads'>,
    Pick<MeasureWork, 'warehouse'> {
  lake: ReplaceDeps['lake'] & LakeDays & Checkpoints;
}

/**
 * Trains vectors of tracks on the lake's playlists, measures their settings on playlists that are held out, and writes
 * those of all playlists to the lake as a model that is named by its settings; one of the same name is replaced. On one
 * thread the same playlists and settings give the same bytes, however often the work was broken off.
 *
 * Where the next step would end after the deadline the result has `done: false`; called with its `run`, or on the same
 * day with the same request, it goes on after the last epoch that was kept. So it does after a process that died.
 *
 * Throws `NoDataError` where there are no playlists or none with two tracks that are frequent enough, `LeaseHeldError`
 * where another training is under way, and `TooLongError` where an epoch takes longer than a call may last.
 */
export async function train(deps: TrainDeps, input: TrainRequest): Promise<TrainResult> {
  const { run: id, adopt: _, ...asked } = parseInput(TrainRequest, input, 'train');
  const began = deps.clock.now();
  await repair(deps, ['training']);
  const earlier = id === undefined ? undefined : await existing(deps, id);
  if (earlier?.status === 'done') return JSON.parse(earlier.summary as string) as TrainResult;
  // That there is nothing to train on is no run that failed.
  if (!earlier && (await deps.lake.days('playlists')).length === 0) throw noPlaylists();
  const wanted = {
    kind: 'training',
    dt: earlier?.dt ?? new Date(began).toISOString().slice(0, 10),
    alone: ['training'],
    progress: JSON.stringify(newProgress(asked)),
    resumes: (other: Run) =>
      !isHalfReplaced(other) &&
      (earlier ? other.id === earlier.id : JSON.stringify(askedOf(other.progress)) === JSON.stringify(asked)),
  } as const;
  const result = await withRun(deps, wanted, (run) => new Work(deps, run, began).resume());
  // The model is there: what is left over goes when the next training begins.
  if (result.done) await deps.lake.clearCheckpoints(result.run).catch(() => {});
  return result;
}

/** A call's work on a run. */
class Work {
  readonly #deps: TrainDeps;
  readonly #run: HeldRun;
  readonly #state: TrainProgress;
  /** When this call would have begun if it had done the work of all. */
  readonly #began: number;
  /** Whether this call has kept anything that the next can go on from. */
  #advanced = false;

  constructor(deps: TrainDeps, run: HeldRun, began: number) {
    this.#deps = deps;
    this.#run = run;
    this.#state = asProgress(run.progress);
    this.#began = began - this.#state.seconds * 1000;
  }

  /** Trains as far as the time of the call allows. */
  async resume(): Promise<Ending<TrainResult>> {
    const scores = this.#state.measured.scores.length;
    let playlists: LakePlaylists | undefined;
    try {
      playlists = await readPlaylists(this.#deps.lake);
      return await this.#train(playlists, await this.#begin(playlists));
    } catch (error) {
      const { settings, measured } = this.#state;
      this.#advanced ||= measured.scores.length > scores;
      this.#run.note(this.#note());
      if (error instanceof BudgetSpentError && this.#advanced && playlists && settings) {
        const waits = this.#result(playlists, settings, { stopped: error.message });
        return { waits, progress: this.#note(), resumeAfter: null };
      }
      throw error instanceof BudgetSpentError ? tooLong(playlists, error) : error;
    }
  }

  /** Sees whether what was kept is of these playlists, and settles what to train with. */
  async #begin(playlists: LakePlaylists): Promise<Word2VecSettings> {
    const { say, runs } = this.#deps;
    const state = this.#state;
    const print = fingerprint(playlists);
    if (state.playlists !== print) {
      await this.#clearCheckpoints();
      if (state.playlists !== null) say('The playlists have changed: the training begins anew.');
      delete state.quality;
      Object.assign(state, newProgress(state.asked), { playlists: print });
    }
    if (state.settings) return state.settings;
    const { tune: seconds, threads: _, ...given } = state.asked;
    const { base, tunedBy } = await baseSettings(runs, given);
    if (tunedBy) say(`Settings that are not given are those that run ${tunedBy} has found.`);
    const search = seconds === undefined ? undefined : { base, given, seconds };
    const found = search ? await tune(this.#deps, playlists, search) : { settings: base, tuned: null };
    Object.assign(state, { ...found, tunedBy });
    await this.#advance(search !== undefined);
    return found.settings;
  }

  /** Removes what was kept of other playlists, and of trainings that cannot be resumed. */
  async #clearCheckpoints(): Promise<void> {
    const { lake, runs } = this.#deps;
    for (const id of await lake.checkpoints()) {
      const status = id === this.#run.id ? 'done' : (await runs.byId(id))?.status;
      if (status === undefined || status === 'done' || status === 'failed') await lake.clearCheckpoints(id);
    }
  }

  async #train(playlists: LakePlaylists, settings: Word2VecSettings): Promise<Ending<TrainResult>> {
    const { lake, say } = this.#deps;
    const state = this.#state;
    const work = this.#work;
    const kept: Kept = {
      say,
      last: () => lake.checkpoint(this.#run.id),
      keep: async (bytes) => {
        await lake.putCheckpoint(this.#run.staging, bytes);
        await this.#advance();
      },
    };
    if (state.quality === undefined) {
      const measuring = { ...work, note: () => this.#advance() };
      state.quality = await measureQuality(measuring, playlists, settings, state.measured, kept);
      await this.#advance();
    }
    const vectors = await trainVectors(work, playlists, settings, 'training', kept);
    if (!vectors) throw nothingToLearn(playlists, settings);
    const model = this.#model(settings);
    const rows = vectorRows(vectors, namesIn(playlists));
    const staged = await lake.stageTable(this.#run.staging, 'track_vectors', model, rows);
    const result = this.#result(playlists, settings, { done: true, vocabulary: vectors.ids.length });
    return { result, replaces: { objects: [staged] } };
  }

  #result(playlists: LakePlaylists, settings: Word2VecSettings, end: Partial<TrainResult>): TrainResult {
    const { tunedBy, tuned, quality = null } = this.#state;
    return {
      ...{ done: false, model: this.#model(settings), run: this.#run.id, settings, tunedBy, tuned },
      ...{ playlists: playlists.starts.length, tracks: playlists.ids.length, vocabulary: 0 },
      ...{ seconds: this.#seconds, quality, stopped: null },
      ...end,
    };
  }

  #model(settings: Word2VecSettings): string {
    return modelName(settings, threadsOf(this.#work, settings));
  }

  get #work(): TrainDeps & TrainingWork {
    return { ...this.#deps, threads: this.#state.asked.threads };
  }

  async #advance(isAdvance = true): Promise<void> {
    await this.#run.advance(this.#note());
    this.#advanced ||= isAdvance;
  }

  #note(): string {
    return JSON.stringify({ ...this.#state, seconds: this.#seconds } satisfies TrainProgress);
  }

  get #seconds(): number {
    return (this.#deps.clock.now() - this.#began) / 1000;
  }
}

async function existing({ runs }: TrainDeps, id: string): Promise<Run> {
  const run = await runs.byId(id);
  if (run?.kind === 'training') return run;
  throw new NoDataError(
    `train, field run: expected the id of a training, got ${id}`,
    'leave it out to begin one',
  );
}

const nothingToLearn = ({ starts }: LakePlaylists, { minCount }: Word2VecSettings) =>
  new NoDataError(
    `expected a playlist with two tracks that stand ${minCount} times or more in the playlists, got none among ${starts.length} playlists`,
    'import more playlists, or train with a smaller --min-count',
  );

const tooLong = (playlists: LakePlaylists | undefined, cause: Error) =>
  new TooLongError(
    `expected to read the playlists and to train on them once in the time of one call, got ${playlists ? `${playlists.tokens.length} places, which take longer` : 'no end of reading'}`,
    'train on a machine of your own and upload what comes of it: soundalike train --stack <name>',
    { cause },
  );
