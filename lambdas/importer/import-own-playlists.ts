import { OWN } from '../../adapters/dataset/playlists-name.ts';
import { NoDataError } from '../../core/errors.ts';
import type { ImportResult } from '../../core/events.ts';
import type { Ledger } from '../../core/ledger.ts';
import type { Progress } from '../../core/ports.ts';
import type { ReplaceDeps } from '../../core/run/replace.ts';
import { withRun } from '../../core/run/with-run.ts';
import { type ItemFailure, SourceHealth } from '../../core/source-health.ts';
import type { Row } from '../../core/tables.ts';
import { NO_DAY } from './day.ts';

/** A song of a playlist as Spotify tells it. */
export type OwnSong = Pick<Row<'playlists'>, 'track_id' | 'name' | 'artist_id' | 'artist_name'>;

/** The user's own playlists. */
export interface OwnPlaylists {
  /** Those that are the user's own, each once. */
  ownPlaylists(): AsyncIterable<{ id: string }>;
  /**
   * What stands in a playlist, in order and whole: null for what is no song of Spotify's (a local file, an episode, a
   * song that is gone). Null in the place of all where there is no such playlist any more.
   */
  playlistSongs(id: string): Promise<(OwnSong | null)[] | null>;
}

/** What importing the user's own playlists needs. */
export interface ImportOwnPlaylistsDeps extends ReplaceDeps {
  source: OwnPlaylists;
  /** Ids of the playlists that Soundalike itself has pushed: what it recommended must not teach it what fits. */
  pushed: readonly string[];
  /** Of the requests that `source` makes. */
  ledger: Pick<Ledger, 'unread'>;
  progress: Progress;
}

/**
 * Makes the user's own playlists those of the lake's dataset `own`, whole; until all are read, what was there stays. A
 * playlist for which Spotify fails while it works for others, or whose entry in the list cannot be read, stays as the last import has it. A user has 11,000 playlists
 * at most and their rows are held in memory, so that this needs no DuckDB. It owns no day.
 *
 * Throws `NoDataError` where no playlist has a song, `OutageError` where Spotify is down, and `LeaseHeldError` where an
 * import is under way.
 */
export async function importOwnPlaylists(deps: ImportOwnPlaylistsDeps): Promise<ImportResult> {
  const date = new Date(deps.clock.now()).toISOString().slice(0, 10);
  const alone = ['import'] as const;
  return await withRun(
    deps,
    { kind: 'import', dt: NO_DAY, alone, resumes: () => false, progress: '{}' },
    async (run) => {
      const { rows, playlists, notSongs, warnings } = await readOwn(deps);
      if (rows.length === 0) {
        throw new NoDataError(
          'expected at least one playlist of your own with a song, got none',
          'add songs to a playlist of yours in Spotify; what was imported before stays',
        );
      }
      const counted = { playlists, entries: rows.length };
      const result: ImportResult = {
        ...{ date, run: run.id },
        ...{ files: [], artists: 0, tracks: 0, features: 0, rejected: [], rejectedCount: 0 },
        ...{ ...counted, notSongs, datasets: [{ name: OWN, ...counted }], models: [] },
        ...(warnings.length > 0 ? { warnings } : {}),
      };
      const staged = await deps.lake.stageTable(run.staging, 'playlists', OWN, rows);
      return { result, replaces: { objects: [staged] } };
    },
  );
}

async function readOwn({ lake, source, pushed, ledger, progress }: ImportOwnPlaylistsDeps) {
  const rows: Row<'playlists'>[] = [];
  const failed = new Map<string, ItemFailure>();
  const health = new SourceHealth('Spotify');
  let [playlists, notSongs] = [0, 0];
  // A playlist may come on two pages where another is made meanwhile.
  const ids = new Set<string>();
  for await (const { id } of source.ownPlaylists()) if (!pushed.includes(id)) ids.add(id);
  const isListWhole = ledger.unread === 0;
  for (const [i, id] of [...ids].entries()) {
    progress('playlists', i, ids.size);
    const { failure, value } = await health.ask(() => source.playlistSongs(id));
    if (failure) failed.set(id, failure);
    const items = value ?? [];
    const songs = items.filter((song) => song !== null);
    notSongs += items.length - songs.length;
    if (songs.length > 0) playlists += 1;
    for (const [position, { track_id, name, artist_id, artist_name }] of songs.entries()) {
      rows.push({ playlist_id: id, position, track_id, name, artist_id, artist_name });
    }
  }
  health.settle();
  const before = (await lake.read('playlists', OWN)) ?? [];
  const kept = before.filter(({ playlist_id: id }) => failed.has(id) || (!isListWhole && !ids.has(id)));
  const warnings = [...failed].map(
    ([id, { message }]) =>
      `Spotify fails for the playlist ${id} alone, which stays as it was last imported: ${message}; the next import asks for it again`,
  );
  if (ledger.unread > 0) {
    warnings.push(
      `${ledger.unread} of the items in Spotify's answers could not be read: their songs are left out, and playlists that are not listed any more stay as they were last imported`,
    );
  }
  progress('playlists', ids.size, ids.size);
  return {
    rows: [...rows, ...kept],
    playlists: playlists + new Set(kept.map((row) => row.playlist_id)).size,
    notSongs,
    warnings,
  };
}
