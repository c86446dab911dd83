import type { Database, Publication, Run } from '../../core/ports.ts';
import insertFeaturesSql from '../../sql/database/artist_features_insert.sql' with { type: 'text' };
import insertRelatedSql from '../../sql/database/related_artist_insert.sql' with { type: 'text' };
import initialSql from '../../sql/sqlite/0001_initial.sql' with { type: 'text' };
import listeningSql from '../../sql/sqlite/0002_listening.sql' with { type: 'text' };
import detailsSql from '../../sql/sqlite/0003_details.sql' with { type: 'text' };
import fencingSql from '../../sql/sqlite/0004_fencing.sql' with { type: 'text' };
import playEndsSql from '../../sql/sqlite/0005_play_ends.sql' with { type: 'text' };
import clearFeaturesSql from '../../sql/sqlite/artist_features_clear.sql' with { type: 'text' };
import clearPublishedSql from '../../sql/sqlite/published_clear.sql' with { type: 'text' };
import clearRelatedSql from '../../sql/sqlite/related_artists_clear.sql' with { type: 'text' };
import { insertRun, meansOf, parametersOf, published, requireHeld } from './related-artists.ts';
import { RunTable } from './runs.ts';
import { SqliteEngine, type SqliteSettings } from './sqlite-engine.ts';
import { databaseOn } from './tables.ts';

/** Every migration in order; a database is brought up from wherever it stands, and never down. */
const MIGRATIONS = [initialSql, listeningSql, detailsSql, fencingSql, playEndsSql];

/** Opens the SQLite file at `path`, makes it where there is none, and brings its tables up to date. */
export async function openSqlite(path: string, settings: SqliteSettings = {}): Promise<Database> {
  const engine = new SqliteEngine(path, settings);
  await engine.migrate(MIGRATIONS);
  return databaseOn(engine, MIGRATIONS.length, {
    stage: async () => {},
    unstage: async () => {},
    publish: (publication, _, holder) => publish(engine, publication, holder),
  });
}

/** One transaction: readers, which see the last commit in WAL mode, have the old run until it ends. */
function publish(
  sqlite: SqliteEngine,
  publication: Publication,
  holder: Pick<Run, 'id' | 'epoch'>,
): Promise<void> {
  return sqlite.transaction(async (engine) => {
    await requireHeld(new RunTable(engine), holder);
    if ((await published(engine))?.run_id === publication.run_id) return;
    for (const clear of [clearRelatedSql, clearFeaturesSql, clearPublishedSql]) await engine.run(clear);
    for await (const rows of publication.relatedArtists()) {
      await engine.runMany(insertRelatedSql, parametersOf(rows));
    }
    await engine.runMany(insertFeaturesSql, meansOf(publication.artistFeatures()));
    await insertRun(engine, publication);
  });
}
