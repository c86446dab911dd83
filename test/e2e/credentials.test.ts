import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StandIn, startStandIn } from '../../sample/stand-in/server.ts';
import { type Ended, errorOf, soundalike } from '../support/cli.ts';
import { filesBelow, hashesOfDay, TODAY } from '../support/pipeline.ts';
import { smallCatalogue } from '../support/small-catalogue.ts';
import { newToken } from '../support/stand-in-client.ts';

const SECRET = 'a-secret-that-nobody-may-see';
/** How the stand-in's access tokens look. */
const TOKEN = /\bBQ[\w-]{43}/;

let root: string;
let standIn: StandIn;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-credentials-'));
  standIn = await startStandIn({ catalogue: smallCatalogue(6), mode: 'extended' });
});
afterAll(async () => {
  await standIn.close();
  await rm(root, { recursive: true });
});

/** Runs a command as the user of the stand-in, as if it were Spotify. */
const asUser = (folder: string, args: string[], credentials: Record<string, string>): Promise<Ended> => {
  const { accounts, api, reccobeats } = standIn.urls;
  const urls = { SPOTIFY_ACCOUNTS_URL: accounts, SPOTIFY_API_URL: api, RECCOBEATS_API_URL: reccobeats };
  const command = [...args, '--data', join(root, folder), '--date', TODAY, '--json'];
  return soundalike(command, { environment: { ...urls, ...credentials } });
};

const good = { SPOTIFY_CLIENT_ID: 'id', SPOTIFY_CLIENT_SECRET: SECRET };

test.each([
  [{ SPOTIFY_CLIENT_ID: 'id' }, 'got no secret'],
  [{ SPOTIFY_CLIENT_SECRET: SECRET }, 'got no id'],
  [{ SPOTIFY_CLIENT_SECRET: '' }, 'got neither'],
])('%j alone is not enough', async (credentials, words) => {
  const ended = await asUser('half', ['artists', 'add', 'Artist 001'], credentials as Record<string, string>);
  expect(errorOf(ended, 1)).toMatchObject({ code: 'credentials', message: expect.stringContaining(words) });
  expect(ended.stdout + ended.stderr).not.toContain(SECRET);
});

test('that are refused: a clear line', async () => {
  const credentials = { SPOTIFY_CLIENT_ID: 'id', SPOTIFY_CLIENT_SECRET: 'wrong' };
  const ended = await asUser('wrong', ['artists', 'add', 'Artist 001'], credentials);
  expect(errorOf(ended, 1)).toMatchObject({
    code: 'credentials',
    message: 'Spotify refused the app: its client id or client secret is wrong',
  });
  expect(ended.stdout + ended.stderr).not.toContain(Buffer.from('id:wrong').toString('base64'));
});

test('that are good serve; no secret and no token is in any output or file, come what may', async () => {
  const outputs: Ended[] = [];
  const user = async (...args: string[]): Promise<Ended> => {
    outputs.push(await asUser('user', args, good));
    return outputs.at(-1) as Ended;
  };
  expect(errorOf(await user('collect'), 1).code).toBe('no-artists');
  const names = smallCatalogue(6).artists.map(({ name }) => name);
  expect((await user('artists', 'add', ...names)).status).toBe(0);
  const faults = [
    { match: '/api/token', kind: 'status', status: 400, body: { error: 'invalid_client' } },
    { match: '/api/token', kind: 'status', status: 418, body: `what is ${SECRET}?` },
    { match: '/v1/', kind: 'unauthorized' },
    { match: '/v1/', kind: 'status', status: 401 },
    { match: '/v1/', kind: 'status', status: 403, body: 'User not registered in the Developer Dashboard' },
    { match: '/v1/', kind: 'status', status: 429, headers: { 'retry-after': '50000' }, times: 1 },
  ] as const;
  const codes = [];
  for (const fault of faults) {
    standIn.faults.clear();
    standIn.faults.add(fault);
    codes.push(errorOf(await user('collect'), 1).code);
  }
  expect(codes.slice(1)).toEqual([
    'unexpected-answer',
    'credentials',
    'credentials',
    'access-refused',
    'not-done',
  ]);
  expect(await newToken(standIn)).toMatch(TOKEN);
  const folder = join(root, 'user');
  const files = await Promise.all(
    (await filesBelow(folder)).map((path) => readFile(join(folder, path), 'latin1')),
  );
  const shown = [...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...files].join('\n');
  expect(shown).not.toContain(SECRET);
  expect(shown).not.toContain(Buffer.from(`id:${SECRET}`).toString('base64'));
  expect(shown).not.toMatch(TOKEN);
  expect(await hashesOfDay(folder)).toEqual({});
});
