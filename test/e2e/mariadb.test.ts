import { cpSync, mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { FolderStore } from '../../adapters/lake/folder.ts';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import type { DoctorResult, SimilarResult } from '../../core/events.ts';
import { mulberry32 } from '../../sample/random.ts';
import {
  type Ask,
  expectAgreement,
  expectSamePublished,
  expectSameRuns,
  stateOf,
} from '../support/agreement.ts';
import { documentOf, type Ended, soundalike } from '../support/cli.ts';
import { asks, copiedDatabase } from '../support/copied-database.ts';
import { FEATURE_COLUMNS } from '../support/import.ts';
import { times } from '../support/long.ts';
import { testServer } from '../support/mariadb.ts';
import { killed, leased, momentsOf, paused } from '../support/paused.ts';

const SEED = 20_261_129;
const DATE = '2026-11-22';
const OTHER_DATE = '2026-11-23';
const ARTISTS = 12;
/** No row of one of them is a row of another. */
const OLD = ['similarity', '--date', DATE, '--method', 'mean', '--neighbours', '5'];
const NEW = [
  'similarity',
  '--date',
  DATE,
  '--method',
  'mean',
  '--features',
  'tempo,energy',
  '--neighbours',
  '7',
];
const SECOND = [
  'similarity',
  '--date',
  DATE,
  '--method',
  'mean',
  '--features',
  'valence',
  '--neighbours',
  '6',
];

const server = testServer();
let root: string;
let base: Place;
/** What the new run leaves. */
let after: object;

/** A data folder and its database. */
interface Place {
  folder: string;
  url: string;
  /** Where both are named on the command line. */
  at: string[];
  ask: Ask;
}

const placeOf = (folder: string, url: string): Place => ({
  folder,
  url,
  at: ['--data', folder, '--database', url],
  ask: asks(server(), url),
});

const copy = async (name: string): Promise<Place> => {
  const folder = join(root, name);
  cpSync(base.folder, folder, { recursive: true });
  return placeOf(folder, await copiedDatabase(server(), base.url));
};

async function remove({ folder, url }: Place): Promise<void> {
  await rm(folder, { recursive: true });
  await server().admin.query(`DROP DATABASE ${new URL(url).pathname.slice(1)}`);
}

const run = ({ at }: Place, args: readonly string[]): Promise<Ended> =>
  soundalike([...args, ...at], { environment: leased() });

async function done(place: Place, args: readonly string[]): Promise<void> {
  const { status, stderr } = await run(place, args);
  if (status !== 0) throw new Error(`soundalike ${args.join(' ')}: ${stderr}`);
}

const stateIn = ({ folder, ask }: Place): Promise<object> => stateOf(folder, ask);

const csv = (): string => join(root, 'tracks.csv');

/** A value of a feature column that can be, from a number in [0, 1). */
function possible(name: string, share: number): number {
  if (name === 'key' || name === 'mode') return Math.round(share);
  if (name === 'loudness') return -share * 30;
  return name === 'tempo' ? 60 + 100 * share : share;
}

/** Tracks of artists, no two of which sound alike. */
function dataset(): string {
  const random = mulberry32(SEED);
  const rows = Array.from({ length: ARTISTS * 4 }, (_, i) => {
    const artist = i % ARTISTS;
    const values = FEATURE_COLUMNS.split(',').map((name) => possible(name, random.uniform()));
    return `t${i},Song ${i},3,"['Artist ${artist}']","['a${artist}']",${values.join(',')}`;
  });
  return `${['id,name,popularity,artists,id_artists', FEATURE_COLUMNS].join(',')}\n${rows.join('\n')}\n`;
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'soundalike-mariadb-'));
  base = placeOf(join(root, 'base'), await server().newDatabase());
  await writeFile(csv(), dataset());
  await done(base, ['import', csv(), '--date', DATE]);
  await done(base, OLD);
  const place = await copy('after');
  await done(place, NEW);
  after = await stateIn(place);
  await expectAgreement(place.folder, place.ask);
});
afterAll(() => rm(root, { recursive: true }));

/** The numbers of the moments with these words, and of so many others by chance. */
function chosen(moments: readonly string[], wanted: number, words: RegExp): number[] {
  const random = mulberry32(SEED);
  const others = moments.flatMap((name, i) => (words.test(name) ? [] : [i + 1]));
  const byChance = Array.from({ length: Math.min(wanted, others.length) }, () =>
    others.splice(random.int(others.length), 1),
  ).flat();
  return [...moments.flatMap((name, i) => (words.test(name) ? [i + 1] : [])), ...byChance];
}

describe('a similarity that is stopped while another comes to its end', () => {
  let allowed: object[];

  beforeAll(async () => {
    const second = await copy('second');
    await done(second, SECOND);
    const both = await copy('first-second');
    for (const command of [NEW, SECOND]) await done(both, command);
    allowed = [await stateIn(second), await stateIn(both)];
  });

  /** Stops it at one of its moments, while `meanwhile` and the second command come to their end. */
  async function expectNothingAfter(
    n: number,
    name: string | undefined,
    meanwhile: (place: Place) => Promise<void> = async () => {},
    environment: Record<string, string> = {},
  ): Promise<void> {
    const place = await copy(`paused-${n}`);
    const { status, stderr } = await paused(
      [...NEW, ...place.at],
      n,
      async () => {
        await meanwhile(place);
        await done(place, SECOND);
      },
      { environment },
    );
    const state = await stateIn(place);
    // It was stopped before it had begun.
    const isFirst = status === 0 && JSON.stringify(state) === JSON.stringify(after);
    const said = { n, name, stderr };
    if (!isFirst) {
      expect({ ...said, state: allowed }).toEqual({ ...said, state: expect.arrayContaining([state]) });
    }
    await expectAgreement(place.folder, place.ask);
    await remove(place);
  }

  test('changes nothing after it, wherever it was stopped', async () => {
    const counted = await copy('counted');
    const moments = await momentsOf([...NEW, ...counted.at], join(root, 'count'));
    expect(moments).toEqual(expect.arrayContaining(['before RENAME TABLE related_artists', 'after COMMIT']));
    for (const n of chosen(moments, times(2, 97), /RENAME/)) await expectNothingAfter(n, moments[n - 1]);
  }, 7_200_000);

  // After a minute of silence a server ends a connection and its transaction (sql/mysql/session.sql).
  test('nor in the middle of a transaction, which the server ends at last', async () => {
    const counted = await copy('counted-within');
    const moments = await momentsOf([...NEW, ...counted.at], join(root, 'count-within'), 'KILL');
    const commits = moments.flatMap((name, i) => (name === 'before COMMIT' ? [i + 1] : []));
    expect(commits.length).toBeGreaterThan(4);
    const wanted = times(2, commits.length);
    for (let i = 0; i < wanted; i++) {
      const n = commits[Math.floor(((i + 0.5) * commits.length) / wanted)] as number;
      const end = async ({ url, ask }: Place) => {
        const database = new URL(url).pathname.slice(1);
        for (const { Id, db, Command } of await ask('SHOW PROCESSLIST')) {
          if (db === database && Command === 'Sleep') await server().admin.query(`KILL ${Id}`);
        }
      };
      await expectNothingAfter(n, moments[n - 1], end, { PAUSE_WITHIN: 'yes' });
    }
  }, 7_200_000);
});

describe('a table that somebody reads in an open transaction', () => {
  const preload = join(import.meta.dirname, '../support/impatient.ts');

  test('makes a publish fail: what is served stays, it is said, and the next command that writes repairs', async () => {
    const place = await copy('locked');
    const [served] = await place.ask('SELECT run_id FROM published');
    const somebody = await createConnection(place.url);
    await somebody.beginTransaction();
    await somebody.query('SELECT * FROM related_artists LIMIT 1');
    const refused = await soundalike([...NEW, ...place.at, '--json'], { preload });
    expect(documentOf(refused)).toMatchObject({ error: { code: 'database-busy' } });
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringMatching(
        /Run similarity-\S+ has begun to put its result in place and could not finish: the next command that writes/,
      ),
    ]);
    expect(await place.ask("SELECT kind FROM runs WHERE status = 'replacing'")).toEqual([
      { kind: 'similarity' },
    ]);
    // A question serves the run before, whole, and repairs nothing.
    const asked = await run(place, ['similar', 'a1', '--limit', '100', '--json']);
    const { neighbours, run: of } = documentOf<SimilarResult>(asked);
    expect([asked.status, of, neighbours.length]).toEqual([0, served?.run_id, 5]);
    const examined = documentOf<DoctorResult>(await run(place, ['doctor', '--json']));
    expect(examined.checks.find(({ name }) => name === 'runs')).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/similarity-\S+ is replacing/),
    });
    const dry = await run(place, [...SECOND, '--dry-run', '--json']);
    expect([dry.status, documentOf(dry)]).toMatchObject([0, { published: false }]);
    expect(await place.ask('SELECT run_id FROM published')).toEqual([served]);
    // A reader of the lake alone sees that the day is being replaced.
    const lake = new ParquetLake(new FolderStore(join(place.folder, 'lake')));
    expect((await lake.read('runs', DATE))?.map(({ status }) => status)).toContain('replacing');
    const page = await readFile(join(place.folder, `lake/reports/dt=${DATE}/index.html`), 'utf8');
    expect(page).toContain(served?.run_id);
    // While the transaction is open, a command that does not need this run does its work, and says so.
    const meanwhile = await soundalike(['artists', 'remove', 'a2', ...place.at], { preload });
    expect([meanwhile.status, meanwhile.stderr]).toEqual([
      0,
      expect.stringContaining('A run that was stopped could not be brought to its end'),
    ]);
    await somebody.end();
    await done(place, ['artists', 'remove', 'a3']);
    expect(await stateIn(place)).toMatchObject({
      'database related_artists': Reflect.get(after, 'database related_artists'),
    });
    await expectAgreement(place.folder, place.ask);
    await remove(place);
  });
});

describe('a similarity that is killed', () => {
  const WRITERS = [
    () => ['artists', 'remove', 'a3'],
    () => ['import', csv(), '--date', OTHER_DATE],
    () => SECOND,
  ] as const;

  const oldRun = async () => (await base.ask('SELECT run_id FROM published'))[0]?.run_id;

  /** What is served is the run before or the new one, whole. */
  async function expectServed(place: Place): Promise<void> {
    const asked = await run(place, ['similar', 'a1', '--limit', '100', '--json']);
    expect(asked).toMatchObject({ status: 0 });
    const { neighbours, run: served } = documentOf<SimilarResult>(asked);
    expect(await place.ask('SELECT run_id FROM published')).toEqual([{ run_id: served }]);
    expect(neighbours).toHaveLength(served === (await oldRun()) ? 5 : 7);
  }

  test('between any two writes is brought to its end or leaves nothing, by any command that writes', async () => {
    const counted = await copy('counted-kills');
    const moments = await momentsOf([...NEW, ...counted.at], join(root, 'count-kills'), 'KILL');
    const states: Record<string, number> = {};
    const all = chosen(moments, times(3, 97), /RENAME/);
    for (const [i, n] of all.entries()) {
      const place = await copy(`killed-${n}`);
      const ended = await killed([...NEW, ...place.at], n);
      expect(ended.status).toBeNull();
      const [left] = await place.ask("SELECT status FROM runs WHERE kind = 'similarity' ORDER BY epoch DESC");
      const writer = (WRITERS[i % WRITERS.length] as () => string[])();
      const key = `${left?.status}, then ${writer[0]}`;
      states[key] = (states[key] ?? 0) + 1;
      if (left?.status === 'replacing') await expectServed(place);
      await done(place, writer);
      expect(await place.ask("SELECT id FROM runs WHERE status = 'replacing'")).toEqual([]);
      await expectSamePublished(place.folder, place.ask);
      await expectSameRuns(place.folder, place.ask, ['running', 'failed']);
      if (writer !== SECOND) await done(place, SECOND);
      await expectAgreement(place.folder, place.ask);
      await remove(place);
    }
    console.log(`${all.length} kills of ${moments.length} moments: ${JSON.stringify(states)}`);
  }, 7_200_000);
});
