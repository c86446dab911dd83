import type { Database, Publication, Runs } from '../../core/ports.ts';
import insertFeaturesSql from '../../sql/database/artist_features_insert.sql' with { type: 'text' };
import insertRelatedSql from '../../sql/database/related_artist_insert.sql' with { type: 'text' };
import initialSql from '../../sql/sqlite/0001_initial.sql' with { type: 'text' };
import listeningSql from '../../sql/sqlite/0002_listening.sql' with { type: 'text' };
import detailsSql from '../../sql/sqlite/0003_details.sql' with { type: 'text' };
import playEndsSql from '../../sql/sqlite/0004_play_ends.sql' with { type: 'text' };
import clearFeaturesSql from '../../sql/sqlite/artist_features_clear.sql' with { type: 'text' };
import clearPublishedSql from '../../sql/sqlite/published_clear.sql' with { type: 'text' };
import clearRelatedSql from '../../sql/sqlite/related_artists_clear.sql' with { type: 'text' };
import { insertRun, leaseLost, meansOf, parametersOf } from './related-artists.ts';
import { RunTable } from './runs.ts';
import { SqliteEngine, type SqliteSettings } from './sqlite-engine.ts';
import { databaseOn } from './tables.ts';

/** Every migration in order; a database is brought up from wherever it stands, and never down. */
const MIGRATIONS = [initialSql, listeningSql, detailsSql, playEndsSql];

/** Opens the SQLite file at `path`, makes it where there is none, and brings its tables up to date. */
export async function openSqlite(path: string, settings: SqliteSettings = {}): Promise<Database> {
  const engine = new SqliteEngine(path, settings);
  await engine.migrate(MIGRATIONS);
  return databaseOn(engine, MIGRATIONS.length, (publication, stillHeld) =>
    publish(engine, publication, stillHeld),
  );
}

/** One transaction: readers, which see the last commit in WAL mode, have the old run until it ends. */
function publish(
  sqlite: SqliteEngine,
  publication: Publication,
  stillHeld: (runs: Runs) => Promise<boolean>,
): Promise<void> {
  return sqlite.transaction(async (engine) => {
    for (const clear of [clearRelatedSql, clearFeaturesSql, clearPublishedSql]) await engine.run(clear);
    await engine.runMany(insertRelatedSql, parametersOf(publication.relatedArtists));
    await engine.runMany(insertFeaturesSql, meansOf(publication.artistFeatures));
    await insertRun(engine, publication);
    if (!(await stillHeld(new RunTable(engine)))) throw leaseLost(publication);
  });
}
