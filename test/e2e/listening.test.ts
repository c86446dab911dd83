import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  AddResult,
  DoctorResult,
  ForgetResult,
  HearResult,
  HistoryImportResult,
  ImportResult,
  LoginResult,
  PushResult,
} from '../../core/events.ts';
import { STAND_IN_USER, type UserState, userStateSchema } from '../../sample/stand-in/user-state.ts';
import { type CliOptions, complaints, documentOf, type Ended, errorOf, soundalike } from '../support/cli.ts';
import { extendedOf, listenerOf } from '../support/listener.ts';
import { follow } from './browser.ts';

const DAY_MS = 86_400_000;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-listening-'));
});
afterEach(() => rm(root, { recursive: true }));

const data = (): string => join(root, 'data');
const cli = (args: string[], options?: CliOptions): Promise<Ended> =>
  soundalike([...args, '--data', data(), '--json'], options);
const done = async <T = Record<string, unknown>>(...args: string[]): Promise<T> => {
  const ended = await cli(args);
  expect([ended.status, complaints(ended)]).toEqual([0, []]);
  return documentOf<T>(ended);
};
const account = async (): Promise<UserState> =>
  userStateSchema.parse(JSON.parse(await readFile(join(data(), 'stand-in.json'), 'utf8')));
const lines = ({ stdout }: Ended) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const file = async (name: string, text: string): Promise<string> => {
  const path = join(root, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  return path;
};

test("the sample's user is logged in: what they heard is taken in once, written out, and follows artists", async () => {
  const first = await done<HearResult>('listen');
  expect(first).toMatchObject({ received: 50, added: 50, skipped: 0, gaps: [], learned: { stopped: null } });
  const again = await done<HearResult>('listen');
  expect(again).toMatchObject({ to: first.to, added: 0, learned: { asked: 0 } });
  expect(again.received).toBe((again as HearResult).known);
  expect((await stat(join(data(), 'stand-in.json'))).mode & 0o777).toBe(0o600);
  expect(existsSync(join(data(), 'spotify-user.json'))).toBe(false);

  const exported = await cli(['history', 'export']);
  const plays = lines(exported);
  expect([exported.status, plays.length, exported.stderr]).toEqual([0, 50, '']);
  expect(plays.map(({ played_at }) => played_at)).toEqual(plays.map(({ played_at }) => played_at).sort());
  expect([plays[0]?.played_at, plays.at(-1)?.played_at]).toEqual([first.from, first.to]);
  const path = join(root, 'history.jsonl');
  expect(await done('history', 'export', '--output', path)).toEqual({ file: path, plays: 50 });
  expect(await readFile(path, 'utf8')).toBe(exported.stdout);
  expect([(await stat(path)).mode & 0o777, await readdir(root)]).toEqual([0o600, ['data', 'history.jsonl']]);

  const counts = Map.groupBy(plays, ({ artist_id }) => String(artist_id));
  const often = [...counts].filter(([, of]) => of.length >= 2).map(([id]) => id);
  await done('artists', 'remove', ...often);
  const { added, known } = await done<AddResult>('artists', 'add', '--from-listening', '--days', '20');
  expect([added.map(({ id }) => id).sort(), known]).toEqual([often.sort(), []]);
});

test('a playlist is written, replaced, kept beside a new one, and is in the account; own ones come in', async () => {
  await done('listen');
  const uris = lines(await cli(['history', 'export'])).map(({ track_id }) => `spotify:track:${track_id}`);
  const links = uris
    .slice(0, 3)
    .map((uri) => uri.replace('spotify:track:', 'https://open.spotify.com/track/'));
  const first = await cli(['playlist', 'push', '-'], { input: `# mine\n\n${links.join('\r\n')}\n` });
  const { id, ...rest } = documentOf<PushResult>(first);
  const name = expect.stringMatching(/^AI Generated Playlist - \d\d\/\d\d\/\d{4}$/);
  expect([first.status, rest]).toMatchObject([0, { songs: 3, name, snapshot: expect.any(String) }]);

  const path = await file('uris.txt', uris.slice(3, 8).join('\n'));
  const push = (...args: string[]) => done<PushResult>('playlist', 'push', path, ...args);
  const second = await push('--name', 'Mine', '--description', 'of  this\nweek', '--private');
  expect(second).toMatchObject({ id, songs: 5, name: 'Mine' });
  const third = await push('--new-each-time');
  expect(third.id).not.toBe(id);
  const { playlists } = await account();
  expect(playlists.find((playlist) => playlist.id === id)).toMatchObject({
    name: 'Mine',
    description: 'of this week',
    public: false,
    items: uris.slice(3, 8).map((uri) => ({ uri })),
  });
  expect(playlists.find((playlist) => playlist.id === third.id)).toMatchObject({ name, public: true });

  const own = playlists.filter(
    ({ owner, followed, ...playlist }) =>
      owner === STAND_IN_USER.id && followed && ![id, third.id].includes(playlist.id),
  );
  const imported = await done<ImportResult>('import', '--own-playlists');
  expect(imported).toMatchObject({ playlists: own.length, tracks: 0, datasets: [{ name: 'own' }] });
});

test('what is forgotten is gone, the login too; a login brings it back', async () => {
  await done('listen');
  await done('import', '--own-playlists');
  expect(errorOf(await cli(['forget']), 2)).toMatchObject({
    code: 'usage',
    message: expect.stringContaining(`known of the user in ${data()}`),
  });
  const [play] = lines(await cli(['history', 'export']));
  const database = () => readFile(join(data(), 'soundalike.db'), 'latin1');
  expect(await database()).toContain(play?.track_id);
  const leftovers = ['.spotify-user.json.999999999.part', '.spotify-app.json.1.part'];
  for (const name of leftovers) await writeFile(join(data(), name), 'a token');
  const forgotten = await done<ForgetResult>('forget', '--yes');
  expect((await readdir(data())).filter((name) => name.endsWith('.part'))).toEqual([]);
  expect(await database()).not.toContain(play?.track_id);
  expect(forgotten).toMatchObject({ plays: 50, gaps: 0, playlists: 0, days: expect.any(Number) });
  expect((await cli(['history', 'export'])).stdout).toBe('');
  const tables = await readdir(join(data(), 'lake'), { recursive: true });
  expect(tables.filter((path) => path.endsWith('.parquet'))).toEqual([]);
  expect(errorOf(await cli(['listen']), 1)).toEqual({
    code: 'consent-needed',
    message: "expected the user's consent, but nobody has logged in to Spotify yet",
    hint: 'log in: npx soundalike login',
  });
  const { checks } = await done<DoctorResult>('doctor');
  expect(checks.find(({ name }) => name === 'consent')?.detail).toContain('nobody has logged in');

  const browser = follow();
  const ended = await cli(['login', '--port', '0'], { said: browser.said });
  expect(await browser.page()).toContain('Back to the terminal');
  expect(ended.status).toBe(0);
  const login = documentOf<LoginResult>(ended);
  expect(login).toMatchObject({ account: STAND_IN_USER.id, scopes: expect.any(Array) });
  expect(Date.parse(login.expiresAt) - Date.parse(login.authorizedAt)).toBeGreaterThan(180 * DAY_MS);
  expect((await stat(join(data(), 'stand-in-user.json'))).mode & 0o777).toBe(0o600);
  expect(await done<HearResult>('listen')).toMatchObject({ added: 50 });
});

test('people are told in words', async () => {
  const words = async (...args: string[]) => (await soundalike([...args, '--data', data()])).stdout;
  expect(await words('listen')).toMatch(
    /^Heard from \S+Z to \S+Z: Spotify reported 50 plays, 50 of them new\.\n {2}audio features: \d+ of \d+ tracks .*\n$/,
  );
  const [play] = lines(await cli(['history', 'export']));
  const path = await file('uris.txt', `spotify:track:${play?.track_id}`);
  expect(await words('playlist', 'push', path, '--name', 'One')).toMatch(
    /^Pushed 1 songs to "One": https:\/\/open\.spotify\.com\/playlist\/\w{22}\n$/,
  );
  const output = join(root, 'plays');
  expect(await words('history', 'export', '--output', output)).toBe(`Wrote 50 plays to ${output}.\n`);
  expect(await words('forget', '--yes')).toMatch(
    /^Forgot 50 plays, 0 gaps, 1 pushed playlists, \d+ days of the lake, and the login\.\n$/,
  );
});

test('a privacy export is told from a dataset, and fills the history', async () => {
  const { plays, music } = listenerOf(7, (Math.floor(Date.now() / DAY_MS) - 30) * DAY_MS, 3);
  const path = await file('export/Streaming_History_Audio_2026_0.json', JSON.stringify(extendedOf(plays)));
  const imported = await done<HistoryImportResult>('import', join(root, 'export'), '--mode', 'extended');
  expect(imported).toMatchObject({ added: music.length, files: [{ path, layout: 'spotify-extended' }] });
  const artists = new Set(music.map(({ what }) => (typeof what === 'string' ? '' : what.artist)));
  const added = await cli(['artists', 'add', '--from-listening', '--days', '365', '--mode', 'extended']);
  // Nobody of the sample is called as they are.
  expect([added.status, documentOf<AddResult>(added).notFound.sort()]).toEqual([1, [...artists].sort()]);
  const other = await file('artists.csv', 'id,name\n');
  expect(errorOf(await cli(['import', path, other]), 2).message).toBe(
    `expected either datasets or privacy exports, got both: ${path} (privacy export) and ${other}`,
  );
});

describe('refused, and nothing is done', () => {
  const NO_STACK = ['--stack', 'Soundalike'];
  test.each<[string, string[], number, string]>([
    ['a push by a stack', ['playlist', 'push', '-', ...NO_STACK], 2, 'without --stack'],
    ['a push of nothing', ['playlist', 'push', '-'], 1, 'an empty list never empties a playlist'],
    [
      'a push of no file',
      ['playlist', 'push', '/nowhere'],
      1,
      'expected a file of URIs at /nowhere, got ENOENT',
    ],
    ['no paths', ['import'], 2, 'either paths or --own-playlists, got neither'],
    ['both', ['import', 'x', '--own-playlists'], 2, 'either paths or --own-playlists, got both'],
    ["a stack's own playlists", ['import', '--own-playlists', ...NO_STACK], 2, 'no deployed stack takes yet'],
    ['a port', ['login', '--port', '99999'], 2, 'field port'],
    ['a time', ['login', '--timeout', '0'], 2, 'field timeout'],
    ['nobody', ['artists', 'add'], 2, 'expected artists, got none'],
    ['days', ['artists', 'add', '--from-listening', '--days', '0'], 2, 'field fromListening'],
    ['no listening', ['artists', 'add', '--from-listening'], 1, 'got 0 plays'],
    ['no time', ['login', '--port', '0', '--timeout', '1'], 1, "Spotify's answer within 1 s, got none"],
  ])('%s', async (_, args, status, words) => {
    const onMachine = args.includes('--stack')
      ? await soundalike([...args, '--json'])
      : await cli(args, { input: '# nothing\n' });
    const { error } = documentOf<{ error: { message: string } }>(onMachine);
    expect([onMachine.status, error.message]).toEqual([status, expect.stringContaining(words)]);
  });

  test('a login that is ended by Ctrl-C', async () => {
    let end = () => {};
    const ended = await cli(['login', '--port', '0'], {
      started: (process) => {
        end = () => process.kill('SIGINT');
      },
      said: (line) => line.startsWith('Log in') && end(),
    });
    expect([ended.status, ended.stdout]).toEqual([130, '']);
    expect(ended.stderr).toContain('The login was ended; what was stored before stays.');
  });
});
