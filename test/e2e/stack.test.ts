import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import { S3Store } from '../../adapters/lake/s3.ts';
import {
  CatalogRequest,
  type CollectRequest,
  type CollectResult,
  type ImportResult,
  type ListResult,
  parseInput,
  type RunResult,
  type SimilarityRequest,
  type SimilarResult,
} from '../../core/events.ts';
import { addArtists, listArtists, removeArtists } from '../../lambdas/catalog/follow.ts';
import { collect } from '../../lambdas/collector/collect.ts';
import { findSimilar } from '../../lambdas/explorer/find-similar.ts';
import { adoptImport } from '../../lambdas/importer/adopt.ts';
import { compare } from '../../lambdas/similarity/compare.ts';
import { clientFor, patience } from '../support/aws/client.ts';
import { LAKE } from '../support/aws/cloud.ts';
import {
  type DeployedStack,
  type InvokeFault,
  type LambdaServer,
  STACK,
  serveStack,
  toldOf,
} from '../support/aws/deployed-stack.ts';
import { AwsFault, type Input, type Output } from '../support/aws/json-service.ts';
import { type CliOptions, complaints, documentOf, type Ended, errorOf, soundalike } from '../support/cli.ts';
import { writeDatasetFolder } from '../support/dataset-folder.ts';
import { runRow } from '../support/machine.ts';
import { type Pipeline, TODAY, withPipeline } from '../support/pipeline.ts';
import { artistId, smallCatalogue } from '../support/small-catalogue.ts';

const N = 6;
const catalogue = smallCatalogue(N);

/** A deployed stack whose functions do the real work on a database and a lake of their own, and the command line. */
interface Trial {
  pipeline: Pipeline;
  stack: DeployedStack;
  cli: (args: string[], options?: CliOptions) => Promise<Ended>;
}

const withStack = (test: (trial: Trial) => Promise<void>, follow = N): Promise<void> =>
  withPipeline({ catalogue, follow }, async (pipeline) => {
    const stack = await serveStack(functionsOn(pipeline, () => stack));
    stack.runs = (input) => workflow(stack.lambda.functions, input);
    try {
      const cli: Trial['cli'] = (args, options) =>
        soundalike([...args, '--stack', STACK, '--json'], {
          ...options,
          environment: { ...stack.environment, TMPDIR: join(root, 'tmp'), ...options?.environment },
        });
      await test({ pipeline, stack, cli });
    } finally {
      await stack.close();
    }
  });

/** The verbs on the pipeline; a list comes two artists at a time, an import goes by the stack's own S3. */
function functionsOn({ main }: Pipeline, stack: () => DeployedStack): LambdaServer['functions'] {
  const catalog = async (event: Input): Promise<object> => {
    const { add, remove, after, adopt } = parseInput(CatalogRequest, event, 'catalog');
    const limits = { tracks: 10, dailyRequests: 1000 };
    if (add) return addArtists({ ...main, provider: 'spotify', limits }, add);
    if (remove) return removeArtists(main.artists, remove);
    if (!adopt) return listArtists(main.artists, { after, limit: 2 });
    const client = new S3Client({ ...clientFor(stack().s3.url), forcePathStyle: true });
    const lake = new ParquetLake(new S3Store({ client, bucket: LAKE, ...patience() }));
    return adoptImport({ ...main, lake }, adopt);
  };
  return {
    catalog,
    collector: (event) => collect(main, event as CollectRequest),
    similarity: (event) => compare(main, event as SimilarityRequest),
    explorer: (event) => findSimilar(main, event),
  };
}

/** The workflow: collect, then compare that day; where another run holds the lease, it is skipped. */
async function workflow(functions: LambdaServer['functions'], input: Input): Promise<Output> {
  const step = async (name: 'collector' | 'similarity', event: unknown) =>
    toldOf(functions[name] as (event: Input) => unknown, event as Input);
  const collected = await step('collector', input.collect);
  if (collected.error) {
    const [code, cause] = [collected.error.errorType, JSON.stringify(collected.error)];
    return code === 'lease-held'
      ? succeeded({ skipped: true, error: { Error: code, Cause: cause } })
      : { status: 'FAILED', error: code, cause };
  }
  const { done, date } = collected.result as CollectResult;
  if (!done) return succeeded({ collected: collected.result });
  const compared = await step('similarity', { ...(input.similarity as object), date });
  return succeeded({ collected: collected.result, compared: compared.result });
}

const succeeded = (output: object): Output => ({ status: 'SUCCEEDED', output: JSON.stringify(output) });
const faults = (stack: DeployedStack, ...first: InvokeFault[]) => {
  stack.lambda.fault = (turn) => first[turn - 1];
};
const invoked = ({ lambda }: DeployedStack) => lambda.invocations.map(({ event }) => event);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-stack-cli-'));
  await mkdir(join(root, 'tmp'));
  await writeDatasetFolder(join(root, 'dataset'), catalogue);
});
afterAll(() => rm(root, { recursive: true }));

/** The same command on this machine. */
const locally = (...args: string[]): Promise<Ended> =>
  soundalike([...args, '--data', join(root, 'local'), '--date', TODAY, '--json']);

describe('a stack', () => {
  test('runs, answers and lists what this machine would, and its results are the same', () =>
    withStack(async ({ stack, cli }) => {
      const here = await locally('run', '--catalogue', join(root, 'dataset'));
      const there = await cli(['run', '--neighbours', '3', '--date', TODAY]);
      expect([there.status, complaints(there)]).toEqual([0, []]);
      const { pairs, ...rest } = documentOf<RunResult>(there);
      // Here the stand-in's user was listened to as well, and has heard every song of the catalogue.
      const { recommended, warnings, ...same } = documentOf<RunResult>(here);
      expect([recommended?.songs, warnings.length]).toEqual([[], 1]);
      const expected = { ...same, recommended: null, warnings: [], pairs: undefined };
      expect([pairs, rest]).toEqual([3 * N, expected]);
      expect(JSON.parse(String(stack.workflow.inputsOf('StartExecution')[0]?.input))).toEqual({
        collect: { date: TODAY },
        similarity: { neighbours: 3 },
      });
      const [similar, alike] = [
        await cli(['similar', 'artist 001', '--limit', '2']),
        await locally('similar', 'artist 001', '--limit', '2'),
      ];
      expect({ ...documentOf<SimilarResult>(similar), run: '' }).toEqual({ ...documentOf(alike), run: '' });
      const [list, listed] = [await cli(['artists', 'list']), await locally('artists', 'list')];
      expect([list.status, documentOf<ListResult>(list)]).toEqual([0, documentOf(listed)]);
      expect(invoked(stack).slice(1)).toEqual([
        { list: true },
        { list: true, after: artistId(2) },
        { list: true, after: artistId(4) },
      ]);
    }));

  test('follows and forgets artists; what is not clear has exit status 1 and the result', () =>
    withStack(async ({ pipeline, cli }) => {
      const added = await cli(['artists', 'add', 'Artist 001', 'Nobody at all']);
      expect([added.status, documentOf(added)]).toMatchObject([
        1,
        { added: [{ id: artistId(1) }], error: { code: 'unknown-artist', hint: 'add by id or link' } },
      ]);
      expect(await pipeline.main.artists.list()).toHaveLength(1);
      const removed = await cli(['artists', 'remove', artistId(1), 'nobody']);
      expect([removed.status, documentOf(removed)]).toMatchObject([
        1,
        {
          removed: [artistId(1)],
          error: { code: 'unknown-artist', message: 'expected known ids, got nobody' },
        },
      ]);
    }, 0));

  test('tells in words how to go on with it', () =>
    withStack(async ({ stack }) => {
      const ended = await soundalike(['run', '--stack', STACK, '--date', TODAY], stack);
      expect(ended.stdout).toMatch(/^Ask on: npx soundalike similar "Artist \d+" --stack Soundalike$/m);
      expect(ended.stdout).toMatch(/^Look at it: npx soundalike explore --stack Soundalike, or reports/m);
    }));

  test('asks its collector what would be done, and starts no workflow', () =>
    withStack(async ({ stack, cli }) => {
      const dry = await cli(['run', '--dry-run', '--date', TODAY]);
      expect([dry.status, documentOf(dry)]).toMatchObject([
        0,
        { run: null, done: false, artists: { asked: N } },
      ]);
      expect([invoked(stack), stack.workflow.calls]).toEqual([[{ dryRun: true, date: TODAY }], []]);
    }));

  test('compares a day again', () =>
    withStack(async ({ pipeline, stack, cli }) => {
      await pipeline.collect();
      const dry = await cli(['similarity', '--date', TODAY, '--neighbours', '2', '--dry-run']);
      expect([dry.status, documentOf(dry)]).toMatchObject([0, { pairs: 2 * N, published: false }]);
      const ended = await cli(['similarity', '--date', TODAY]);
      expect([ended.status, documentOf(ended)]).toMatchObject([0, { pairs: N * (N - 1), published: true }]);
      expect(stack.lambda.invocations.map(({ name }) => name)).toEqual([
        'Soundalike-similarity',
        'Soundalike-similarity',
      ]);
    }));

  test('scores as this machine does, and takes lists to be kept alone', () =>
    withStack(async ({ pipeline, stack, cli }) => {
      await pipeline.collect();
      const { scores } = await compare(pipeline.main, { date: TODAY, method: 'whitened', dryRun: true });
      const ended = await cli(['score', '--date', TODAY, '--compare', 'whitened,mean']);
      expect([ended.status, documentOf(ended)]).toMatchObject([0, { date: TODAY, measures: scores }]);
      expect(stack.lambda.invocations.map(({ name }) => name)).toEqual(
        Array(2).fill('Soundalike-similarity'),
      );
      const related = join(root, 'related.csv');
      await writeFile(related, 'a,b\n');
      expect(errorOf(await cli(['score', '--related', related]), 2).message).toContain('expected --keep');
      expect((await cli(['score', '--date', TODAY, '--related', related, '--keep'])).status).toBe(0);
      expect(Buffer.from(stack.s3.objects.get(`${LAKE}/truth/related.csv`) ?? []).toString()).toBe('a,b\n');
    }));

  test('that is not done with a collection gives what there is, and goes on', () =>
    withStack(async ({ cli }) => {
      const stopped = await cli(['run', '--budget', '4', '--date', TODAY]);
      expect([stopped.status, documentOf(stopped)]).toMatchObject([
        1,
        { done: false, error: { code: 'not-done', hint: expect.stringContaining(`--date ${TODAY}`) } },
      ]);
      expect((await cli(['run', '--date', TODAY])).status).toBe(0);
    }));

  test('whose run is skipped or fails tells what its function raised', () =>
    withStack(async ({ pipeline: { main }, stack, cli }) => {
      const lease_until = `${TODAY}T23:00:00.000Z`;
      await main.runs.insert(runRow({ id: 'other', dt: '2026-11-21', status: 'running', lease_until }));
      expect(errorOf(await cli(['run', '--date', TODAY]), 1)).toMatchObject({
        code: 'lease-held',
        message: expect.stringContaining('got run other (running), held by another process'),
      });
      stack.runs = async () => ({ status: 'ABORTED' });
      expect(errorOf(await cli(['run']), 1)).toMatchObject({ code: 'aws' });
      expect(errorOf(await cli(['similar', 'nobody']), 1)).toMatchObject({ code: 'unknown-artist' });
    }));

  test('that publishes below the floor has exit status 1', () =>
    withStack(async ({ cli }) => {
      const ended = await cli(['run', '--artists', artistId(1), '--date', TODAY]);
      expect([ended.status, documentOf(ended)]).toMatchObject([
        1,
        { published: false, error: { code: 'coverage-below-floor' } },
      ]);
    }));

  test('goes on with its run when the command is interrupted, which names it', () =>
    withStack(async ({ stack, cli }) => {
      stack.runs = () => new Promise(() => {});
      const { DescribeExecution } = stack.workflow.operations;
      let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
      stack.workflow.operations.DescribeExecution = (input) => {
        child?.kill('SIGINT');
        return DescribeExecution?.(input);
      };
      const ended = await cli(['run'], { started: (process) => (child = process as typeof child) });
      expect([ended.status, ended.stdout]).toEqual([130, '']);
      expect(ended.stderr).toMatch(/^The execution arn:aws:states:\S+:cli-[0-9a-f]{12} goes on in AWS\.\n$/);
      expect(stack.workflow.inputsOf('StopExecution')).toEqual([]);
    }));
});

describe('an import', () => {
  /** What a command has left in its temporary folder. */
  const temporary = () => readdir(join(root, 'tmp'));

  test('is read here, put into the lake there, and its artists are known', () =>
    withStack(async ({ pipeline: { main }, stack, cli }) => {
      const ended = await cli(['import', join(root, 'dataset'), '--date', TODAY]);
      expect([ended.status, complaints(ended)]).toEqual([0, []]);
      const result = documentOf<ImportResult>(ended);
      expect(result).toMatchObject({ date: TODAY, artists: N, tracks: 3 * N, features: 3 * N });
      expect(await main.runs.byId(result.run)).toMatchObject({ kind: 'import', status: 'done' });
      expect(await main.artists.list()).toHaveLength(N);
      expect([...stack.s3.objects.keys()].map((path) => path.split('/')[1]).sort()).toEqual([
        'artists',
        'audio-features',
        'runs',
        'top-tracks',
      ]);
      expect(await temporary()).toEqual([]);
    }, 0));

  test('whose answer was lost is asked for again, and done once', () =>
    withStack(async ({ pipeline, stack, cli }) => {
      faults(stack, 'cut', 'cut-body');
      const ended = await cli(['import', join(root, 'dataset'), '--date', TODAY]);
      expect([ended.status, documentOf(ended)]).toMatchObject([0, { artists: N }]);
      expect(stack.lambda.invocations).toHaveLength(3);
      expect(await pipeline.statuses()).toEqual(['done']);
    }, 0));

  test('that cannot be read uploads nothing; one that is refused there leaves the day', () =>
    withStack(async ({ pipeline: { main }, stack, cli }) => {
      await writeFile(join(root, 'what.csv'), 'a,b\n1,2\n');
      expect(errorOf(await cli(['import', join(root, 'what.csv')]), 1)).toMatchObject({ code: 'dataset' });
      expect([stack.s3.requests, stack.lambda.invocations]).toEqual([[], []]);
      await main.runs.insert(runRow({ id: 'c1' }));
      const refused = await cli(['import', join(root, 'dataset'), '--date', TODAY]);
      expect(errorOf(refused, 1)).toMatchObject({ code: 'day-taken' });
      expect([...stack.s3.objects.keys()].filter((path) => !path.includes('/uploads/'))).toEqual([]);
      expect(await temporary()).toEqual([]);
    }, 0));

  test('that is interrupted leaves nothing on this machine', () =>
    withStack(async ({ stack, cli }) => {
      let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
      stack.s3.fault = () => {
        child?.kill('SIGINT');
        return undefined;
      };
      const ended = await cli(['import', join(root, 'dataset')], {
        started: (process) => (child = process as typeof child),
      });
      expect([ended.status, ended.stdout, ended.stderr]).toEqual([130, '', '']);
      expect(await temporary()).toEqual([]);
    }, 0));
});

describe('a bad day', () => {
  test.each([
    ['--data', 'x'],
    ['--database', 'mysql://localhost/x'],
    ['--catalogue', 'x'],
    ['--mode', 'extended'],
  ])('%s beside --stack is bad usage', async (option, value) => {
    const ended = await soundalike(['run', '--stack', STACK, option, value, '--json']);
    expect(errorOf(ended, 2)).toEqual({
      code: 'usage',
      message: `expected --stack without ${option}, got both`,
      hint: `leave out ${option}: the stack has its own`,
    });
  });

  test('a database in the environment is no option', () =>
    withStack(async ({ stack, cli }) => {
      const environment = { ...stack.environment, SOUNDALIKE_DATABASE: 'mysql://nowhere.invalid/x' };
      expect((await cli(['artists', 'list'], { environment })).status).toBe(0);
    }));

  test.each(['', '-', 'a_b', 'arn:aws:x'])('%j is no name of a stack', async (name) => {
    const ended = await soundalike(['artists', 'list', '--stack', name]);
    expect([ended.status, ended.stderr]).toEqual([
      2,
      expect.stringContaining('expected the name of a stack'),
    ]);
  });

  test('no such stack, no region and no credentials each say what to do', () =>
    withStack(async ({ stack }) => {
      const list = (name: string, change: Record<string, string>) =>
        soundalike(['artists', 'list', '--stack', name, '--json'], {
          environment: { ...stack.environment, ...change },
        });
      const [unknown, nowhere, nobody] = await Promise.all([
        list('Other', {}),
        list(STACK, { AWS_REGION: '' }),
        list(STACK, { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }),
      ]);
      expect(errorOf(unknown, 1).message).toBe('expected a stack Other in eu-central-1, got none');
      expect(errorOf(nowhere, 1).hint).toContain('AWS_REGION');
      expect(errorOf(nobody, 1)).toMatchObject({
        code: 'aws-refused',
        hint: expect.stringContaining('aws sso'),
      });
      expect(stack.lambda.invocations).toEqual([]);
    }));

  test('an answer that was lost is told and not asked for again, and what was done is done', () =>
    withStack(async ({ pipeline: { main }, stack, cli }) => {
      faults(stack, 'cut');
      const lost = await cli(['artists', 'add', 'Artist 001']);
      expect(errorOf(lost, 1)).toMatchObject({
        code: 'service-unavailable',
        message: expect.stringContaining('it may have done its work all the same'),
      });
      expect([stack.lambda.invocations.length, (await main.artists.list()).length]).toEqual([1, 1]);
    }, 0));

  test('a throttled list is asked for again; a function that dies is told', () =>
    withStack(async ({ stack, cli }) => {
      faults(stack, new AwsFault('TooManyRequestsException', 429), 'cut');
      expect((await cli(['artists', 'list'])).status).toBe(0);
      stack.lambda.fault = () => ({
        errorType: 'Sandbox.Timedout',
        errorMessage: 'Task timed out after 60.00 seconds',
      });
      expect(errorOf(await cli(['artists', 'remove', 'a1']), 1)).toMatchObject({
        code: 'aws',
        message: expect.stringContaining('was ended at its time limit'),
      });
    }));
});

test.each([
  [['artists', 'list', '--data', 'empty'], 'no'],
  [['artists', 'list', '--stack', STACK], 'the'],
])('%j loads %s part of the AWS SDK', async (args, which) => {
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, context, next) => {
      if (name.startsWith('@aws-sdk/client-')) process.stderr.write(name + '\\n');
      return next(name, context);
    } });`;
  const environment = {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
    AWS_REGION: '',
    AWS_CONFIG_FILE: '/dev/null',
  };
  const path = args.map((value) => (value === 'empty' ? join(root, value) : value));
  const { stderr } = await soundalike(path, { environment });
  expect(stderr.includes('@aws-sdk')).toBe(which === 'the');
});

test('the doctor adds what the alarms show, and alarm-test sets a real one off', () =>
  withStack(async ({ stack, cli }) => {
    const own = { name: 'database', ok: true, detail: 'answers', remedy: null };
    stack.lambda.functions.doctor = () => ({
      ok: true,
      checks: [own],
      hoursSincePublished: null,
      requests: 0,
    });
    stack.alarms.subscribed = { 'someone@example.com': false };
    const examined = await cli(['doctor']);
    expect([examined.status, documentOf(examined)]).toMatchObject([
      1,
      { ok: false, checks: [own, { name: 'subscription', ok: false }, { name: 'alarms', ok: true }] },
    ]);
    const mute = await cli(['alarm-test']);
    expect(errorOf(mute, 1).code).toBe('alarm-mute');
    stack.alarms.subscribed = { 'someone@example.com': true };
    const heard = await cli(['alarm-test', '--alarm', `${STACK}-undelivered`]);
    expect([heard.status, documentOf(heard)]).toMatchObject([
      0,
      { alarm: `${STACK}-undelivered`, was: 'OK', action: { succeeded: true } },
    ]);
    expect((await soundalike(['alarm-test', '--json'])).status).toBe(2);
  }));
