import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAtOnce } from '../core/long-work.ts';
import { layOut } from '../core/map/layout.ts';
import { mapQuality } from '../core/map/quality.ts';
import { nearestNeighbours } from '../core/similarity/neighbours.ts';
import { clustered } from './nearest.ts';
import { cpuMs, findPython, type Row, rowOf, runPython } from './yardstick.ts';

const FEATURES = 9;
const NEIGHBOURS = 15;

type Figures = Record<'seconds' | 'trustworthiness' | 'kept', number>;

/**
 * A map of clustered artists beside those of scikit-learn: PCA, which is quick, and t-SNE, which keeps most of the
 * truth. Ours is measured by our own figures, which tests hold against scikit-learn's.
 */
export async function mapRows({ quick }: { quick: boolean }): Promise<Row[]> {
  const python = findPython();
  if (!python) return [];
  const n = quick ? 1000 : 10_000;
  const points = clustered(n, FEATURES, 1);
  const neighbours = nearestNeighbours(points, NEIGHBOURS);
  runAtOnce(
    layOut(nearestNeighbours(clustered(500, FEATURES, 2), NEIGHBOURS), clustered(500, FEATURES, 2), 1),
  );
  const rounds = Array.from({ length: quick ? 1 : 3 }, () => {
    const begun = cpuMs();
    const layout = runAtOnce(layOut(neighbours, points, 1));
    return { layout, seconds: (cpuMs() - begun) / 1000 };
  });
  const squares = new Float64Array(n);
  const { trustworthiness, kept, k } = runAtOnce(
    mapQuality(
      (rounds[0] as (typeof rounds)[number]).layout,
      (row) => {
        squares.fill(0);
        for (const column of points.columns) {
          for (let j = 0; j < n; j++) {
            squares[j] = (squares[j] as number) + ((column[j] as number) - (column[row] as number)) ** 2;
          }
        }
        return squares;
      },
      1,
    ),
  );
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-bench-'));
  try {
    const file = join(folder, 'points');
    writeFileSync(file, Buffer.concat(points.columns.map(({ buffer }) => Buffer.from(buffer))));
    const theirs = runPython<Record<'pca' | 'tsne', Figures>>(python, 'map.py', {
      points: file,
      d: FEATURES,
      k,
    });
    const work = `a map of ${n} artists by ${FEATURES} features`;
    const [pca, tsne] = ['scikit-learn PCA', 'scikit-learn t-SNE'];
    const once = (what: string, unit: string, yardstick: string, ours: number, theirs: number) =>
      rowOf({ work: `${work}: ${what}`, yardstick, unit }, [{ ours, theirs }], 'more');
    return [
      rowOf(
        { work, yardstick: tsne, unit: 's of CPU' },
        rounds.map(({ seconds }) => ({ ours: seconds, theirs: theirs.tsne.seconds })),
        'less',
      ),
      once('trustworthiness', 'of 1', tsne, trustworthiness, theirs.tsne.trustworthiness),
      once('trustworthiness', 'of 1', pca, trustworthiness, theirs.pca.trustworthiness),
      once('neighbours kept', 'of 1', tsne, kept, theirs.tsne.kept),
      once('neighbours kept', 'of 1', pca, kept, theirs.pca.kept),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) console.table(await mapRows({ quick: process.argv.includes('--quick') }));
