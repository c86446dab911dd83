import { basename } from 'node:path';
import type { HistoryPlays } from '../../adapters/dataset/history-plays.ts';
import { DatasetError } from '../../core/errors.ts';
import { type HistoryImportResult, NAMED } from '../../core/events.ts';
import { learn, record } from '../../core/listening/record.ts';
import type { Progress } from '../../core/ports.ts';
import { toBounds } from './listen.ts';
import { type ExportFile, toldBy } from './told-by.ts';
import { type HistoryDeps, withHistory, writeDays } from './with-history.ts';

/** What recording a history needs. */
export interface RecordHistoryDeps extends HistoryDeps {
  progress: Progress;
}

/** A file of a privacy export. */
export interface HistoryDocument {
  path: string;
  /** What it tells. Throws `DatasetError`, which says why it cannot be read. */
  read(): Promise<HistoryPlays>;
}

/** A file with a larger share of records that cannot be read does not account for its time. */
const MOST_REJECTED = 0.05;

/**
 * Takes the plays of privacy exports into the history and the lake, a file at a time; exports may overlap, be imported
 * again and in any order. A file that cannot be read is named in the result and does not stop the others.
 *
 * Throws `DatasetError` where nothing in them can be read, and `LeaseHeldError` where the history is being changed by another run.
 */
export async function recordHistory(
  deps: RecordHistoryDeps,
  files: readonly HistoryDocument[],
): Promise<HistoryImportResult> {
  return await withHistory(deps, async (run) => {
    const now = deps.clock.now();
    const result: HistoryImportResult = {
      ...{ date: run.dt, run: run.id, files: [], plays: 0, added: 0, matched: 0, known: 0 },
      ...{ dropped: { short: 0, notMusic: 0 }, artists: 0, tracks: 0, features: 0 },
      ...{ rejected: [], rejectedCount: 0, gaps: [] },
    };
    const reject = (file: string, line: number, reason: string) => {
      if (result.rejectedCount++ < NAMED) result.rejected.push({ file, line, reason });
    };
    const [ids, artists, tracks] = [new Map<string, string>(), new Set<string>(), new Set<string>()];
    learn(ids, await deps.history.tracks());
    const read: ExportFile[] = [];
    for (const [i, file] of files.entries()) {
      deps.progress('files', i, files.length);
      const found = await file.read().catch((error: unknown) => {
        if (!(error instanceof DatasetError)) throw error;
        reject(basename(file.path), 0, error.message);
      });
      const told = found?.span && { ...found.span, slackMs: found.slackMs };
      read.push({ path: file.path, told: told ?? null, isWhole: found !== undefined && isWhole(found) });
      if (!found) continue;
      result.files.push({ path: file.path, layout: found.layout, rows: found.rows });
      for (const { line, reason } of found.rejected) reject(basename(file.path), line, reason);
      result.plays += found.plays.length;
      result.dropped.short += found.dropped.short;
      result.dropped.notMusic += found.dropped.notMusic;
      for (const { track_id, song } of found.plays) {
        tracks.add(track_id);
        artists.add(song?.split('\n')[0] ?? '');
      }
      const { added, matched, known } = await run.write(({ history }) =>
        record(history, found.plays, { ids, now }),
      );
      result.added += added;
      result.matched += matched;
      result.known += known;
    }
    deps.progress('files', files.length, files.length);
    if (read.every(({ isWhole, told }) => !isWhole && told === null)) throw nothingRead(files, result);
    await run.write(({ history }) => record(history, [], { told: toldBy(read), ids, now }));
    await writeDays(deps, run);
    const { gaps } = await deps.history.account();
    return { ...result, artists: artists.size, tracks: tracks.size, gaps: gaps.map(toBounds) };
  });
}

const isWhole = ({ rows, rejected }: HistoryPlays): boolean =>
  rejected.length <= MOST_REJECTED * (rows + rejected.length);

function nothingRead(files: readonly HistoryDocument[], { rejected }: HistoryImportResult): DatasetError {
  const reasons = rejected.slice(0, 3).map(({ file, reason }) => `${file}: ${reason}`);
  return new DatasetError(
    `expected ${files.length} files of a privacy export, got nothing that can be read: ${reasons.join('; ')}`,
    'unpack the archive again, or ask Spotify for the export once more',
  );
}
