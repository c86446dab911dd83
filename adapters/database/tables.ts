import type { Database, RelatedArtists } from '../../core/ports.ts';
import schemaVersionSql from '../../sql/database/schema_version.sql' with { type: 'text' };
import { ApiStateTable } from './api-state.ts';
import { ArtistTable } from './artists.ts';
import type { Engine } from './engine.ts';
import { HistoryTables } from './history.ts';
import { PlaylistPushTable } from './playlist-pushes.ts';
import { nearest, published } from './related-artists.ts';
import { RunTable } from './runs.ts';

/** The database on an engine, of whose migrations `newest` is the last. Publishing is the engine's own way. */
export const databaseOn = (engine: Engine, newest: number, publish: RelatedArtists['publish']): Database => ({
  artists: new ArtistTable(engine),
  runs: new RunTable(engine),
  apiState: new ApiStateTable(engine),
  relatedArtists: {
    publish,
    published: () => published(engine),
    nearest: (artistId, limit) => nearest(engine, artistId, limit),
  },
  history: new HistoryTables(engine),
  playlistPushes: new PlaylistPushTable(engine),
  version: async () => ({ version: await versionOf(engine), newest }),
  close: () => engine.close(),
});

/** The newest migration that a database has had; 0 where it had none. */
export async function versionOf(engine: Engine): Promise<number> {
  const [row] = await engine.all(schemaVersionSql);
  return Number(row?.version ?? 0);
}
