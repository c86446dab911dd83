import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { WorkerDiedError } from '../../core/errors.ts';
import { type LongWork, runInSlices } from '../../core/long-work.ts';
import type { Matrix } from '../../core/similarity/matrix.ts';
import type { Neighbours } from '../../core/similarity/neighbours.ts';
import { prepareSearch, type Search, searchInSteps } from '../../core/similarity/search.ts';
import SOURCE from './nearest-worker.bundle.ts';

/** Up to so many points a search takes no longer than starting workers does. */
const AT_ONCE = 20_000;
/** Lambda gives a whole core for so much memory, and shows more of them than it gives. */
const LAMBDA_MB_A_CORE = 1769;

/** How many threads are worth starting here. */
export function cores({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: megabytes }: NodeJS.ProcessEnv): number {
  if (megabytes === undefined) return availableParallelism();
  return Math.max(1, Math.floor(Number(megabytes) / LAMBDA_MB_A_CORE));
}

/**
 * As `nearestRows` of core/similarity/neighbours.ts, of all rows unless told, on worker threads where there are many
 * points; this thread yields to the event loop meanwhile. The result is the same whatever their number. Throws `WorkerDiedError`.
 */
export async function nearestOnThreads(
  work: Pick<LongWork, 'clock' | 'progress'>,
  matrix: Matrix,
  k: number,
  { rows, threads = cores(process.env) }: { rows?: [from: number, to: number]; threads?: number } = {},
): Promise<Neighbours> {
  const search = prepareSearch(matrix, k, threads, rows);
  if (matrix.ids.length > AT_ONCE) await searchOnThreads(search, threads);
  else await runInSlices(work, searchInSteps(search));
  return search.result;
}

/** Completes a search that was readied for so many threads. Where one fails, all have ended when this throws. */
export async function searchOnThreads(search: Search, threads: number): Promise<void> {
  const workers = Array.from(
    { length: threads },
    (_, thread) => new Worker(SOURCE, { eval: true, workerData: { search, thread } }),
  );
  try {
    await Promise.all(workers.map(ended));
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw new WorkerDiedError(
      `expected a thread to finish its search, got ${(error as Error).message}`,
      'run it again; if memory is short, give it more or ask for fewer neighbours',
      { cause: error },
    );
  }
}

const ended = (worker: Worker): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit status ${code}`))));
  });
