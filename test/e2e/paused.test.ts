import { cpSync, mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FolderStore } from '../../adapters/lake/folder.ts';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import { TABLES, type TableName } from '../../core/tables.ts';
import { mulberry32 } from '../../sample/random.ts';
import { type Ended, soundalike } from '../support/cli.ts';
import { times } from '../support/long.ts';
import { leased, momentsOf, paused } from '../support/paused.ts';
import { filesBelow } from '../support/pipeline.ts';

const SEED = 20_261_128;
const DATE = '2026-11-22';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'soundalike-paused-'));
});
afterAll(() => rm(root, { recursive: true }));

const run = (folder: string, args: readonly string[]): Promise<Ended> =>
  soundalike([...args, '--data', folder], { environment: leased() });

async function done(folder: string, args: readonly string[]): Promise<void> {
  const { status, stderr } = await run(folder, args);
  if (status !== 0) throw new Error(`soundalike ${args.join(' ')}: ${stderr}`);
}

/** Columns that name runs or times, which differ from one run to the next. */
const OF_RUNS: readonly string[] = ['run', 'run_id', 'parameters', 'added_at', 'refreshed_at', 'found_at'];

const without = (row: object): object =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !OF_RUNS.includes(name)));

/** All that is in a folder's lake and database, but for the runs. */
async function stateOf(folder: string): Promise<object> {
  const lake = new ParquetLake(new FolderStore(join(folder, 'lake')));
  const state: Record<string, unknown> = {};
  for (const table of Object.keys(TABLES).filter((name) => name !== 'runs') as TableName[]) {
    for (const dt of await lake.days(table)) {
      state[`lake ${table} ${dt}`] = ((await lake.read(table, dt)) ?? []).map(without);
    }
  }
  const database = new DatabaseSync(join(folder, 'soundalike.db'), { readOnly: true });
  const tables = [
    'related_artists',
    'artist_features',
    'published',
    'artists',
    'recently_played',
    'history_gaps',
  ];
  for (const table of tables) {
    state[`database ${table}`] = database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all().map(without);
  }
  database.close();
  return JSON.parse(JSON.stringify(state)) as object;
}

/** Lake, database and report speak of the same run, no run is half-way, and nothing is left of any. */
async function expectAgreement(folder: string): Promise<void> {
  const lake = new ParquetLake(new FolderStore(join(folder, 'lake')));
  const database = new DatabaseSync(join(folder, 'soundalike.db'), { readOnly: true });
  const all = (sql: string) => database.prepare(sql).all() as Record<string, unknown>[];
  expect(all("SELECT id, status FROM runs WHERE status NOT IN ('done', 'failed')")).toEqual([]);
  const [published] = all('SELECT run_id, dt FROM published');
  if (published) {
    const { run_id, dt } = published as { run_id: string; dt: string };
    expect(all(`SELECT status FROM runs WHERE id = '${run_id}'`)).toEqual([{ status: 'done' }]);
    const inDatabase = all(
      'SELECT artist_id, y_artist, distance, rank_no AS rank FROM related_artists ORDER BY artist_id, y_artist',
    );
    const inLake = ((await lake.read('related_artists', dt)) ?? []).map(
      ({ artist_id, y_artist, distance, rank }) => ({ artist_id, y_artist, distance, rank }),
    );
    expect(inLake).toEqual(inDatabase.map((row) => ({ ...row })));
    const page = await new FolderStore(join(folder, 'lake')).get(`reports/dt=${dt}/index.html`);
    expect(Buffer.from(page ?? []).toString()).toContain(run_id);
    expect(new Set(((await lake.read('scores', dt)) ?? []).map((row) => row.run))).toEqual(new Set([run_id]));
  }
  const columns = 'id, kind, status, started_at, finished_at, summary';
  for (const dt of await lake.days('runs')) {
    const copy = [...((await lake.read('runs', dt)) ?? [])].map(({ id, status }) => [id, status]);
    const own = all(
      `SELECT ${columns} FROM runs WHERE dt = '${dt}' AND kind IN ('collection', 'import', 'similarity')`,
    );
    const mine = copy.filter(([id]) => /^(collection|import|similarity)/.test(String(id)));
    expect(mine.sort()).toEqual(own.map(({ id, status }) => [id, status]).sort());
  }
  database.close();
  const failed = (await filesBelow(join(folder, 'lake/staging'))).filter((path) => !/\/slices\//.test(path));
  expect(failed).toEqual([]);
}

/** Two commands on a folder that others have prepared. */
interface Scenario {
  prepare: (folder: string) => Promise<void>;
  first: readonly string[];
  second: readonly string[];
}

const collected = async (folder: string) => {
  await done(folder, ['collect', '--date', DATE]);
};

const csv = (name: string, tracks: number) => {
  const path = join(root, name);
  const header =
    'id,name,artists,id_artists,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,duration_ms,popularity,explicit,release_date';
  const rows = Array.from({ length: tracks }, (_, i) => {
    const id = `${name[0]}${i}`.padEnd(22, '0');
    const artist = `${name[0]}A${i % 5}`.padEnd(22, '0');
    return `${id},Song ${i},['Artist ${i % 5}'],['${artist}'],0.${i % 9}1,0.5,1,-7,1,0.05,0.2,0,0.1,0.5,120,4,200000,10,0,2020-01-01`;
  });
  return { path, text: `${[header, ...rows].join('\n')}\n` };
};

const exportOf = () => {
  const records = Array.from({ length: 12 }, (_, i) => ({
    ts: `2025-0${1 + (i % 9)}-03T10:00:00Z`,
    ms_played: 200_000,
    master_metadata_track_name: `Song ${i}`,
    master_metadata_album_artist_name: 'An Artist',
    spotify_track_uri: `spotify:track:${String(i).padStart(22, '0')}`,
  }));
  return { path: join(root, 'Streaming_History_Audio_2025_0.json'), text: JSON.stringify(records) };
};

const files = () => [csv('a.csv', 20), csv('b.csv', 35), exportOf()] as const;

const scenarios = (): [string, Scenario][] => {
  const [a, b, history] = files();
  const MODE = ['--mode', 'extended'];
  return [
    [
      'collect',
      {
        prepare: async (folder) => {
          const database = ['--mode', 'extended'];
          await done(folder, ['collect', '--date', '2026-11-21', ...database]);
        },
        first: ['collect', '--date', DATE, '--tracks', '3'],
        second: ['collect', '--date', DATE, '--tracks', '5'],
      },
    ],
    [
      'import',
      {
        prepare: (folder) => done(folder, ['import', a.path, '--date', '2026-11-20']),
        first: ['import', a.path, '--date', DATE],
        second: ['import', b.path, '--date', DATE],
      },
    ],
    [
      'similarity',
      {
        prepare: async (folder) => {
          await collected(folder);
          await done(folder, ['similarity', '--date', DATE, '--neighbours', '5']);
        },
        first: ['similarity', '--date', DATE, '--method', 'whitened', '--neighbours', '7'],
        second: ['similarity', '--date', DATE, '--neighbours', '6'],
      },
    ],
    [
      'a privacy export, and forget',
      {
        prepare: (folder) => done(folder, ['listen', ...MODE]),
        first: ['import', history.path, ...MODE],
        second: ['forget', '--yes'],
      },
    ],
    [
      'listen, and forget',
      {
        prepare: collected,
        first: ['listen', ...MODE],
        second: ['forget', '--yes'],
      },
    ],
  ];
};

describe.each([0, 1, 2, 3, 4])('scenario %i', (s) => {
  let base: string;
  let scenario: Scenario;
  let moments: number;
  /** What the second leaves alone, after the first, and before it. */
  let states: { second: object; firstThenSecond: object; secondThenFirst: object };

  const copy = (name: string): string => {
    const folder = join(root, `${s}-${name}`);
    cpSync(base, folder, { recursive: true });
    return folder;
  };

  beforeAll(async () => {
    for (const { path, text } of files()) await writeFile(path, text);
    scenario = (scenarios()[s] as [string, Scenario])[1];
    base = join(root, `${s}-base`);
    await scenario.prepare(base);
    const { first, second } = scenario;
    const stateAfter = async (name: string, ...commands: (readonly string[])[]) => {
      const folder = copy(name);
      for (const command of commands) await done(folder, command);
      await expectAgreement(folder);
      return await stateOf(folder);
    };
    states = {
      second: await stateAfter('second', second),
      firstThenSecond: await stateAfter('first-second', first, second),
      secondThenFirst: await stateAfter('second-first', second, first),
    };
    const counted = copy('counted');
    moments = await momentsOf([...first, '--data', counted], join(root, `${s}-count`));
  }, 600_000);

  test('the first, stopped at any moment while the second comes to its end, changes nothing after it', async () => {
    const random = mulberry32(SEED + s);
    const wanted = times(3, moments);
    const at =
      wanted >= moments
        ? Array.from({ length: moments }, (_, i) => i + 1)
        : Array.from({ length: wanted }, () => 1 + random.int(moments));
    for (const n of at) {
      const folder = copy(`at-${n}`);
      const { first, second } = scenario;
      const { status, stderr } = await paused([...first, '--data', folder], n, () => done(folder, second));
      const state = await stateOf(folder);
      const wasFirst = JSON.stringify(state) === JSON.stringify(states.secondThenFirst);
      if (status === 0 && wasFirst) continue; // stopped before it had begun
      expect({ n, stderr, state: [states.second, states.firstThenSecond] }).toEqual({
        n,
        stderr,
        state: expect.arrayContaining([state]),
      });
      await expectAgreement(folder);
      await rm(folder, { recursive: true });
    }
  }, 3_600_000);
});
