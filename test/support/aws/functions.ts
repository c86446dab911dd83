import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
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
  /** Milliseconds by which the function's clock is ahead of this machine's; 0 unless told. */
  ahead?: number;
  /** Given the process of the function as soon as it runs. */
  started?: (process: FunctionProcess) => void;
}

/** A function that runs. */
export interface FunctionProcess {
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): boolean;
  /** Sets its clock forward by so many milliseconds. */
  send(milliseconds: number): boolean;
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
  // Built together each is as it is alone, in a quarter of the time and of the memory.
  const handlers = names.map((name) => [
    `${name}/index`,
    join(import.meta.dirname, '../../../lambdas', name, 'handler.ts'),
  ]);
  await build({ ...BUNDLING, entryPoints: Object.fromEntries(handlers), outdir: folder });
  await writeFile(join(folder, 'runtime.js'), RUNTIME);
  let invocations = 0;
  return {
    invoke: async (name, event, { seconds = 900, ahead = 0, environment, started } = {}) => {
      const id = `request-${++invocations}`;
      const answer = join(folder, `${id}.json`);
      const child = spawn(
        process.execPath,
        ['runtime.js', name, JSON.stringify(event), id, String(seconds), answer, String(ahead)],
        {
          cwd: folder,
          env: { ...ENVIRONMENT_OF_ALL, ...environment },
          stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        },
      );
      started?.(child);
      const [out, errors] = await Promise.all([
        text(child.stdout as Readable),
        text(child.stderr as Readable),
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
const [name, event, awsRequestId, seconds, answer, first] = process.argv.slice(2);
const machine = Date.now;
let ahead = Number(first);
Date.now = () => machine() + ahead;
process.on('message', (milliseconds) => { ahead += milliseconds; });
process.channel.unref();
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
