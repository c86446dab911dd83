import { openMysql } from '../../../adapters/database/mysql.ts';
import { type HistoryPlays, readHistoryPlays } from '../../../adapters/dataset/history-plays.ts';
import type { UserGrant } from '../../../adapters/spotify/user-grant.ts';
import type { AddResult, DoctorResult, HearResult } from '../../../core/events.ts';
import { historyUploadKey } from '../../../core/names.ts';
import type { Database } from '../../../core/ports.ts';
import { IDLE } from '../../../lambdas/listening/hear.ts';
import { STAND_IN_USER } from '../../../sample/stand-in/user-state.ts';
import { LAKE } from '../../support/aws/cloud.ts';
import { deployed, USER_SECRET } from '../../support/aws/deployed.ts';
import type { Answer } from '../../support/aws/functions.ts';
import { extendedOf, listenerOf } from '../../support/listener.ts';

const stack = deployed();

const grant = () => JSON.parse(stack.cloud.secrets.get(USER_SECRET) ?? '') as UserGrant;
const metricsOf = ({ log }: Answer) => Object.assign({}, ...log.filter((line) => '_aws' in line));
const days = (table: string) => [...stack.cloud.partitions].filter((name) => name.startsWith(`${table}/`));
const objects = (folder: string) =>
  [...stack.cloud.s3.objects.keys()].filter((key) => key.includes(`/${folder}/`));

async function inDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openMysql(stack.mysql.url);
  return await work(database).finally(() => database.close());
}
const plays = () => inDatabase(({ history }) => history.after(null, 1000));

test('until somebody logs in it is idle: no database, no request, no metric of listening, no error', async () => {
  const environment = { SOUNDALIKE_DATABASE: 'mysql://u:p@127.0.0.1:1/soundalike' };
  const answer = await stack.invoke('listening', {}, { environment });
  expect([answer.result, answer.errorType]).toEqual([IDLE, undefined]);
  for (const name of ['Plays', 'Gaps', 'ConsentDaysLeft', 'Refused']) {
    expect(metricsOf(answer)).not.toHaveProperty(name);
  }
  expect(stack.standIn.requests.entries).toEqual([]);
});

test('plays arrive in the database, the lake and Glue; what was heard is known and can be followed', async () => {
  stack.logIn();
  const answer = await stack.invoke('listening');
  const heard = answer.result as unknown as HearResult;
  expect(heard).toMatchObject({ received: 50, added: 50, gaps: [], learned: { stopped: null } });
  expect(heard.learned?.known).toBeGreaterThan(5);
  expect(metricsOf(answer)).toMatchObject({ Plays: 50, Gaps: 0, ConsentDaysLeft: expect.any(Number) });
  expect(metricsOf(answer).ConsentDaysLeft).toBeGreaterThan(175);
  const stored = await plays();
  const dts = [...new Set(stored.map(({ played_at }) => played_at.slice(0, 10)))];
  expect([stored.length, days('recently_played').sort()]).toEqual([
    50,
    dts.map((dt) => `recently_played/${dt}`),
  ]);
  expect([objects('recently-played').length, days('heard_features').length]).toEqual([dts.length, 1]);

  const again = await stack.invoke('listening');
  expect(again.result).toMatchObject({ added: 0, learned: { asked: 0 } });
  expect(metricsOf(again)).toMatchObject({ Plays: 0, Gaps: 0 });

  const added = await stack.invoke('catalog', { fromListening: 30 });
  const ids = (added.result as unknown as AddResult).added.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(3);
  expect(stored.map(({ artist_id }) => artist_id)).toEqual(expect.arrayContaining(ids));
});

test('where the requests of the day are used up it is idle, and the next day has it all: no error, no gap', async () => {
  stack.logIn();
  const environment = { SPOTIFY_DAILY_REQUESTS: '1' };
  const answer = await stack.invoke('listening', {}, { environment });
  expect(answer).toMatchObject({
    result: { received: 0, gaps: [], postponed: expect.stringContaining('1 requests a day') },
  });
  expect(answer.errorType).toBeUndefined();
  expect(metricsOf(answer)).toMatchObject({ Plays: 0, Gaps: 0 });
  expect(answer.log.filter(({ level }) => level === 'ERROR')).toEqual([]);
  const { result } = await stack.invoke('listening');
  expect(result).toMatchObject({ received: 50, added: 50, gaps: [], postponed: null });
});

test('what Spotify gives in the place of a refresh token is stored', async () => {
  stack.logIn();
  stack.standIn.user.settings.rotation = true;
  expect((await stack.invoke('listening')).errorType).toBeUndefined();
  expect(grant()).toMatchObject({ refresh_token: expect.not.stringContaining(STAND_IN_USER.refreshToken) });
  expect((await stack.invoke('listening')).result).toMatchObject({ added: 0 });
});

test('a consent that is revoked is refused, counted, marked, and shows no day left; the doctor says what to do', async () => {
  stack.logIn();
  await stack.standIn.user.revoke();
  const answer = await stack.invoke('listening');
  expect(answer).toMatchObject({
    errorType: 'consent-needed',
    errorMessage: expect.stringContaining('soundalike login'),
  });
  expect(metricsOf(answer)).toMatchObject({ Refused: 1, ConsentDaysLeft: 0 });
  expect(answer.log.filter(({ level }) => level === 'ERROR')).toEqual([]);
  expect(grant().needs_consent_since).toEqual(expect.any(String));
  const asked = stack.standIn.requests.entries.length;
  expect(metricsOf(await stack.invoke('listening'))).toMatchObject({ Refused: 1, ConsentDaysLeft: 0 });
  expect(stack.standIn.requests.entries.length).toBe(asked);
  const { checks } = (await stack.invoke('doctor')).result as unknown as DoctorResult;
  expect(checks.find(({ name }) => name === 'consent')).toMatchObject({
    ok: false,
    remedy: expect.stringContaining('soundalike login'),
  });
});

test('a consent that ends soon is measured, and the doctor tells it', async () => {
  stack.logIn(175);
  expect(metricsOf(await stack.invoke('listening')).ConsentDaysLeft).toBeLessThanOrEqual(14);
  const { checks } = (await stack.invoke('doctor')).result as unknown as DoctorResult;
  expect(checks.find(({ name }) => name === 'consent')).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^the consent ends soon, \d+ days left until /),
  });
});

/** What the command line uploads of these records. */
async function partOf(records: readonly object[]): Promise<HistoryPlays> {
  const read = async function* () {
    yield Buffer.from(JSON.stringify(records));
  };
  for await (const part of readHistoryPlays(read, 'dataset:export', stack.now())) return part;
  throw new Error('expected a part, got none');
}

test('an uploaded privacy export is taken in, login or not; again, it is known', async () => {
  const played = extendedOf(listenerOf(3, Date.UTC(2026, 10, 1), 2).plays);
  const half = Math.floor(played.length / 2);
  const parts = [await partOf(played.slice(0, half)), await partOf(played.slice(half))];
  const uploads = [...parts.map((found) => ({ found })), { reason: 'it is broken' }];
  const count = parts.flatMap((part) => part.plays).length;
  for (const [i, upload] of uploads.entries()) {
    stack.cloud.s3.objects.set(`${LAKE}/${historyUploadKey('u1', i)}`, Buffer.from(JSON.stringify(upload)));
  }
  const event = {
    history: { upload: 'u1', paths: ['a/Streaming_0.json', 'a/Streaming_0.json', 'a/Streaming_1.json'] },
  };
  const { result } = await stack.invoke('listening', event);
  expect(result).toMatchObject({
    ...{ plays: count, added: count, known: 0 },
    files: [{ path: 'a/Streaming_0.json', rows: played.length }],
    rejected: [{ file: 'Streaming_1.json', line: 0, reason: 'it is broken' }],
  });
  const heard = new Set((await plays()).map(({ played_at }) => `recently_played/${played_at.slice(0, 10)}`));
  expect(days('recently_played').sort()).toEqual([...heard].sort());
  const again = await stack.invoke('listening', event);
  expect(again.result).toMatchObject({ added: 0, known: count });
  const missing = await stack.invoke('listening', { history: { upload: 'u2', paths: ['x'] } });
  expect(missing.errorType).toBe('no-data');
});

test('what is forgotten is gone from the database, the lake, Glue and the secret, and stays away', async () => {
  stack.cloud.s3.versioned = true;
  stack.logIn();
  await stack.invoke('listening');
  const answer = await stack.invoke('listening', { forget: true });
  expect(answer.result).toMatchObject({ plays: 50, gaps: 0 });
  expect([await plays(), days('recently_played'), days('heard_features')]).toEqual([[], [], []]);
  expect([...objects('recently-played'), ...objects('heard-features')]).toEqual([]);
  const ofUser = /recently-played|heard-features|recommendations|runs|uploads/;
  expect(stack.cloud.s3.earlier.filter(({ path }) => ofUser.test(path))).toEqual([]);
  expect(grant().refresh_token).toBe('');
  expect((await stack.invoke('listening')).result).toEqual(IDLE);
  expect((await stack.invoke('catalog', { fromListening: 30 })).errorType).toBe('no-data');
});
