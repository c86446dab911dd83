import { SOUND_FEATURES } from '../../../../core/features.ts';
import { soundScorer, soundVectors } from '../../../../core/recommend/sound.ts';
import { mostSimilar } from '../../../../core/vectors/nearest.ts';
import { shuffled, xoshiro128 } from '../../../../core/vectors/random.ts';

const random = xoshiro128(7);
const SIZE = SOUND_FEATURES.length;
type Song = { id: string; features: number[] };
const songs: Song[] = Array.from({ length: 120 }, (_, n) => ({
  id: `song${String(n).padStart(3, '0')}`,
  // Scales as different as those of loudness and tempo, and the fourth the same for all.
  features: Array.from({ length: SIZE }, (_, f) =>
    f === 3 ? 0.1 : (random.uniform() - 0.3) * 10 ** (f - 4),
  ),
}));
const vectorsOf = (of: readonly Song[]) =>
  soundVectors({
    ids: of.map(({ id }) => id),
    size: SIZE,
    vectors: Float32Array.from(of.flatMap(({ features }) => features)),
  });

/** Z-scores, one value at a time. */
function scaled({ features }: Song): number[] {
  return features.map((value, f) => {
    const all = songs.map((song) => song.features[f] as number);
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
    const deviation = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length);
    return f === 3 ? 0 : (value - mean) / deviation;
  });
}

function cosine(a: Song, b: Song): number {
  const [x, y] = [scaled(a), scaled(b)];
  const dot = (p: number[], q: number[]) => p.reduce((sum, value, i) => sum + value * (q[i] as number), 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

test('the nearest are those of z-scores and cosines, computed one by one', () => {
  const vectors = vectorsOf(songs);
  for (const query of songs.slice(0, 10)) {
    const row = vectors.rows.get(query.id) as number;
    const { rows, similarities } = mostSimilar(
      vectors,
      vectors.vectors.subarray(row * SIZE, (row + 1) * SIZE),
      20,
      new Set([row]),
    );
    const expected = songs
      .filter((song) => song !== query)
      .map((song) => ({ id: song.id, nearness: cosine(query, song) }))
      .sort((a, b) => b.nearness - a.nearness)
      .slice(0, 20);
    expect(Array.from(rows, (near) => vectors.ids[near])).toEqual(expected.map(({ id }) => id));
    for (const [i, { nearness }] of expected.entries()) expect(similarities[i]).toBeCloseTo(nearness, 5);
    expect(soundScorer(vectors)([query.id], 20)).toEqual(expected.map(({ id }) => id));
  }
});

test('the order of the songs makes no difference, to the last bit', () => {
  const { ids, vectors } = vectorsOf(songs);
  for (let i = 0; i < 3; i++) {
    const other = vectorsOf(shuffled(songs, random));
    expect([other.ids, other.vectors]).toEqual([ids, vectors]);
  }
});

test('songs that sound the same have no direction, one alone neither', () => {
  const same = [0.1, 0.7, -5.3, 0.05, 0.2, 1 / 3, 0.1, 0.9, 120.031].map(Math.fround);
  const twins = ['a', 'b', 'c'].map((id) => ({ id, features: same }));
  expect(vectorsOf(twins).ids).toEqual([]);
  expect(vectorsOf(twins.slice(0, 1)).ids).toEqual([]);
  expect(vectorsOf([]).ids).toEqual([]);
});
