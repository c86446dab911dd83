import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../adapters/system.ts';
import { nearestOnThreads } from '../adapters/threads/nearest.ts';
import type { Matrix } from '../core/similarity/matrix.ts';
import { nearestNeighbours } from '../core/similarity/neighbours.ts';
import { prepareSearch, simdKernel } from '../core/similarity/search.ts';
import { LEAF } from '../core/similarity/tree.ts';
import { mulberry32 } from '../sample/random.ts';
import { bruteForce } from '../test/support/brute-force.ts';
import { cpuMs, findPython, type Round, type Row, rowOf, runPython } from './yardstick.ts';

const K = 20;
const WORK = { clock: systemClock, progress: () => {} };
/** Queries that scipy is asked where it takes long; its time is scaled. */
const SAMPLE = 50_000;

interface Seconds {
  clock: number;
  cpu: number;
}

/** What scipy is asked; see nearest.py. */
interface Asked {
  work: 'all pairs' | 'nearest';
  order?: 'input' | 'tree';
  workers?: number;
  sample?: number;
  out?: string;
}

/** Sixty clusters of which a fiftieth of the points are twins, between 0 and 1. */
export function clustered(n: number, d: number, seed: number): Matrix {
  const random = mulberry32(seed);
  const centres = Array.from({ length: 60 }, () => Array.from({ length: d }, () => random.uniform()));
  const columns = Array.from({ length: d }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    const twin = i > 0 && random.int(50) === 0 ? random.int(i) : undefined;
    const centre = centres[random.int(centres.length)] as number[];
    for (const [f, column] of columns.entries()) {
      const x = Math.min(1, Math.max(0, (centre[f] as number) + random.gaussian() * 0.05));
      column[i] = twin === undefined ? x : (column[twin] as number);
    }
  }
  return { ids: Array.from({ length: n }, (_, i) => String(i)), columns };
}

/**
 * Exact neighbours and all pairs beside scipy on the same points, in turn: on one thread by the processor's time, on two
 * by the clock. Ours is the whole call, of scipy only the queries count. Where there is no Python, the yardstick is
 * comparing all with all in JavaScript.
 */
export async function nearestRows({ quick }: { quick: boolean }): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-bench-'));
  try {
    const python = findPython();
    if (!python) return [besideBruteForce(quick ? 5000 : 20_000)];
    return await besideScipy(python, folder, quick);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function besideScipy(python: string, folder: string, quick: boolean): Promise<Row[]> {
  const points = join(folder, 'points');
  const rounds = quick ? 2 : 5;
  const scipy = (d: number, asked: Asked): Seconds =>
    runPython(python, 'nearest.py', { points, d, k: K, workers: 1, ...asked }, asked.workers);
  const given = (n: number, d: number): Matrix => {
    const matrix = clustered(n, d, n + d);
    writeFileSync(points, Buffer.concat(matrix.columns.map(bytesOf)));
    return matrix;
  };
  const rows: Row[] = [];
  for (const n of quick ? [1000, 3000] : [1000, 3000, 10_000]) {
    const matrix = given(n, 5);
    for (const once of [true, false]) {
      const ours = allPairs(matrix, once);
      const turns = times(rounds, () => ({ ours: ours(), theirs: scipy(5, { work: 'all pairs' }).cpu }));
      const work = `distances of ${n} points of 5 features, each pair ${once ? 'once' : 'twice'}`;
      rows.push(rowOf({ work, yardstick: 'scipy cdist', unit: 's of CPU' }, turns, 'less'));
    }
  }
  const small: number[] = [];
  for (const [d, orders] of [
    [5, ['input', 'tree']],
    [12, ['tree']],
  ] as const) {
    const n = quick ? 20_000 : 100_000;
    const matrix = given(n, d);
    nearestNeighbours(matrix, K);
    for (const order of orders) {
      const turns = times(rounds, () => ({
        ours: cpuSeconds(() => nearestNeighbours(matrix, K)),
        theirs: scipy(d, { work: 'nearest', order, sample: d === 5 ? n : SAMPLE }).cpu,
      }));
      if (d === 5) small.push(...turns.map(({ ours }) => ours));
      const work = `the ${K} nearest of ${n} points of ${d} features`;
      const yardstick = `scipy cKDTree.query, in ${order} order`;
      rows.push(rowOf({ work, yardstick, unit: 's of CPU' }, turns, 'less'));
    }
  }
  if (!quick) rows.push(...(await ofAMillion(given(1_000_000, 5), small, scipy)));
  return rows;
}

async function ofAMillion(
  matrix: Matrix,
  ofHundredThousand: number[],
  scipy: (d: number, asked: Asked) => Seconds,
): Promise<Row[]> {
  const turns: Round[] = [];
  for (let i = 0; i < 3; i++) {
    const begun = performance.now();
    await nearestOnThreads(WORK, matrix, K, { threads: 2 });
    const ours = (performance.now() - begun) / 1000;
    const asked = { work: 'nearest', order: 'tree', workers: 2, sample: 1_000_000 } as const;
    turns.push({ ours, theirs: scipy(5, asked).clock });
  }
  const large = times(2, () => cpuSeconds(() => nearestNeighbours(matrix, K)));
  const growth = large.map((seconds) => ({
    ours: Math.log10(seconds / Math.min(...ofHundredThousand)),
    theirs: 1.1,
  }));
  const work = `the ${K} nearest of 1000000 points of 5 features, 2 threads`;
  const yardstick = 'scipy cKDTree.query, in tree order, 2 workers';
  return [
    rowOf({ work, yardstick, unit: 's' }, turns, 'less'),
    rowOf(
      { work: 'growth from 100000 to 1000000 points', yardstick: 'n^1.1', unit: 'exponent' },
      growth,
      'less',
    ),
  ];
}

/** Fills a matrix of distances row by row as the search does, or what is right of its diagonal; CPU seconds. */
function allPairs(matrix: Matrix, once: boolean): () => number {
  const n = matrix.ids.length;
  const search = prepareSearch(matrix, 1);
  const kernel = simdKernel(search, 0);
  const row = search.leaves * LEAF * 8;
  const memory = search.memory as WebAssembly.Memory & { grow(pages: number): number };
  const out = memory.grow(Math.ceil((n * row) / 65_536)) * 65_536;
  const fill = () => {
    for (let i = 0; i < n; i++) {
      const leaf = once ? Math.floor(i / LEAF) : 0;
      kernel.distances(i, leaf, search.leaves - leaf, out + i * row);
    }
  };
  fill();
  return () => cpuSeconds(fill);
}

function besideBruteForce(n: number): Row {
  const matrix = clustered(n, 5, n);
  const turns = times(3, () => ({
    ours: cpuSeconds(() => nearestNeighbours(matrix, K)),
    theirs: cpuSeconds(() => bruteForce(matrix, K)),
  }));
  const work = `the ${K} nearest of ${n} points of 5 features`;
  return rowOf({ work, yardstick: 'all with all in JavaScript', unit: 's of CPU' }, turns, 'less');
}

function cpuSeconds(work: () => unknown): number {
  const begun = cpuMs();
  work();
  return (cpuMs() - begun) / 1000;
}

const times = <T>(count: number, round: () => T): T[] => Array.from({ length: count }, round);

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Compares every distance with scipy's, which may differ in the last bits; the largest difference. */
function compareWithScipy(n: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-bench-'));
  try {
    const [points, out] = [join(folder, 'points'), join(folder, 'distances')];
    const matrix = clustered(n, 5, n + 1);
    writeFileSync(points, Buffer.concat(matrix.columns.map(bytesOf)));
    const { distances } = nearestNeighbours(matrix, K);
    runPython(findPython() as string, 'nearest.py', {
      ...{ points, d: 5, k: K, workers: 2, work: 'nearest', order: 'input', sample: n, out },
    });
    const bytes = readFileSync(out);
    const theirs = new Float64Array(bytes.buffer, bytes.byteOffset, n * K);
    return distances.reduce(
      (most, distance, i) => Math.max(most, Math.abs(distance - (theirs[i] as number))),
      0,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const compared = process.argv.find((argument) => argument.startsWith('--compare='))?.split('=')[1];
  if (compared)
    console.log(`Largest difference of ${compared} points' distances: ${compareWithScipy(Number(compared))}`);
  else console.table(await nearestRows({ quick: process.argv.includes('--quick') }));
}
