import { type AddressInfo, connect, createServer } from 'node:net';
import { ENVIRONMENT } from '../../../core/names.ts';
import { APP_SECRET, deployed } from '../../support/aws/deployed.ts';
import type { FunctionProcess } from '../../support/aws/functions.ts';
import { AwsFault } from '../../support/aws/json-service.ts';
import { seen } from '../../support/pipeline.ts';

const stack = deployed();

const follow = () => stack.invoke('catalog', { add: stack.artists });

/** What a lease that ran out looks like. */
const leaseRunsOut = () => stack.mysql.admin("UPDATE runs SET lease_until = '2026-01-01T00:00:00.000Z'");

test.each([
  [
    'collector',
    { date: '22.11.2026' },
    /collect, field date: expected a day as yyyy-mm-dd; got "22.11.2026"/,
  ],
  ['collector', { day: '2026-11-22' }, /Unrecognized key: "day"/],
  ['similarity', { minCoverage: 7 }, /similarity, field minCoverage: .*got 7/],
  ['explorer', {}, /similar, field artist/],
  ['catalog', { add: ['x'], list: true }, /expected only one of add .*, remove, list, adopt and restore/],
  ['trainer', { size: 0 }, /trainer, field size: .*got 0/],
  ['recommender', { method: 'luck' }, /recommend, field method: .*got "luck"/],
  ['migrator', { up: 1 }, /migrator: Unrecognized key: "up"/],
] as const)('%s refuses %j and names the field', async (name, event, message) => {
  const { errorType, errorMessage, log } = await stack.invoke(name, event);
  expect(errorType).toBe('invalid-input');
  expect(errorMessage).toMatch(message);
  expect(errorMessage?.split('\n').at(-1)).toBe('correct the field and try again');
  // The caller's mistake rings no alarm.
  expect(log.find((line) => '_aws' in line)).toMatchObject({
    Refused: 1,
    function_name: `Soundalike-${name}`,
  });
});

test('an empty secret: the field is named, and once it is filled in all goes well', async () => {
  stack.cloud.secrets.set(APP_SECRET, '{"client_id":"","client_secret":""}');
  const { errorType, errorMessage } = await follow();
  expect(errorType).toBe('secret');
  expect(errorMessage).toMatch(/the secret spotify-app .*client_id.*\n.*fill in client_id/);
  stack.cloud.secrets.set(APP_SECRET, '{"client_id":"id","client_secret":"secret"}');
  expect((await follow()).result).toMatchObject({ notFound: [] });
});

test('a wrong secret: said without showing it', async () => {
  stack.cloud.secrets.set(APP_SECRET, '{"client_id":"id","client_secret":"wrong"}');
  const { errorType, errorMessage, log } = await follow();
  expect(errorType).toBe('credentials');
  expect(errorMessage).toContain("the stack's secret");
  expect(JSON.stringify([errorMessage, log])).not.toContain('"wrong"');
});

test('a database password that RDS has changed meanwhile is read again', async () => {
  const { host, pathname } = new URL(stack.mysql.url);
  await stack.mysql.admin("CREATE OR REPLACE USER rotated@'127.0.0.1' IDENTIFIED BY 'todays'");
  await stack.mysql.admin("GRANT ALL ON *.* TO rotated@'127.0.0.1'");
  let reads = 0;
  stack.cloud.services.operations.GetSecretValue = () => {
    const password = reads++ === 0 ? 'yesterdays' : 'todays';
    return { SecretString: JSON.stringify({ username: 'rotated', password }) };
  };
  const environment = {
    [ENVIRONMENT.database]: `mysql://${host}${pathname}`,
    [ENVIRONMENT.databaseSecret]: 'rds',
  };
  const listed = await stack.invoke('catalog', {}, { environment });
  expect(listed).toMatchObject({ result: { artists: [] } });
  expect(reads).toBe(2);
});

test('a collection that a schedule starts while another goes on is refused and rings no alarm', async () => {
  await follow();
  const underWay = seen(stack.standIn, stack.standIn.requests.count() + 5);
  let first: FunctionProcess | undefined;
  const collecting = stack.invoke('collector', {}, { started: (process) => (first = process) });
  await underWay;
  // It stands still, and not for as long as its lease lasts.
  first?.kill('SIGSTOP');
  const refused = await stack.invoke('collector');
  first?.kill('SIGCONT');
  expect((await collecting).result).toMatchObject({ done: true });
  expect(refused.errorType).toBe('lease-held');
  expect(refused.log.find((line) => '_aws' in line)).toMatchObject({ Refused: 1 });
});

test('a collector that is killed in mid-collect goes on where it stopped, once its lease has run out', async () => {
  await follow();
  const inMidCollect = seen(stack.standIn, stack.standIn.requests.count() + 54);
  const started = (process: FunctionProcess) => void inMidCollect.then(() => process.kill('SIGKILL'));
  const killed = await stack.invoke('collector', {}, { started });
  expect(killed.errorType).toBe('died');
  const searches = stack.standIn.requests.count('/v1/search');
  expect((await stack.invoke('collector')).errorType).toBe('lease-held');
  await leaseRunsOut();
  const { result } = await stack.invoke('collector');
  expect(result).toMatchObject({ done: true, artists: { asked: 60, collected: 60 } });
  // 50 artists are a slice, which is not asked for again.
  expect(stack.standIn.requests.count('/v1/search') - searches).toBeLessThan(20);
});

test('a call whose time is used up ends as not done, and goes on with its run, whatever the day is by then', async () => {
  await follow();
  const { result: first } = await stack.invoke('collector', { date: '2026-11-20' }, { seconds: 0.01 });
  expect(first).toMatchObject({ date: '2026-11-20', done: false, resumeAfter: null });
  const { result: second } = await stack.invoke('collector', { run: first?.run });
  expect(second).toMatchObject({ date: '2026-11-20', run: first?.run, done: true });
});

test('a Retry-After of 50,000 s: when to go on is told, and nothing is asked before', async () => {
  await follow();
  stack.standIn.faults.add({
    match: '/v1/search',
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '50000' },
    after: 5,
    times: 1,
  });
  const { result } = await stack.invoke('collector');
  expect(result).toMatchObject({ done: false, run: expect.any(String) });
  const wait = Date.parse(String(result?.resumeAfter)) - stack.now();
  expect(wait).toBeGreaterThan(49_900_000);
  expect(wait).toBeLessThanOrEqual(50_000_000);
  const asked = stack.standIn.requests.count();
  expect((await stack.invoke('collector', { run: result?.run })).result).toMatchObject({ done: false });
  expect(stack.standIn.requests.count()).toBe(asked);
  // The schedule of the next day finds the run waiting.
  expect((await stack.invoke('collector', { date: '2027-01-01' })).errorType).toBe('lease-held');
});

test('Athena is throttled, and answers in the end', async () => {
  await follow();
  const start = stack.cloud.services.operations.StartQueryExecution;
  let turn = 0;
  stack.cloud.services.operations.StartQueryExecution = (input) =>
    turn++ < 3 ? new AwsFault('ThrottlingException') : (start?.(input) ?? {});
  expect((await stack.invoke('collector')).result).toMatchObject({ done: true });
});

test('a database that cannot be reached: said, and nothing is asked of Spotify', async () => {
  const asked = stack.standIn.requests.count();
  const environment = { [ENVIRONMENT.database]: 'mysql://u:hidden-word@127.0.0.1:1/soundalike' };
  const { errorType, errorMessage, log } = await stack.invoke('collector', {}, { environment });
  expect(errorType).toBe('database-unreachable');
  expect(errorMessage).not.toContain('hidden-word');
  // The alarm of a database that sleeps goes by it.
  expect(log.find((line) => '_aws' in line)).toMatchObject({ DatabaseUnreachable: 1 });
  expect(stack.standIn.requests.count()).toBe(asked);
});

test('a database that sleeps lets a function wait until it is awake', async () => {
  const { port } = new URL(stack.mysql.url);
  // Aurora takes the connection at once, and answers when it has resumed.
  const asleep = createServer((client) => {
    setTimeout(() => client.pipe(connect(Number(port), '127.0.0.1')).pipe(client), 1500);
    client.on('error', () => {});
  });
  await new Promise<void>((resolve) => asleep.listen(0, '127.0.0.1', resolve));
  const { port: front } = asleep.address() as AddressInfo;
  const environment = { [ENVIRONMENT.database]: stack.mysql.url.replace(`:${port}/`, `:${front}/`) };
  const { result } = await stack.invoke('catalog', {}, { environment });
  asleep.close();
  expect(result).toEqual({ artists: [] });
});

test('a function without its environment says which variable it lacks', async () => {
  const { errorType, errorMessage } = await stack.invoke(
    'explorer',
    { artist: 'a' },
    {
      environment: { [ENVIRONMENT.database]: '' },
    },
  );
  expect(errorType).toBe('usage');
  expect(errorMessage).toContain('SOUNDALIKE_DATABASE');
});
