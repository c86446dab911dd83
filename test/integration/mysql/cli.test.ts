import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentOf, type Ended, errorOf, soundalike } from '../../support/cli.ts';
import { FEATURE_COLUMNS, featureValues } from '../../support/import.ts';
import { testServer } from '../../support/mariadb.ts';

const server = testServer();
const RUN_ID = /\b([a-z]+-\d{4}-\d{2}-\d{2})-[0-9a-f]{12}\b/g;

let folder: string;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-mysql-'));
  url = await server().newDatabase();
});
afterAll(() => rm(folder, { recursive: true }));

/** A command on SQLite, and the same on the server. */
async function both(...args: string[]): Promise<[Ended, Ended]> {
  const on = (kind: string) => [...args, '--json', '--data', join(folder, kind)];
  return Promise.all([soundalike(on('sqlite')), soundalike([...on('server'), '--database', url])]);
}

test.each([
  [['run', '--date', '2026-11-22']],
  [['similarity', '--date', '2026-11-22', '--features', 'tempo,energy', '--neighbours', '5']],
  [['similar', 'Velindel', '--limit', '7']],
  [['artists', 'list']],
  [['artists', 'add', '--mode', 'extended', 'Velindel', 'よながほたる', 'nobody at all']],
  [['artists', 'remove', 'よながほたる']],
  [['similar', 'よながほたる']],
  [['similar', 'nobody at all']],
  [['collect', '--date', '2026-11-22']],
  [['collect', '--date', '2026-11-23', '--budget', '3']],
])('%j prints the same on a server as on SQLite', async (args) => {
  const [sqlite, mysql] = await both(...args);
  const comparable = ({ status, stdout }: Ended) => ({
    status,
    document: stdout
      .replace(RUN_ID, '$1-<id>')
      .replace(/"resumeAfter": "[^"]*"/, '')
      .replace(/after [^"]*Z/, ''),
  });
  expect(comparable(mysql)).toEqual(comparable(sqlite));
  documentOf(mysql);
});

test('SOUNDALIKE_DATABASE names the server as --database does, and the option goes first', async () => {
  const list = ['artists', 'list', '--json', '--data', join(folder, 'server')];
  const [byOption, byVariable, byBoth] = await Promise.all([
    soundalike([...list, '--database', url]),
    soundalike(list, { environment: { SOUNDALIKE_DATABASE: url } }),
    soundalike([...list, '--database', url], {
      environment: { SOUNDALIKE_DATABASE: 'mysql://127.0.0.1:1/d' },
    }),
  ]);
  expect(documentOf<{ artists: unknown[] }>(byOption).artists).toHaveLength(152);
  expect(byVariable).toEqual(byOption);
  expect(byBoth).toEqual(byOption);
  const tls = await soundalike(list, {
    environment: { SOUNDALIKE_DATABASE: url, SOUNDALIKE_DATABASE_TLS: 'verify' },
  });
  expect(errorOf(tls, 1).code).toBe('database-refused');
});

test('a database with the data of one owner is refused to the folder of another, which stays unmarked', async () => {
  const own = await server().newDatabase();
  const database = ['--json', '--database', own, '--data'];
  const csv = join(folder, 'dataset.csv');
  await writeFile(
    csv,
    `id,name,popularity,artists,id_artists,${FEATURE_COLUMNS}\nt1,One,3,"['Ann']","['a1']",${featureValues(0.1)}\n`,
  );
  const [sample, mine] = [join(folder, 'a-sample'), join(folder, 'mine')];
  expect((await soundalike(['collect', ...database, sample])).status).toBe(0);
  const refused = errorOf(await soundalike(['import', csv, ...database, mine]), 1);
  expect(refused).toMatchObject({
    code: 'other-provider',
    message: expect.stringContaining('expected the database to hold artists of the user'),
    hint: expect.stringContaining('--database'),
  });
  expect(existsSync(join(mine, 'provider'))).toBe(false);
  const asked = await soundalike(['artists', 'list', ...database, join(folder, 'none')]);
  expect(documentOf<{ artists: object[] }>(asked).artists).toHaveLength(152);
  expect(existsSync(join(folder, 'none'))).toBe(false);

  const other = ['--json', '--database', await server().newDatabase(), '--data'];
  expect((await soundalike(['import', csv, ...other, mine])).status).toBe(0);
  const again = await soundalike(['collect', ...other, join(folder, 'another-sample')]);
  expect(errorOf(again, 1).code).toBe('other-provider');
  expect(existsSync(join(folder, 'another-sample/provider'))).toBe(false);
});

test('a database of another scheme is bad usage', async () => {
  const ended = await soundalike([
    'artists',
    'list',
    '--json',
    '--data',
    folder,
    '--database',
    'postgres://u:sesame@h/d',
  ]);
  expect(errorOf(ended, 2)).toMatchObject({ code: 'usage', message: expect.stringContaining('mysql://') });
  expect(ended.stdout + ended.stderr).not.toContain('sesame');
});

test('a server that is away is said to be, without the password', async () => {
  const ended = await soundalike([
    'similar',
    'a',
    '--json',
    '--data',
    folder,
    '--database',
    'mysql://u:sesame@127.0.0.1:1/d',
  ]);
  expect(errorOf(ended, 1)).toMatchObject({ code: 'database-unreachable' });
  expect(ended.stdout + ended.stderr).not.toContain('sesame');
});
