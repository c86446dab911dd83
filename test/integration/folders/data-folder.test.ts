import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../../adapters/database/sqlite.ts';
import { thisHost } from '../../../adapters/system.ts';
import { claim, type Owner, ownerOf, refuseOthers, release, settle } from '../../../bin/data-folder.ts';
import type { Database } from '../../../core/ports.ts';
import { sampleCatalogue } from '../../../sample/generate.ts';
import { endedOwner } from '../../support/ended-owner.ts';
import { artistRow } from '../../support/rows.ts';

const NOW = '2026-11-22T12:00:00.000Z';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

const mark = (): Promise<string> => readFile(join(folder, 'provider'), 'utf8');
const putMark = (text: string): Promise<void> => writeFile(join(folder, 'provider'), text);
const refused = (owner: Owner) => expect(refuseOthers(folder, owner)).rejects.toThrow(`data of`);
async function inDatabase(work: (database: Database) => Promise<unknown>): Promise<void> {
  const database = await openSqlite(join(folder, 'soundalike.db'));
  await work(database);
  await database.close();
}
const follow = (id: string, provider: string) =>
  inDatabase(({ artists }) => artists.follow([artistRow(id)], provider, NOW));

test('a folder is marked before anything comes in, settled after, and refused to others from the first on', async () => {
  expect(await ownerOf(join(folder, 'none'))).toBeUndefined();
  expect(await claim(folder, 'the user')).toBe(true);
  expect([await mark(), await ownerOf(folder)]).toEqual([`the user\n${thisHost.owner}\n`, 'the user']);
  await refused('the sample');
  expect(await claim(folder, 'the user')).toBe(true);
  await settle(folder);
  expect([await mark(), await claim(folder, 'the user')]).toEqual(['the user\n', false]);
  await release(folder);
  expect(await mark()).toBe('the user\n');
  await expect(claim(folder, 'the sample')).rejects.toMatchObject({ code: 'other-provider' });
  expect(await readdir(folder)).toEqual(['provider']);
});

test('a mark is taken back by the process that set it alone', async () => {
  await claim(folder, 'the sample');
  await release(folder);
  expect(await readdir(folder)).toEqual([]);
  await putMark(`the user\nanother host process 1 started 5\n`);
  await release(folder);
  expect(await ownerOf(folder)).toBe('the user');
});

test('the mark of a killed command counts if something came in, and is anybody else’s to replace if nothing did', async () => {
  await putMark(`the user\n${endedOwner()}\n`);
  expect(await ownerOf(folder)).toBeUndefined();
  await inDatabase(async () => {}); // An empty database is nothing.
  expect(await ownerOf(folder)).toBeUndefined();
  expect(await claim(folder, 'the sample')).toBe(true);
  expect(await ownerOf(folder)).toBe('the sample');

  await putMark(`the user\n${endedOwner()}\n`);
  await follow('x', 'spotify');
  expect(await ownerOf(folder)).toBe('the user');
  await refused('the sample');
  expect(await claim(folder, 'the user')).toBe(true);
});

test.each<[string, () => Promise<unknown>, Owner | undefined]>([
  ['nothing', async () => {}, undefined],
  ['an empty database', () => inDatabase(async () => {}), undefined],
  ['an imported artist', () => follow('a', 'dataset'), 'the user'],
  ['an artist of Spotify', () => follow('a', 'spotify'), 'the user'],
  [
    'artists of the sample',
    () => follow(sampleCatalogue().artists[0]?.id as string, 'stand-in'),
    'the sample',
  ],
  ['artists of a catalogue', () => follow('a', 'stand-in'), 'the catalogue of a stand-in'],
  [
    'imported playlists',
    async () => {
      await mkdir(join(folder, 'lake/playlists/dataset=mine'), { recursive: true });
      await writeFile(join(folder, 'lake/playlists/dataset=mine/part-00000.parquet'), '');
    },
    'the user',
  ],
  [
    'what a failed run staged',
    async () => {
      await mkdir(join(folder, 'lake/staging/import-1'), { recursive: true });
      await writeFile(join(folder, 'lake/staging/import-1/x.parquet'), '');
    },
    undefined,
  ],
  ['a login', () => writeFile(join(folder, 'spotify-user.json'), '{}'), 'the user'],
])('without a mark, as earlier versions left it, %s shows the owner', async (_, put, owner) => {
  await put();
  expect(await ownerOf(folder)).toBe(owner);
});

test('a folder that is a file is refused, with what to do', async () => {
  const path = join(folder, 'file');
  await writeFile(path, '');
  await expect(ownerOf(path)).rejects.toMatchObject({
    code: 'storage',
    hint: expect.stringContaining('--data'),
  });
});
