import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import {
  type BoundedFeature,
  boundsInWords,
  impossibleFeatures,
  withinBounds,
} from '../../../core/features.ts';

const DATA = join(import.meta.dirname, '../../../../shared/data');

test.each<[BoundedFeature, number[], number[]]>([
  ['danceability', [0, 2.33e-5, 1], [-0.001, 1.001, 55, 1e308, Number.NaN, Number.POSITIVE_INFINITY]],
  ['loudness', [-60, -70, 3.8, 7.234, 10], [-99, 10.1, 55]],
  ['tempo', [0, 249.99, 300], [-1, 301]],
  ['key', [-1, 0, 11], [-2, 12, 4.5]],
  ['mode', [0, 1], [-1, 2, 0.5]],
  ['time_signature', [0, 1, 7], [-1, 8]],
  ['duration_ms', [0, 86_400_000], [-1, 86_400_001]],
])('%s can be %j and not %j', (feature, possible, impossible) => {
  for (const value of possible)
    expect([value, impossibleFeatures({ [feature]: value })]).toEqual([value, []]);
  for (const value of impossible) {
    expect([value, impossibleFeatures({ [feature]: value })]).toEqual([value, [feature]]);
  }
});

test('what cannot be becomes unknown, and nothing else does', () => {
  const row = { id: 't', energy: 55, danceability: 0.5, key: null, tempo: -1 };
  expect(withinBounds(row)).toEqual({ ...row, energy: null, tempo: null });
  expect(withinBounds({ energy: 1 })).toEqual({ energy: 1 });
  expect([boundsInWords('energy'), boundsInWords('key')]).toEqual([
    'a number from 0 to 1',
    'a whole number from -1 to 11',
  ]);
});

(existsSync(DATA) ? test : test.skip)(
  'every row of the real data can be (skipped without ../shared/data)',
  () => {
    const files = ['artists-20k/audio.csv', 'hits-41k/hit*.csv'].flatMap((path) =>
      globSync(join(DATA, path)),
    );
    const rows = files.flatMap((file) => {
      const records: Record<string, string>[] = parse(readFileSync(file), { bom: true, columns: true });
      return records.map(({ track_duration, ...row }) => ({ duration_ms: track_duration, ...row }));
    });
    expect(rows.length).toBe(61_187);
    const faults = rows.flatMap((row) => {
      const numbers = Object.entries(row).map(([column, text]) => [column, text ? Number(text) : null]);
      return impossibleFeatures(Object.fromEntries(numbers)).map((feature) => [feature, row]);
    });
    expect(faults).toEqual([]);
  },
);
