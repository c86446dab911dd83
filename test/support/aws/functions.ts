import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { ENVIRONMENT, type FunctionName } from '../../../core/names.ts';
import { BUNDLING } from '../../../lib/bundling.ts';
import { DATABASE, LAKE } from './cloud.ts';

/** What came of an invocation: a result, or an error as Lambda tells it. */
export interface Answer {
  result?: Record<string, unknown>;
  errorType?: string;
  errorMessage?: string;
  /** The function's log, a JSON document a line. */
  log: Record<string, unknown>[];
}

/** How an invocation is made. */
export interface Invocation {
  /** Seconds until the function's time limit; default 900. */
  seconds?: number;
  /** The function's environment, beside the names of the lake. */
  environment?: Record<string, string>;
  /** Given the process of the function as soon as it runs. */
  started?: (process: { kill(signal: 'SIGKILL'): boolean }) => void;
}

/** The functions as they are deployed: each bundled, out of the repository, in a process of its own. */
export interface Functions {
  invoke(name: FunctionName, event: unknown, invocation?: Invocation): Promise<Answer>;
  /** Removes the bundles. */
  remove(): Promise<void>;
}

/** Bundles functions. */
export async function bundleFunctions(names: readonly FunctionName[]): Promise<Functions> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-functions-'));
  await Promise.all(
    names.map((name) =>
      build({
        ...BUNDLING,
        entryPoints: [join(import.meta.dirname, '../../../lambdas', name, 'handler.ts')],
        outfile: join(folder, name, 'index.js'),
      }),
    ),
  );
  await writeFile(join(folder, 'runtime.js'), RUNTIME);
  let invocations = 0;
  return {
    invoke: async (name, event, { seconds = 900, environment, started } = {}) => {
      const id = `request-${++invocations}`;
      const answer = join(folder, `${id}.json`);
      const child = spawn(
        process.execPath,
        ['runtime.js', name, JSON.stringify(event), id, String(seconds), answer],
        { cwd: folder, env: { ...ENVIRONMENT_OF_ALL, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
      );
      started?.(child);
      const [out, errors] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        new Promise((resolve) => child.once('exit', resolve)),
      ]);
      const log = `${out}${errors}`.split('\n').filter((line) => line.startsWith('{'));
      const told = await readFile(answer, 'utf8').catch(() => `{"errorType": "died", "errorMessage": ""}`);
      return { ...(JSON.parse(told) as Omit<Answer, 'log'>), log: log.map((line) => JSON.parse(line)) };
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

const ENVIRONMENT_OF_ALL = {
  PATH: process.env.PATH,
  [ENVIRONMENT.lakeBucket]: LAKE,
  [ENVIRONMENT.lakeDatabase]: DATABASE,
  [ENVIRONMENT.workGroup]: 'soundalike',
  POWERTOOLS_SERVICE_NAME: 'Soundalike',
};

/** Loads a bundle as Lambda's runtime does and hands it one event. */
const RUNTIME = `
const [name, event, awsRequestId, seconds, answer] = process.argv.slice(2);
const { handler } = require('./' + name + '/index.js');
const until = Date.now() + Number(seconds) * 1000;
const context = {
  functionName: 'Soundalike-' + name,
  memoryLimitInMB: '512',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:Soundalike-' + name,
  awsRequestId,
  getRemainingTimeInMillis: () => until - Date.now(),
};
handler(JSON.parse(event), context).then(
  (result) => ({ result }),
  ({ name: errorType, message: errorMessage }) => ({ errorType, errorMessage }),
).then((told) => { require('node:fs').writeFileSync(answer, JSON.stringify(told)); });
`;
