import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FolderStore } from '../../adapters/lake/folder.ts';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import { TABLES, type TableName } from '../../core/tables.ts';
import { filesBelow } from './pipeline.ts';

/** Asks a database; rows come as plain objects. */
export type Ask = (sql: string) => Promise<Record<string, unknown>[]>;

/** Asks the SQLite database of a data folder. */
const sqliteOf =
  (folder: string): Ask =>
  async (sql) => {
    const database = new DatabaseSync(join(folder, 'soundalike.db'), { readOnly: true });
    const rows = database.prepare(sql).all();
    database.close();
    return rows.map((row) => ({ ...row }));
  };

/** Columns that name runs or times, which differ from one run to the next. */
const OF_RUNS: readonly string[] = ['run', 'run_id', 'parameters', 'added_at', 'refreshed_at', 'found_at'];

const without = (row: object): object =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !OF_RUNS.includes(name)));

/** All that is in a folder's lake and database, but for the runs. */
export async function stateOf(folder: string, ask: Ask = sqliteOf(folder)): Promise<object> {
  const lake = new ParquetLake(new FolderStore(join(folder, 'lake')));
  const state: Record<string, unknown> = {};
  for (const table of Object.keys(TABLES).filter((name) => name !== 'runs') as TableName[]) {
    for (const dt of await lake.days(table)) {
      state[`lake ${table} ${dt}`] = ((await lake.read(table, dt)) ?? []).map(without);
    }
  }
  const tables = [
    'related_artists',
    'artist_features',
    'published',
    'artists',
    'recently_played',
    'history_gaps',
  ];
  for (const table of tables) {
    state[`database ${table}`] = (await ask(`SELECT * FROM ${table} ORDER BY 1, 2`)).map(without);
  }
  return JSON.parse(JSON.stringify(state)) as object;
}

/** Lake, database and report speak of the same run, no run is half-way, and nothing is left of any. */
export async function expectAgreement(folder: string, ask: Ask = sqliteOf(folder)): Promise<void> {
  expect(await ask("SELECT id, status FROM runs WHERE status NOT IN ('done', 'failed')")).toEqual([]);
  await expectSamePublished(folder, ask);
  await expectSameRuns(folder, ask);
  const left = (await filesBelow(join(folder, 'lake/staging'))).filter((path) => !/\/slices\//.test(path));
  expect(left).toEqual([]);
}

/** Lake, database and report speak of the same run, which is done. */
export async function expectSamePublished(folder: string, ask: Ask = sqliteOf(folder)): Promise<void> {
  const lake = new ParquetLake(new FolderStore(join(folder, 'lake')));
  const [published] = await ask('SELECT run_id, dt FROM published');
  if (published) {
    const { run_id, dt } = published as { run_id: string; dt: string };
    expect(await ask(`SELECT status FROM runs WHERE id = '${run_id}'`)).toEqual([{ status: 'done' }]);
    const inDatabase = await ask(
      'SELECT artist_id, y_artist, distance, rank_no AS rank_is FROM related_artists ORDER BY artist_id, y_artist',
    );
    const inLake = ((await lake.read('related_artists', dt)) ?? []).map(
      ({ artist_id, y_artist, distance, rank }) => ({ artist_id, y_artist, distance, rank_is: rank }),
    );
    expect(inLake).toEqual(inDatabase.map((row) => ({ ...row })));
    const page = await new FolderStore(join(folder, 'lake')).get(`reports/dt=${dt}/index.html`);
    expect(Buffer.from(page ?? []).toString()).toContain(run_id);
    const scored = (await lake.read('scores', dt)) ?? [];
    expect(scored.filter(({ run }) => run !== run_id)).toEqual([]);
  }
}

/** The lake's copies of runs are as the database has them, but for those in one of these states. */
export async function expectSameRuns(
  folder: string,
  ask: Ask = sqliteOf(folder),
  besides: readonly string[] = [],
): Promise<void> {
  const lake = new ParquetLake(new FolderStore(join(folder, 'lake')));
  const compared = (rows: readonly object[]) =>
    (rows as { id: string; status: string }[])
      .filter(({ id, status }) => /^(collection|import|similarity)/.test(id) && !besides.includes(status))
      .map(({ id, status }) => [id, status])
      .sort();
  for (const dt of await lake.days('runs')) {
    const own = await ask(`SELECT id, status FROM runs WHERE dt = '${dt}'`);
    expect(compared((await lake.read('runs', dt)) ?? [])).toEqual(compared(own));
  }
}
