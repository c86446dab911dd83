/**
 * The stack, deployed by the CDK's own command line into MiniStack, an emulator of AWS that somebody else wrote, in which
 * IAM is enforced and nothing is spoken without TLS. What of the stack it cannot make is listed in
 * test/support/ministack-template.ts, where its answers are not as those of AWS in test/support/ministack-mended.py. Also:
 *
 * - RDS is a record without a server: the functions are given a real MariaDB, and its password in a secret.
 * - Functions run on this machine's Node, outside of the VPC, ten at once; the limit of their memory is not held.
 * - Athena is DuckDB over all that lies below a table, whether registered in Glue or not.
 * - CloudFormation, Step Functions and the Scheduler do their work without a look at their roles.
 * - A schedule's time zone, retries and queue of the undelivered are ignored; alarms and metrics are not fed.
 * - EventBridge's schemas are not there: `testEvents` is off.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { GetPartitionsCommand, GlueClient } from '@aws-sdk/client-glue';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { stackOutputs } from '../../adapters/stack/outputs.ts';
import { systemClock } from '../../adapters/system.ts';
import type { DoctorResult, ListResult, RecommendCounts, RunResult, TrainResult } from '../../core/events.ts';
import { ENVIRONMENT, type FunctionName, functionName, type OUTPUTS } from '../../core/names.ts';
import { type StandIn, startStandIn } from '../../sample/stand-in/server.ts';
import { STAND_IN_USER } from '../../sample/stand-in/user-state.ts';
import { type CliOptions, documentOf, type Ended, soundalike } from '../support/cli.ts';
import { writeDatasetFolder } from '../support/dataset-folder.ts';
import { times } from '../support/long.ts';
import { openTestServer, type TestServer } from '../support/mariadb.ts';
import { findMiniStack, type MiniStack, startMiniStack } from '../support/ministack.ts';
import { fitTemplate, type Template } from '../support/ministack-template.ts';
import { playlistLine } from '../support/playlist-files.ts';
import { smallCatalogue } from '../support/small-catalogue.ts';

const STACK = 'Soundalike';
const ROOT = join(import.meta.dirname, '../..');
const LOGIN = { username: 'soundalike_ministack', password: 'of-the-database' };
/** Whom the migrator makes. */
const READER = 'soundalike_reader';
const APP = { client_id: 'app', client_secret: 'of-the-app' };
/** Others may be at work on this machine. */
const TEST_MS = 300_000;
const long = times(0, 1) > 0;
/** The user of the stand-in listens to half of its artists. */
const catalogue = smallCatalogue(24);
const names = catalogue.artists.map(({ name }) => name);

const found = findMiniStack(long);
if ('missing' in found) {
  process.stderr.write(`test/e2e/ministack.test.ts is skipped, it needs MiniStack: ${found.missing}\n`);
}

/** What keeps a command from asking. */
const UNASKED = { deploy: ['--require-approval', 'never'], destroy: ['--force'] };

/** A deployed stack and what stands around it. */
interface Deployment {
  folder: string;
  standIn: StandIn;
  server: TestServer;
  /** URL as the server's administrator. */
  database: string;
  ministack: MiniStack;
  output: (key: keyof typeof OUTPUTS) => string;
  /** Makes the app again with these settings beside those that it always has. */
  synthesise(settings: object): Promise<void>;
  /** The CDK's command line on the deployed app. */
  cdk(command: 'deploy' | 'destroy', consent: readonly string[]): Promise<void>;
}

/** What the workflow that trains and recommends gives. */
interface Recommended {
  trained: TrainResult;
  recommended: RecommendCounts;
}

const run = promisify(execFile);
const ending: (() => Promise<unknown>)[] = [];
let deployment: Deployment;
let emulator: MiniStack | undefined;

/** Starts something that is ended after the last test. */
async function started<T>(thing: Promise<T>, end: (thing: T) => Promise<unknown>): Promise<T> {
  const running = await thing;
  ending.unshift(() => end(running));
  return running;
}

/** Shows the emulator's log beside what went wrong. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message } = error as Error;
    throw Object.assign(error as Error, {
      message: `${message}\n\nMiniStack's log ends:\n${emulator?.tail()}`,
    });
  }
}

/** The CDK's command line; what it says where it fails. */
async function cdk(environment: Record<string, string>, ...args: string[]): Promise<void> {
  const env = {
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    CI: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    ...environment,
  };
  const program = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
  await run(process.execPath, [program, ...args, '--no-notices'], { cwd: ROOT, env }).catch((error) => {
    const said = `${error.stdout}${error.stderr}`
      .split('\n')
      .filter((line) => !/ (CREATE|DELETE)_(IN|C)/.test(line));
    throw new Error(`cdk ${args[0]} failed:\n${said.slice(-40).join('\n')}`);
  });
}

async function deploy(python: string): Promise<Deployment> {
  const folder = await started(mkdtemp(join(tmpdir(), 'soundalike-deployment-')), (path) =>
    rm(path, { recursive: true }),
  );
  const standIn = await started(startStandIn({ catalogue, mode: 'development' }), (it) => it.close());
  const server = await started(openTestServer(), (it) => it.stop());
  const { username, password } = LOGIN;
  await server.admin.query(`CREATE USER ${username}@'%' IDENTIFIED BY '${password}'`);
  ending.unshift(() => server.admin.query(`DROP USER ${username}@'%', ${READER}@'%'`));
  const database = await server.newDatabase();
  const { host, pathname } = new URL(database);
  // As RDS's master user, who makes the one who may only read.
  await server.admin.query(`GRANT CREATE USER ON *.* TO ${username}@'%'`);
  await server.admin.query(`GRANT ALL ON ${pathname.slice(1)}.* TO ${username}@'%' WITH GRANT OPTION`);
  const ministack = await started(startMiniStack(python), (it) => it.stop());
  emulator = ministack;

  const app = join(folder, 'cdk.out');
  const { accounts, api, reccobeats } = standIn.urls;
  const environment = { ...ministack.environment, HOME: folder };
  const instead = {
    database: `mysql://${host}${pathname}`,
    login: LOGIN,
    modules: join(ROOT, 'node_modules'),
  };
  /** Makes the app for the settings of all deployments here and these. */
  const synthesise: Deployment['synthesise'] = async (more) => {
    const config = join(folder, 'config.json');
    const urls = { spotifyAccountsUrl: accounts, spotifyApiUrl: api, reccobeatsApiUrl: reccobeats };
    await writeFile(config, JSON.stringify({ testEvents: 'off', keepDays: 30, ...urls, ...more }));
    const context = ['-c', `config=${config}`];
    await cdk(environment, 'synth', '--strict', '--quiet', '--output', app, ...context);
    const path = join(app, `${STACK}.template.json`);
    const template = JSON.parse(await readFile(path, 'utf8')) as Template;
    await writeFile(path, JSON.stringify(fitTemplate(template, instead)));
  };
  await Promise.all([
    cdk(environment, 'bootstrap', 'aws://000000000000/eu-central-1', '--app', ''),
    synthesise({}),
  ]);
  const onApp: Deployment['cdk'] = (command, consent) => cdk(environment, command, '--app', app, ...consent);
  await onApp('deploy', UNASKED.deploy);

  const output = await outputsOf(ministack);
  return { folder, standIn, server, database, ministack, output, synthesise, cdk: onApp };
}

const outputsOf = (ministack: MiniStack) =>
  stackOutputs(new CloudFormationClient(clientOf(ministack)), STACK, {
    clock: systemClock,
    random: Math.random,
  });

/** Settings of a real SDK client. */
const clientOf = ({ url, certificate, environment }: MiniStack) => ({
  endpoint: url,
  region: environment.AWS_REGION,
  credentials: {
    accessKeyId: String(environment.AWS_ACCESS_KEY_ID),
    secretAccessKey: String(environment.AWS_SECRET_ACCESS_KEY),
  },
  requestHandler: { httpsAgent: { ca: readFileSync(certificate) } },
});

const cli = (args: string[], options?: CliOptions): Promise<Ended> =>
  soundalike([...args, '--stack', STACK, '--json'], {
    ...options,
    environment: { ...deployment.ministack.environment, ...options?.environment },
  });

/** The same command on this machine, with the same Spotify. */
const locally = (...args: string[]): Promise<Ended> => {
  const { accounts, api, reccobeats } = deployment.standIn.urls;
  return soundalike([...args, '--data', join(deployment.folder, 'local'), '--json'], {
    environment: {
      [ENVIRONMENT.spotifyClientId]: APP.client_id,
      [ENVIRONMENT.spotifyClientSecret]: APP.client_secret,
      [ENVIRONMENT.spotifyAccountsUrl]: accounts,
      [ENVIRONMENT.spotifyApiUrl]: api,
      [ENVIRONMENT.reccobeatsApiUrl]: reccobeats,
    },
  });
};

/** A result without what differs from run to run; means differ in the last bits with the order in which an engine adds. */
const comparable = <T>(ended: Ended): T =>
  JSON.parse(
    JSON.stringify({ ...documentOf(ended), run: '', date: '' }, (_, part) =>
      typeof part === 'number' ? Number(part.toPrecision(12)) : part,
    ),
  );

/** Invokes a function as the console does. */
async function invoke(name: FunctionName, event: unknown): Promise<{ failed: boolean; answer: unknown }> {
  const lambda = new LambdaClient(clientOf(deployment.ministack));
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName(STACK, name), Payload: JSON.stringify(event) }),
  );
  return { failed: Boolean(FunctionError), answer: JSON.parse(Payload?.transformToString() ?? 'null') };
}

/** Days of a table that Glue knows. */
async function partitions(TableName: string): Promise<(string | undefined)[]> {
  const glue = new GlueClient(clientOf(deployment.ministack));
  const DatabaseName = deployment.output('lakeDatabase');
  const { Partitions = [] } = await glue.send(new GetPartitionsCommand({ DatabaseName, TableName }));
  return Partitions.map(({ Values }) => Values?.[0]);
}

/** The Scheduler's API; no client for it is a dependency. */
async function scheduler(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const { url, certificate, environment } = deployment.ministack;
  const { AWS_ACCESS_KEY_ID: key, AWS_REGION: region } = environment;
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20261122/${region}/scheduler/aws4_request, SignedHeaders=host, Signature=none`;
  const options = { method, ca: readFileSync(certificate), headers: { authorization } };
  const answer = await new Promise<string>((resolve, reject) => {
    request(`${url}${path}`, options, (response) => resolve(text(response)))
      .once('error', reject)
      .end(body && JSON.stringify(body));
  });
  return JSON.parse(answer) as Record<string, unknown>;
}

/** Has the schedule of a workflow fire at once, once: a copy of it of which the expression alone is another. */
async function fire(name: string, workflow = deployment.output('stateMachine')): Promise<void> {
  const { Schedules } = (await scheduler('GET', '/schedules')) as {
    Schedules: { Name: string; Target: { Arn: string } }[];
  };
  const own = Schedules.find(({ Target }) => Target.Arn === workflow);
  const { Name: _, Arn: __, ...schedule } = await scheduler('GET', `/schedules/${own?.Name}`);
  const now = new Date().toISOString().slice(0, 19);
  await scheduler('POST', `/schedules/${name}`, { ...schedule, ScheduleExpression: `at(${now})` });
}

const states = () => new SFNClient(clientOf(deployment.ministack));

/** The executions of a workflow, the newest first. */
async function executions(stateMachineArn = deployment.output('stateMachine')): Promise<string[]> {
  const command = new ListExecutionsCommand({ stateMachineArn });
  const { executions = [] } = await states().send(command);
  return executions
    .toSorted((a, b) => Number(b.startDate) - Number(a.startDate))
    .map(({ executionArn }) => String(executionArn));
}

/** Asks until there is an answer. */
async function patiently<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const until = Date.now() + seconds * 1000;
  for (let last: unknown; Date.now() < until; await delay(250)) {
    last = await ask();
    if (last !== undefined) return last as T;
  }
  throw new Error(`expected ${what} within ${seconds} s`);
}

/** Waits for an execution that was not there before; the emulator looks at its schedules every ten seconds. */
const newExecution = (before: readonly string[], workflow?: string): Promise<string> =>
  patiently('another execution', 120, async () =>
    (await executions(workflow)).find((arn) => !before.includes(arn)),
  );

/** The workflow that trains and recommends, which no command needs to find. */
async function recommending(): Promise<string> {
  const { stateMachines = [] } = await states().send(new ListStateMachinesCommand({}));
  return String(stateMachines.find(({ name }) => name?.includes('Recommending'))?.stateMachineArn);
}

async function putSecret(output: keyof typeof OUTPUTS, value: object): Promise<void> {
  await new SecretsManagerClient(clientOf(deployment.ministack)).send(
    new PutSecretValueCommand({ SecretId: deployment.output(output), SecretString: JSON.stringify(value) }),
  );
}

/** Waits for the end of an execution. */
const endOf = (executionArn: string, seconds = 120): Promise<object> =>
  patiently(`the end of ${executionArn}`, seconds, async () => {
    const described = await states().send(new DescribeExecutionCommand({ executionArn }));
    const { status, output = 'null', error, cause } = described;
    return status === 'RUNNING' ? undefined : { status, output: JSON.parse(output), error, cause };
  });

/** Waits until an execution waits. */
const waits = (executionArn: string): Promise<true> =>
  patiently(`${executionArn} to wait`, 40, async () => {
    const command = new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 });
    const { events = [] } = await states().send(command);
    return events.some(({ type }) => type === 'WaitStateEntered') || undefined;
  });

('python' in found ? describe : describe.skip)('a stack that is deployed', () => {
  beforeAll(async () => {
    if ('missing' in found) return;
    deployment = await explained(() => deploy(found.python));
    await putSecret('spotifySecret', APP);
  }, 2 * TEST_MS);
  afterAll(async () => {
    const failures: unknown[] = [];
    for (const end of ending) await end().catch((error: unknown) => failures.push(error));
    expect(failures).toEqual([]);
  });
  /** The day that was run. */
  let day: string;
  const works = (what: string, work: () => Promise<void>) => test(what, () => explained(work), TEST_MS);

  works(
    'has a database that the deployment has migrated, and tells which field of an event is bad',
    async () => {
      const { server, database } = deployment;
      const [tables] = await server.admin.query(`SHOW TABLES FROM ${new URL(database).pathname.slice(1)}`);
      expect((tables as unknown[]).length).toBeGreaterThan(5);
      expect(await invoke('migrator', {})).toEqual({
        failed: false,
        answer: { version: expect.any(Number) },
      });
      expect(await invoke('collector', { artists: 'all' })).toMatchObject({
        failed: true,
        answer: { errorType: 'invalid-input', errorMessage: expect.stringContaining('field artists') },
      });
    },
  );

  works('follows artists, runs and answers as this machine does', async () => {
    // Named, since the one may run before midnight and the other after it.
    day = new Date().toISOString().slice(0, 10);
    const commands = [
      ['artists', 'add', ...names],
      ['run', '--date', day],
      ['similar', names[0] as string],
    ];
    for (const command of commands) {
      const [there, here] = [await cli(command), await locally(...command)];
      expect([command[0], there.status, there.stderr]).toEqual([command[0], 0, '']);
      const { requests: _, ...same } = comparable<RunResult>(here);
      expect(comparable(there)).toMatchObject(same);
    }
  });

  works('registers in Glue what the functions write, and the doctor finds all well', async () => {
    const tables = ['artists', 'top_tracks', 'audio_features', 'runs', 'artist_features', 'related_artists'];
    expect(await Promise.all(tables.map(partitions))).toEqual(tables.map(() => [day]));
    const ended = await cli(['doctor']);
    const { checks } = documentOf<DoctorResult>(ended);
    expect([ended.status, checks.filter(({ ok }) => !ok)]).toEqual([0, []]);
  });

  works('takes a dataset, and its schedule runs, which removes the days that are too old', async () => {
    const dataset = join(deployment.folder, 'dataset');
    await writeDatasetFolder(dataset, smallCatalogue(3));
    const ended = await cli(['import', dataset, '--date', '2026-01-01']);
    expect([ended.status, ended.stderr]).toEqual([0, '']);
    expect(await partitions('artists')).toContain('2026-01-01');
    const before = await executions();
    await fire('now');
    expect(await endOf(await newExecution(before))).toMatchObject({
      status: 'SUCCEEDED',
      output: { collected: { done: true }, compared: { published: true } },
    });
    expect(await partitions('artists')).not.toContain('2026-01-01');
  });

  works('has nothing to train on or to recommend by at first, which is no failure', async () => {
    const stateMachineArn = await recommending();
    for (const [recommend, code] of [
      [{}, 'no-data'],
      [{ push: true }, 'consent-needed'],
    ] as const) {
      const input = JSON.stringify({ recommend });
      const { executionArn = '' } = await states().send(
        new StartExecutionCommand({ stateMachineArn, input }),
      );
      expect(await endOf(executionArn)).toMatchObject({
        status: 'SUCCEEDED',
        output: { trained: { Error: 'no-data' }, recommended: { Error: code } },
      });
    }
  });

  works(
    'trains, recommends and pushes by its weekly schedule, with what was imported and heard',
    async () => {
      const file = join(deployment.folder, 'playlists.jsonl');
      const lines = Array.from({ length: 24 }, (_, n) =>
        playlistLine(
          `list-${n}`,
          Array.from(
            { length: 12 },
            (_, i) => catalogue.tracks[(n * 5 + i * 7) % catalogue.tracks.length] ?? null,
          ),
        ),
      );
      await writeFile(file, lines.map((line) => `${line}\n`).join(''));
      const imported = await cli(['import', file]);
      expect([imported.status, imported.stderr]).toEqual([0, '']);
      await putSecret('userSecret', {
        refresh_token: STAND_IN_USER.refreshToken,
        scopes: STAND_IN_USER.scopes.join(' '),
        authorized_at: new Date().toISOString(),
      });
      expect(await invoke('listening', {})).toMatchObject({ failed: false, answer: { added: 50 } });
      const workflow = await recommending();
      const before = await executions(workflow);
      await fire('weekly', workflow);
      const ended = (await endOf(await newExecution(before, workflow), 120)) as { output: Recommended };
      expect(ended).toMatchObject({
        status: 'SUCCEEDED',
        output: { trained: { done: true, playlists: 24 }, recommended: { method: 'items', unknownCount: 0 } },
      });
      const { songs, pushed } = ended.output.recommended;
      const [playlist] = (await deployment.standIn.user.state()).playlists;
      expect(songs).toBeGreaterThan(0);
      expect([pushed, playlist?.items.length]).toEqual([true, songs]);
      expect(await partitions('track_vectors')).toEqual([ended.output.trained.model]);
      expect(await partitions('recommendations')).toHaveLength(1);
    },
  );

  (long ? works : test.skip)(
    "waits as long as Spotify says, and the next day's schedule meanwhile ends as skipped",
    async () => {
      deployment.standIn.faults.add({
        match: '/v1/search',
        kind: 'status',
        status: 429,
        headers: { 'retry-after': '61' },
        times: 1,
      });
      const before = await executions();
      const date = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
      const input = JSON.stringify({ collect: { date } });
      const { executionArn = '' } = await states().send(
        new StartExecutionCommand({ stateMachineArn: deployment.output('stateMachine'), input }),
      );
      await waits(executionArn);
      await fire('meanwhile');
      const scheduled = await newExecution([...before, executionArn]);
      expect(await endOf(scheduled)).toMatchObject({
        status: 'SUCCEEDED',
        output: { skipped: true, error: { Error: 'lease-held' } },
      });
      expect(await endOf(executionArn, 120)).toMatchObject({
        status: 'SUCCEEDED',
        output: { collected: { done: true, date }, compared: { date } },
      });
    },
  );

  works('takes other settings over what is deployed, and has its data and its reader as before', async () => {
    const before = await cli(['similar', names[0] as string]);
    await deployment.synthesise({ egress: 'nat-gateway', email: 'someone@example.com', logDays: 7 });
    await deployment.cdk('deploy', UNASKED.deploy);
    const after = await cli(['similar', names[0] as string]);
    expect([after.status, after.stdout]).toEqual([0, before.stdout]);
    expect((await invoke('explorer', { artist: names[0] })).failed).toBe(false);
  });

  works('keeps its database: another in the settings is refused before anything changes', async () => {
    await deployment.synthesise({ database: 'mariadb' });
    await expect(deployment.cdk('deploy', UNASKED.deploy)).rejects.toThrow(
      'npm run deploy -- --parameters ReplaceDatabaseBy=mariadb',
    );
    expect((await cli(['artists', 'list'])).status).toBe(0);
    await deployment.cdk('deploy', [...UNASKED.deploy, '--parameters', 'ReplaceDatabaseBy=mariadb']);
    // What was confirmed stays so.
    await deployment.synthesise({ database: 'mariadb', logDays: 7 });
    await deployment.cdk('deploy', UNASKED.deploy);
    expect((await cli(['artists', 'list'])).status).toBe(0);
  });

  works(
    'goes, but for its data, and comes back with it as docs/restore.md says, without its database',
    async () => {
      const client = new S3Client({ ...clientOf(deployment.ministack), forcePathStyle: true });
      const lakeBucket = deployment.output('lakeBucket');
      const lake = new ListObjectsV2Command({ Bucket: lakeBucket });
      const before = await client.send(lake);
      const followed = documentOf<ListResult>(await cli(['artists', 'list'])).artists;
      const heard = await cli(['history', 'export']);
      await deployment.cdk('destroy', UNASKED.destroy);
      expect((await cli(['artists', 'list'])).status).toBe(1);
      const after = await client.send(lake);
      expect([after.KeyCount, after.Contents]).toEqual([before.KeyCount, before.Contents]);

      const { server, database } = deployment;
      const name = new URL(database).pathname.slice(1);
      await server.admin.query(`DROP DATABASE ${name}`);
      await server.admin.query(`CREATE DATABASE ${name}`);
      await deployment.synthesise({ lakeBucket });
      await deployment.cdk('deploy', UNASKED.deploy);
      const outputs = await outputsOf(deployment.ministack);
      expect(outputs('lakeBucket')).toBe(lakeBucket);
      deployment.output = outputs;
      await putSecret('spotifySecret', APP);

      const page = await readFile(join(ROOT, 'docs/restore.md'), 'utf8');
      const steps = [...page.matchAll(/^ +npx soundalike (.*) --stack Soundalike$/gm)].map(([, step]) =>
        String(step),
      );
      expect(steps).toEqual(['restore', 'doctor', 'run']);
      for (const step of steps) {
        const ended = await cli([step]);
        expect([step, ended.status, documentOf(ended)]).toMatchObject([step, 0, {}]);
      }
      const artists = documentOf<ListResult>(await cli(['artists', 'list'])).artists;
      const idsOf = (list: ListResult['artists']) => list.filter((one) => one.followed).map(({ id }) => id);
      expect(idsOf(artists)).toEqual(idsOf(followed));
      expect((await cli(['similar', names[0] as string])).status).toBe(0);
      const [tables] = (await server.admin.query(
        `SELECT COUNT(*) AS plays FROM ${name}.recently_played`,
      )) as unknown as [{ plays: number }[]];
      expect([tables[0]?.plays, (await cli(['history', 'export'])).stdout]).toEqual([50, heard.stdout]);
      // Days that were collected before can be queried again.
      expect(await partitions('recently_played')).not.toEqual([]);
    },
  );
});
