import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimilaritySearch } from '../core/vectors/most-similar.ts';
import { mostSimilar, type UnitVectors, unitVectors } from '../core/vectors/nearest.ts';
import { xoshiro128 } from '../core/vectors/random.ts';
import { cpuMs, findPython, type Round, type Row, rowOf, runPython } from './yardstick.ts';

const K = 10;
const ROUNDS = 5;
const QUERIES = 8 * ROUNDS;

/** What a way found for each query, and the milliseconds it took. */
interface Answer {
  ms: number;
  rows: number[];
}

/**
 * The ten most similar of 500,000 vectors of 100 numbers, or of 100,000, one query at a time: beside numpy with one
 * thread, by the processor's time, and with all cores, by the clock, or beside our own plain way where there is no numpy.
 */
export async function mostSimilarRows({ quick }: { quick: boolean }): Promise<Row[]> {
  const [rows, size] = [quick ? 100_000 : 500_000, 100];
  const space = generated(rows, size);
  const search = new SimilaritySearch(space);
  const queries = Array.from({ length: QUERIES }, (_, q) => {
    const row = Math.floor((q * rows) / QUERIES);
    return space.vectors.slice(row * size, (row + 1) * size);
  });
  const ask = (cpu: boolean, find: (query: Float32Array) => { rows: Int32Array }): Answer[] =>
    queries.map((query) => {
      const clock = cpu ? cpuMs : () => performance.now();
      const begun = clock();
      const found = find(query);
      return { ms: clock() - begun, rows: [...found.rows] };
    });
  const ourWay = (query: Float32Array) => search.mostSimilar(query, K);
  // The kernel is compiled again, better, while it is first used.
  ask(true, ourWay);
  const beside = (yardstick: string, cpu: boolean, theirs: Answer[]): Row => {
    const ours = ask(cpu, ourWay);
    for (const [q, query] of queries.entries())
      expectSame(space, query, ours[q]?.rows ?? [], theirs[q]?.rows ?? []);
    const rounds = Array.from({ length: ROUNDS }, (_, round): Round => {
      const total = (answers: Answer[]) =>
        answers
          .filter((_, q) => q % ROUNDS === round)
          .reduce((sum, { ms }) => sum + ms / (QUERIES / ROUNDS), 0);
      return { ours: total(ours), theirs: total(theirs) };
    });
    const names = { work: `most similar, ${rows} vectors of ${size}, one query, top ${K}`, yardstick };
    return rowOf({ ...names, unit: cpu ? 'ms of CPU' : 'ms' }, rounds, 'less');
  };
  const python = findPython();
  if (!python)
    return [
      beside(
        'plain TypeScript',
        true,
        ask(true, (query) => mostSimilar(space, query, K)),
      ),
    ];
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-bench-'));
  try {
    const [matrix, asked] = [join(folder, 'matrix.f32'), join(folder, 'queries.f32')];
    writeFileSync(matrix, space.vectors);
    writeFileSync(asked, Float32Array.from(queries.flatMap((query) => [...query])));
    return [true, false].map((cpu) => {
      const parameters = { matrix, queries: asked, size, k: K, cpu };
      const told = runPython<{ seconds: number[]; rows: number[][] }>(
        ...([python, 'most-similar.py', parameters, cpu ? 1 : 0] as const),
      );
      const theirs = told.seconds.map((seconds, q) => ({
        ms: seconds * 1000,
        rows: told.rows[q] as number[],
      }));
      return beside(`numpy, ${cpu ? 'one thread' : 'all cores'}`, cpu, theirs);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Rows around a thousand points, as trained vectors lie. */
function generated(rows: number, size: number): UnitVectors {
  const random = xoshiro128(7);
  const normal = () => random.uniform() + random.uniform() - random.uniform() - random.uniform();
  const middles = Float32Array.from({ length: 1000 * size }, normal);
  const vectors = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const middle = random.int(1000) * size;
    for (let f = 0; f < size; f++) vectors[row * size + f] = (middles[middle + f] as number) + normal();
  }
  const ids = Array.from({ length: rows }, (_, row) => String(row).padStart(7, '0'));
  return unitVectors({ ids, size, vectors });
}

/** Both found the same, but that numpy's sums of 32 bits may swap what is equal but for a millionth. */
function expectSame(space: UnitVectors, query: Float32Array, ours: number[], theirs: number[]): void {
  const similarity = (row: number) =>
    query.reduce((sum, value, f) => sum + value * (space.vectors[row * space.size + f] as number), 0);
  for (const [place, row] of ours.entries()) {
    const other = theirs[place] as number;
    if (row === other || Math.abs(similarity(row) - similarity(other)) < 1e-5) continue;
    throw new Error(`expected the same rows, got ${row} and ${other} at ${place + 1}`);
  }
}

if (import.meta.main) console.table(await mostSimilarRows({ quick: process.argv.includes('--quick') }));
