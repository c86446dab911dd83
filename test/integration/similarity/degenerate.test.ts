import { DEFAULT_FEATURES, type Feature } from '../../../core/features.ts';
import type { AudioFeatures } from '../../../core/ports.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { mulberry32 } from '../../../sample/random.ts';
import { type HandMadeDay, type Machine, openMachine, putDay, TODAY } from '../../support/machine.ts';
import { artistRow, featuresRow, trackRow } from '../../support/rows.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

/** An artist for each entry, whose only track has these features; no track at all where there are none. */
const dayOf = (artists: Record<string, Partial<AudioFeatures> | null>): HandMadeDay => {
  const withTrack = Object.entries(artists).filter(([, values]) => values !== null);
  return {
    artists: Object.keys(artists).map((id) => artistRow(id)),
    tracks: withTrack.map(([id]) => trackRow(id, `track-${id}`)),
    features: withTrack.map(([id, values]) => featuresRow(`track-${id}`, values ?? {})),
  };
};

/** Values of the default features. */
const point = (...values: (number | null)[]): Partial<AudioFeatures> =>
  Object.fromEntries(DEFAULT_FEATURES.map((feature, f) => [feature, values[f] ?? null]));

const neighboursOf = async (id: string) =>
  (await machine.relatedArtists.nearest(id, 100))?.neighbours.map(({ y_artist, distance, rank }) => [
    y_artist,
    distance,
    rank,
  ]);

test('one artist alone is published, with nobody beside it', async () => {
  await putDay(machine, dayOf({ a: point(0.1, 0.2, -5, 0.3, 0) }));
  const result = await compare(machine, {});
  expect(result).toMatchObject({ artists: 1, pairs: 0, coverage: 1, published: true, nearest: [] });
  expect(await machine.lake.read('related_artists', TODAY)).toEqual([]);
  const found = await machine.relatedArtists.nearest('a', 10);
  expect(found?.features).toMatchObject({ artist_id: 'a', tracks: 1, loudness: -5 });
  expect(found?.neighbours).toEqual([]);
});

test('a feature that is the same everywhere adds nothing', async () => {
  await putDay(machine, dayOf({ a: point(0, 0, -7, 0, 0.25), b: point(1, 1, -7, 0.5, 0.25) }));
  const { ranges } = await compare(machine, {});
  expect(ranges).toMatchObject({ loudness: { min: -7, max: -7 } });
  expect(await neighboursOf('a')).toEqual([['b', Math.sqrt(3), 1]]);
});

test('artists that are all the same are at distance 0, in the order of their ids', async () => {
  const same = point(0.5, 0.5, -5, 0.5, 0.5);
  await putDay(machine, dayOf({ b: same, a: same, B: same, '9': same }));
  const { nearest } = await compare(machine, {});
  expect(await neighboursOf('a')).toEqual([
    ['9', 0, 1],
    ['B', 0, 2],
    ['b', 0, 3],
  ]);
  expect(nearest.map(({ artist, y_artist }) => artist.id + y_artist.id)).toEqual(['9B', '9a', '9b']);
});

test('artists of the same tracks in another order are twins to the last bit', async () => {
  const random = mulberry32(7);
  const tracks = Array.from({ length: 30 }, (_, i) => `t${i}`);
  const day = {
    artists: ['a', 'b', 'c'].map((id) => artistRow(id)),
    tracks: [
      ...tracks.map((id) => trackRow('a', id)),
      ...tracks.map((id) => trackRow('b', id)),
      trackRow('c', 't0'),
    ],
    features: tracks.map((id) => featuresRow(id, point(...DEFAULT_FEATURES.map(() => random.uniform())))),
  };
  await putDay(machine, day);
  await compare(machine, {});
  expect((await neighboursOf('a'))?.[0]).toEqual(['b', 0, 1]);
});

describe('who cannot be compared', () => {
  const full = point(0.1, 0.2, -3, 0.4, 0.5);
  const day = dayOf({
    z: full,
    y: point(0.9, 0.8, -7, 0.6, 0.5),
    quiet: point(0.1, 0.2, null, 0.4, null),
    bare: point(),
    silent: null,
  });

  test('is named with the first feature missing, or that there was no track', async () => {
    await putDay(machine, day);
    const result = await compare(machine, { minCoverage: 0.4 });
    const name = (id: string) => ({ id, name: id });
    expect(result).toMatchObject({ artists: 2, pairs: 2, coverage: 0.4, published: true, droppedCount: 3 });
    expect(result.dropped).toEqual([
      { ...name('bare'), reason: 'no-features:danceability' },
      { ...name('quiet'), reason: 'no-features:loudness' },
      { ...name('silent'), reason: 'no-tracks' },
    ]);
    // Its means are kept all the same, but nobody has it for a neighbour.
    expect((await machine.relatedArtists.nearest('quiet', 10))?.neighbours).toEqual([]);
    expect(await neighboursOf('z')).toEqual([['y', expect.any(Number), 1]]);
  });

  test.each<[Feature[], string]>([
    [['instrumentalness', 'loudness'], 'no-features:instrumentalness'],
    [['loudness', 'instrumentalness'], 'no-features:loudness'],
  ])('is told in the order of the features asked for: %j', async (features, reason) => {
    await putDay(machine, day);
    const { dropped } = await compare(machine, { features, minCoverage: 0 });
    expect(dropped.find(({ id }) => id === 'quiet')?.reason).toBe(reason);
  });

  test('is compared where the feature that it lacks is not asked for', async () => {
    await putDay(machine, day);
    const { artists } = await compare(machine, { features: ['energy', 'danceability'], minCoverage: 0 });
    expect(artists).toBe(3);
    expect((await neighboursOf('quiet'))?.[0]).toEqual(['z', 0, 1]);
  });
});

test('at most 100 of the dropped are named, by id, and all are counted', async () => {
  const nobody = Array.from({ length: 130 }, (_, i) => [`n${String(i).padStart(3, '0')}`, null]);
  await putDay(machine, dayOf({ ...Object.fromEntries(nobody), a: point(1, 1, 1, 1, 1) }));
  const { dropped, droppedCount } = await compare(machine, { minCoverage: 0 });
  expect([droppedCount, dropped.length, dropped[99]?.id]).toEqual([130, 100, 'n099']);
});

describe('many artists', () => {
  /** Artists on a coarse grid of quarters, so that many distances are equal, to the bit. */
  function manyArtists(n: number): Map<string, number[]> {
    const random = mulberry32(n);
    const ids = Array.from({ length: n }, (_, i) => `a${String((i * 7919) % n).padStart(4, '0')}`);
    return new Map(ids.map((id) => [id, DEFAULT_FEATURES.map(() => random.int(5) / 4)]));
  }
  const dayOfPoints = (points: Map<string, number[]>) =>
    dayOf(Object.fromEntries([...points].map(([id, values]) => [id, point(...values)])));

  test('above 2,000 each has its 50 nearest, and they are exact', async () => {
    const points = manyArtists(2001);
    await putDay(machine, dayOfPoints(points));
    const result = await compare(machine, {});
    expect(result).toMatchObject({ artists: 2001, neighbours: 50, pairs: 2001 * 50, published: true });
    for (const id of ['a0000', 'a0777', 'a2000']) {
      const distanceTo = (other: readonly number[]) =>
        Math.sqrt(other.reduce((sum, x, f) => sum + (x - (points.get(id)?.[f] as number)) ** 2, 0));
      const nearest = [...points]
        .filter(([other]) => other !== id)
        .map(([other, values]) => ({ other, distance: distanceTo(values) }))
        .sort((a, b) => a.distance - b.distance || (a.other < b.other ? -1 : 1))
        .slice(0, 50)
        .map(({ other, distance }, r) => [other, expect.closeTo(distance, 12), r + 1]);
      expect(await neighboursOf(id)).toEqual(nearest);
    }
  });

  test('at 2,000 all pairs are kept', async () => {
    await putDay(machine, dayOfPoints(manyArtists(2000)));
    expect(await compare(machine, { dryRun: true })).toMatchObject({
      neighbours: 'all',
      pairs: 2000 * 1999,
      run: null,
    });
  });

  test('at 2,000 that are all the same the three closest pairs are the first by id', async () => {
    const ids = Array.from({ length: 2000 }, (_, i) => `a${i + 1000}`);
    await putDay(machine, dayOf(Object.fromEntries(ids.map((id) => [id, point(0, 0, 0, 0, 0)]))));
    const { nearest } = await compare(machine, { dryRun: true });
    const pairs = nearest.map(({ artist, y_artist }) => [artist.id, y_artist.id]);
    expect(pairs).toEqual([
      ['a1000', 'a1001'],
      ['a1000', 'a1002'],
      ['a1000', 'a1003'],
    ]);
  });
});
