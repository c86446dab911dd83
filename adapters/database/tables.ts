import type { Database, RelatedArtists, Tables } from '../../core/ports.ts';
import schemaVersionSql from '../../sql/database/schema_version.sql' with { type: 'text' };
import { ApiStateTable } from './api-state.ts';
import { ArtistTable } from './artists.ts';
import type { Engine } from './engine.ts';
import { HistoryTables } from './history.ts';
import { PlaylistPushTable } from './playlist-pushes.ts';
import { artistsAfter, nearest, published, totals } from './related-artists.ts';
import { RunDayTable } from './run-days.ts';
import { RunTable } from './runs.ts';

/** How an engine replaces the published run. */
export type Publishing = Pick<RelatedArtists, 'stage' | 'unstage' | 'publish'>;

/** The database on an engine, of whose migrations `newest` is the last. */
export const databaseOn = (engine: Engine, newest: number, publishing: Publishing): Database => ({
  ...tablesOn(engine),
  transaction: (work) => engine.transaction((alone) => work(tablesOn(alone))),
  apiState: new ApiStateTable(engine),
  relatedArtists: {
    ...publishing,
    published: () => published(engine),
    nearest: (artistId, limit) => nearest(engine, artistId, limit),
    totals: () => totals(engine),
    artistsAfter: (artistId, limit) => artistsAfter(engine, artistId, limit),
  },
  version: async () => ({ version: await versionOf(engine), newest }),
  close: () => engine.close(),
});

const tablesOn = (engine: Engine): Tables => ({
  artists: new ArtistTable(engine),
  runs: new RunTable(engine),
  runDays: new RunDayTable(engine),
  history: new HistoryTables(engine),
  playlistPushes: new PlaylistPushTable(engine),
});

/** The newest migration that a database has had; 0 where it had none. */
export async function versionOf(engine: Engine): Promise<number> {
  const [row] = await engine.all(schemaVersionSql);
  return Number(row?.version ?? 0);
}
