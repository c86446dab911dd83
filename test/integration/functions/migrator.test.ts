import { connect, createServer } from 'node:net';
import { openMysql } from '../../../adapters/database/mysql.ts';
import {
  DatabaseRefusedError,
  DatabaseUnreachableError,
  ServiceUnavailableError,
} from '../../../core/errors.ts';
import { ENVIRONMENT } from '../../../core/names.ts';
import { onceReachable } from '../../../lambdas/migrator/once-reachable.ts';
import { deployed } from '../../support/aws/deployed.ts';
import { FakeClock } from '../../support/clock.ts';
import { freePort } from '../../support/free-port.ts';

const stack = deployed();

const unreachable = () => new DatabaseUnreachableError('no answer', 'wait');

describe('waiting', () => {
  const clock = new FakeClock();
  const MINUTE = 60_000;
  let said: string[];
  beforeEach(() => {
    said = [];
  });
  const waiting = <T>(minutes: number, work: () => Promise<T>) =>
    onceReachable({ clock, deadline: clock.now() + minutes * MINUTE, say: (line) => said.push(line) }, work);

  test.each([unreachable(), new ServiceUnavailableError('AWS is away', 'wait')])(
    'for what passes (%s) goes on for as long as there is time',
    async (error) => {
      const from = clock.now();
      let tries = 0;
      const done = await waiting(10, async () => {
        tries++;
        if (clock.now() - from < 9 * MINUTE) throw error;
        return 'done';
      });
      expect([done, tries]).toEqual(['done', 109]);
      expect(said[0]).toBe(`trying again in 5 s: ${error.message}`);
    },
  );

  test('ends with the last error when the time is over', async () => {
    const from = clock.now();
    await expect(waiting(1, () => Promise.reject(unreachable()))).rejects.toThrow('no answer');
    expect(clock.now() - from).toBe(55_000);
  });

  test('ends at once where waiting does not help', async () => {
    const refused = new DatabaseRefusedError('wrong password', 'see');
    await expect(waiting(1, () => Promise.reject(refused))).rejects.toBe(refused);
    expect(said).toEqual([]);
  });
});

test('a database that is not there yet: the migrator waits for it', async () => {
  const { port } = new URL(stack.mysql.url);
  const later = await freePort();
  const front = createServer((client) => client.pipe(connect(Number(port), '127.0.0.1')).pipe(client));
  const environment = { [ENVIRONMENT.database]: stack.mysql.url.replace(`:${port}/`, `:${later}/`) };
  const migrating = stack.invoke('migrator', {}, { environment });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await new Promise<void>((resolve) => front.listen(later, '127.0.0.1', resolve));
  const { result } = await migrating;
  front.close();
  expect(result).toEqual({ version: expect.any(Number) });
});

describe('the user who may only read', () => {
  const READER = 'reads_only';
  const url = () =>
    Object.assign(new URL(stack.mysql.url), { username: READER, password: 'of-the-reader' }).href;
  const migrate = () =>
    stack.invoke('migrator', {}, { environment: { [ENVIRONMENT.readerSecret]: 'reader' } });
  const setPassword = (password: string) =>
    stack.cloud.secrets.set('reader', JSON.stringify({ username: READER, password }));
  afterEach(() => stack.mysql.admin(`DROP USER IF EXISTS ${READER}@'%'`));

  test('is made by the migrator, and asks what the explorer asks', async () => {
    setPassword('of-the-reader');
    expect((await migrate()).result).toEqual({ version: expect.any(Number) });
    await stack.invoke('catalog', { add: stack.artists });
    await stack.invoke('collector');
    await stack.invoke('similarity');
    const { host, pathname } = new URL(stack.mysql.url);
    const environment = {
      [ENVIRONMENT.database]: `mysql://${host}${pathname}`,
      [ENVIRONMENT.databaseSecret]: 'reader',
    };
    const { result } = await stack.invoke('explorer', { artist: stack.artists[0] }, { environment });
    expect(result).toMatchObject({ neighbours: expect.arrayContaining([expect.anything()]) });
  });

  test('may change nothing', async () => {
    setPassword('of-the-reader');
    await migrate();
    const database = await openMysql(url());
    try {
      await expect(database.artists.remove(['a'])).rejects.toBeInstanceOf(DatabaseRefusedError);
      await expect(database.makeReader('other', 'x')).rejects.toBeInstanceOf(DatabaseRefusedError);
      expect(await database.artists.list()).toEqual([]);
    } finally {
      await database.close();
    }
  });

  test('has the password of the secret after each migration', async () => {
    setPassword('an-old-one');
    await migrate();
    setPassword('of-the-reader');
    await migrate();
    const database = await openMysql(url());
    await database.close();
  });
});
