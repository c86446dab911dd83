import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { systemClock } from '../../../adapters/system.ts';
import { cores, nearestOnThreads, searchOnThreads } from '../../../adapters/threads/nearest.ts';
import type { Matrix } from '../../../core/similarity/matrix.ts';
import { nearestNeighbours } from '../../../core/similarity/neighbours.ts';
import { prepareSearch } from '../../../core/similarity/search.ts';
import { BUNDLING } from '../../../lib/bundling.ts';
import { mulberry32 } from '../../../sample/random.ts';

const WORK = { clock: systemClock, progress: () => {} };

const uniform = (n: number): Matrix => {
  const random = mulberry32(n);
  return {
    ids: Array.from({ length: n }, (_, i) => String(i)),
    columns: Array.from({ length: 5 }, () => Float64Array.from({ length: n }, () => random.uniform())),
  };
};

test('the result is the same whatever the number of threads', async () => {
  const matrix = uniform(21_000);
  const expected = nearestNeighbours(matrix, 8);
  for (const threads of [1, 2, 5]) {
    const { rows, distances } = await nearestOnThreads(WORK, matrix, 8, { threads });
    expect(Buffer.compare(bytesOf(rows), bytesOf(expected.rows))).toBe(0);
    expect(Buffer.compare(bytesOf(distances), bytesOf(expected.distances))).toBe(0);
  }
  const some = await nearestOnThreads(WORK, matrix, 8, { threads: 2, rows: [100, 200] });
  expect(Buffer.compare(bytesOf(some.rows), bytesOf(expected.rows.subarray(800, 1600)))).toBe(0);
});

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array | Float64Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

test('few points start no thread, and more threads than leaves do no harm', async () => {
  const matrix = uniform(40);
  expect(await nearestOnThreads(WORK, matrix, 3, { threads: 2 })).toEqual(nearestNeighbours(matrix, 3));
  const search = prepareSearch(matrix, 3, 4);
  await searchOnThreads(search, 4);
  expect(search.result).toEqual(nearestNeighbours(matrix, 3));
});

test('a thread that runs into a fault ends the others, and is told', async () => {
  const search = prepareSearch(uniform(1000), 3, 2);
  const broken = { ...search, places: { ...search.places, nodes: 2 ** 31 } };
  await expect(searchOnThreads(broken, 2)).rejects.toMatchObject({
    code: 'worker-died',
    message: expect.stringContaining('out of bounds'),
    hint: expect.any(String),
  });
});

test('a core is counted where Lambda gives one, else each that there is', () => {
  const inLambda = (megabytes: number) => cores({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(megabytes) });
  expect([128, 1768, 1769, 3537, 3538, 10_240].map(inLambda)).toEqual([1, 1, 1, 1, 2, 5]);
  expect(cores({})).toBe(availableParallelism());
});

describe('in a bundle, out of the repository', () => {
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-threads-'));
  const bundle = join(folder, 'index.js');
  const sourcePath = join(import.meta.dirname, '../../..');
  beforeAll(() =>
    build({
      ...BUNDLING,
      stdin: {
        resolveDir: sourcePath,
        contents: `
          import { createHash } from 'node:crypto';
          import { systemClock } from './adapters/system.ts';
          import { nearestOnThreads } from './adapters/threads/nearest.ts';
          import { nearestNeighbours } from './core/similarity/neighbours.ts';
          const n = 21000;
          const columns = [3, 7, 11].map((p) => Float64Array.from({ length: n }, (_, i) => ((i + 1) * p * 7919) % 10007));
          const matrix = { ids: columns[0].map(String), columns };
          const hash = ({ rows, distances }) => createHash('sha256').update(rows).update(distances).digest('hex');
          const deps = { clock: systemClock, progress: () => {} };
          const work = nearestOnThreads(deps, matrix, 5, { threads: 2 });
          if (process.argv[2] === 'exit') setImmediate(() => process.exit(7));
          work.then((found) => console.log(hash(found) === hash(nearestNeighbours(matrix, 5))));`,
      },
      outfile: bundle,
    }),
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [bundle, ...args], { cwd: folder, encoding: 'utf8', timeout: 60_000 });

  test('two threads find what one finds', () => {
    expect(run()).toMatchObject({ stdout: 'true\n', stderr: '', status: 0 });
  });

  test('a process that ends takes its threads with it', () => {
    expect(run('exit')).toMatchObject({ stdout: '', stderr: '', status: 7, signal: null });
  });
});
