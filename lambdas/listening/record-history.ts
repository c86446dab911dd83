import { basename } from 'node:path';
import type { HistoryPlays } from '../../adapters/dataset/history-plays.ts';
import { DatasetError } from '../../core/errors.ts';
import { type HistoryImportResult, NAMED } from '../../core/events.ts';
import type { Told } from '../../core/listening/account.ts';
import { learn, type Recorded, record } from '../../core/listening/record.ts';
import type { Play, Progress } from '../../core/ports.ts';
import type { HeldRun } from '../../core/run/held-run.ts';
import { toBounds } from './listen.ts';
import { type ExportFile, toldBy, union } from './told-by.ts';
import { type HistoryDeps, withHistory, writeDays } from './with-history.ts';

/** What recording a history needs. */
export interface RecordHistoryDeps extends HistoryDeps {
  progress: Progress;
}

/** A file of a privacy export. */
export interface HistoryDocument {
  path: string;
  /** What it has, in parts. Throws `DatasetError`, which says why it cannot be read. */
  read(): AsyncIterable<HistoryPlays>;
}

/** A file with a larger share of records that cannot be read does not account for its time. */
const MOST_REJECTED = 0.05;

/** What to do where the file is one of Spotify's and its records are not. */
const ODD_FIELDS = 'correct the fields that the reasons name to the form that Spotify gives them';

/**
 * Takes the plays of privacy exports into the history and the lake, a part of a file at a time; exports may overlap, be
 * imported again and in any order. A file that cannot be read is named in the result and does not stop the others.
 *
 * Throws `DatasetError` where nothing in them can be read, and `LeaseHeldError` where the history is being changed by another run.
 */
export async function recordHistory(
  deps: RecordHistoryDeps,
  files: readonly HistoryDocument[],
): Promise<HistoryImportResult> {
  return await withHistory(deps, async (run) => {
    const now = deps.clock.now();
    const ids = new Map<string, string>();
    learn(ids, await deps.history.tracks());
    const tally = new Tally(run);
    const read: ExportFile[] = [];
    for (const [i, file] of files.entries()) {
      deps.progress('files', i, files.length);
      read.push(
        await takeFile(file, tally, (plays) =>
          run.write(({ history }) => record(history, plays, { ids, now })),
        ),
      );
    }
    deps.progress('files', files.length, files.length);
    if (read.every(({ isWhole, told }) => !isWhole && told === null)) throw tally.nothingRead(files.length);
    await run.write(({ history }) => record(history, [], { told: toldBy(read), ids, now }));
    await writeDays(deps, run);
    const { gaps } = await deps.history.account();
    return { ...tally.result(), gaps: gaps.map(toBounds) };
  });
}

async function takeFile(
  file: HistoryDocument,
  tally: Tally,
  recordPlays: (plays: readonly Play[]) => Promise<Recorded>,
): Promise<ExportFile> {
  let told: Told | null = null;
  let [rows, rejected] = [0, 0];
  let layout: string | undefined;
  let isReadable = true;
  try {
    for await (const part of file.read()) {
      layout = part.layout;
      rows += part.rows;
      rejected += part.rejected.length;
      if (part.span) told = union(told, { ...part.span, slackMs: part.slackMs });
      tally.add(file, part, await recordPlays(part.plays));
    }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    tally.reject(file, 0, error.message, error.hint);
    isReadable = false;
  }
  if (isReadable && layout !== undefined) tally.addFile({ path: file.path, layout, rows });
  const isWhole = isReadable && rejected <= MOST_REJECTED * (rows + rejected);
  return { path: file.path, told: isReadable ? told : null, isWhole };
}

/** What an import comes to. */
class Tally {
  readonly #result: Omit<HistoryImportResult, 'gaps' | 'artists' | 'tracks'>;
  readonly #artists = new Set<string>();
  readonly #tracks = new Set<string>();
  /** What to do about the first record or file that could not be read. */
  #hint: string | undefined;

  constructor({ dt, id }: Pick<HeldRun, 'dt' | 'id'>) {
    this.#result = {
      date: dt,
      run: id,
      files: [],
      plays: 0,
      added: 0,
      matched: 0,
      known: 0,
      dropped: { short: 0, notMusic: 0, local: 0 },
      features: 0,
      rejected: [],
      rejectedCount: 0,
    };
  }

  add(file: HistoryDocument, part: HistoryPlays, recorded: Recorded): void {
    const result = this.#result;
    for (const { line, reason } of part.rejected) this.reject(file, line, reason, ODD_FIELDS);
    result.plays += part.plays.length;
    result.added += recorded.added;
    result.matched += recorded.matched;
    result.known += recorded.known;
    result.dropped.short += part.dropped.short;
    result.dropped.notMusic += part.dropped.notMusic;
    result.dropped.local += part.dropped.local;
    for (const { track_id, song } of part.plays) {
      this.#tracks.add(track_id);
      this.#artists.add(song?.split('\n')[0] ?? '');
    }
  }

  addFile(file: HistoryImportResult['files'][number]): void {
    this.#result.files.push(file);
  }

  reject({ path }: HistoryDocument, line: number, reason: string, hint: string): void {
    this.#hint ??= hint;
    if (this.#result.rejectedCount++ < NAMED) {
      this.#result.rejected.push({ file: basename(path), line, reason });
    }
  }

  result(): Omit<HistoryImportResult, 'gaps'> {
    return { ...this.#result, artists: this.#artists.size, tracks: this.#tracks.size };
  }

  nothingRead(files: number): DatasetError {
    const reasons = this.#result.rejected.slice(0, 3).map(({ file, reason }) => `${file}: ${reason}`);
    return new DatasetError(
      `expected ${files} files of a privacy export, got nothing that can be read: ${reasons.join('; ')}`,
      this.#hint ?? ODD_FIELDS,
    );
  }
}
