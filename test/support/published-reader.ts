import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');
const FLAGS = ['--experimental-import-text', '--disable-warning=ExperimentalWarning', '--input-type=module'];

/** Starts a program, given as the text of a module that may import `$ROOT/...`, in another process. */
export function startProgram(program: string): ChildProcess & { stdout: NodeJS.ReadableStream } {
  return spawn(process.execPath, [...FLAGS, '--eval', program.replaceAll('$ROOT', ROOT)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/**
 * Another process that asks who is near `a0`, without pause, and checks that every answer is of one run. It tells the
 * run of every hundredth answer, and of each that is of another run than the one before.
 */
export interface PublishedReader {
  /** The runs of the next `count` that it tells, all asked from now on. */
  next(count: number): Promise<Set<number>>;
  /** Resolves once a run of `publicationOf` is seen. */
  seen(run: number): Promise<void>;
  stop(): Promise<void>;
}

/** Opens the file in another process, which never waits for a lock: where it would have to, it ends with an error. */
export function startReader(path: string, artists: number): PublishedReader {
  const child = startProgram(`
    import { openSqlite } from '$ROOT/adapters/database/sqlite.ts';
    const { relatedArtists } = await openSqlite(${JSON.stringify(path)}, { busyTimeoutMs: 0 });
    let told;
    for (let answers = 1; ; answers++) {
      const asked = process.hrtime.bigint();
      const { published, features, neighbours } = await relatedArtists.nearest('a0', 1000);
      const run = JSON.parse(published.parameters).run;
      const numbers = [features, ...neighbours.flatMap(({ distance, features }) => [{ distance }, features])]
        .flatMap(Object.values)
        .filter((value) => typeof value === 'number');
      const whole = published.run_id === 'run-' + run && neighbours.length === ${artists - 1} &&
        numbers.every((value) => value === run);
      if (whole && run === told && answers % 100 !== 0) continue;
      told = run;
      // Waiting lets what could not be written at once be written: these awaits alone never let the event loop turn.
      await new Promise((done) => process.stdout.write(asked + ' ' + (whole ? run : 'mixed') + '\\n', done));
    }
  `);
  const ended = once(child, 'exit');
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await answers.next();
    if (done) throw new Error('the reader has ended');
    const [asked = '', run] = (value as string).split(' ');
    if (run === 'mixed') throw new Error('two runs were mixed');
    return { asked: BigInt(asked), run: Number(run) };
  };
  return {
    async next(count) {
      const runs = new Set<number>();
      // The same clock for all processes of a machine.
      const from = process.hrtime.bigint();
      for (let told = 0; told < count; ) {
        const { asked, run } = await answer();
        if (asked < from) continue;
        runs.add(run);
        told += 1;
      }
      return runs;
    },
    async seen(run) {
      while ((await answer()).run !== run);
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
