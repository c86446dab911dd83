import type { Feature } from '../../../core/features.ts';
import { DEFAULT_FEATURES, FEATURES } from '../../../core/features.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { mulberry32 } from '../../../sample/random.ts';
import { type HandMadeDay, type Machine, openMachine, putDay, TODAY } from '../../support/machine.ts';
import { type PlainDistance, plainDistances } from '../../support/plain-method.ts';
import { artistRow, featuresRow, trackRow } from '../../support/rows.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

/**
 * Artists whose tracks are partly shared, partly without features, partly with values missing; ids differ by letter
 * case alone, and one artist is the double of another.
 */
function randomDay(seed: number, artists: number): HandMadeDay {
  const random = mulberry32(seed);
  const maybe = (value: number) => (random.uniform() < 0.1 ? null : value);
  const ids = Array.from({ length: artists }, (_, i) => `${i % 2 ? 'x' : 'X'}${i >> 1}`);
  const trackIds = Array.from({ length: artists * 2 }, (_, i) => `t${i}`);
  const day: HandMadeDay = {
    artists: ids.map((id) => artistRow(id)),
    tracks: ids.flatMap((id) =>
      [...new Set(Array.from({ length: 4 }, () => random.int(trackIds.length)))].map((t) =>
        trackRow(id, `t${t}`),
      ),
    ),
    features: trackIds.slice(0, -artists / 4).map((id) =>
      featuresRow(id, {
        ...Object.fromEntries(FEATURES.map((feature) => [feature, maybe(random.uniform())])),
        loudness: maybe(-60 * random.uniform()),
        key: maybe(random.int(12)),
        mode: maybe(random.int(2)),
      }),
    ),
  };
  const [twin] = ids;
  const doubled = day.tracks.filter(({ artist_id }) => artist_id === twin);
  day.tracks.push(...doubled.map(({ id }) => trackRow('twin', id)));
  day.artists.push(artistRow('twin'));
  return day;
}

/** What is published of an artist, in the shape of the plain computation. */
async function published(artist: string): Promise<PlainDistance[]> {
  const found = await machine.relatedArtists.nearest(artist, 10_000);
  return (found?.neighbours ?? []).map(({ y_artist, distance }) => ({
    artist_id: artist,
    y_artist,
    distance,
  }));
}

/** Expects lists of the same neighbours in the same order, at distances that differ in the last bits at most. */
function expectAlike(actual: PlainDistance[], expected: PlainDistance[]): void {
  expect(actual.map(({ y_artist }) => y_artist)).toEqual(expected.map(({ y_artist }) => y_artist));
  for (const [i, { distance }] of actual.entries()) {
    expect(Math.abs(distance - (expected[i]?.distance as number))).toBeLessThan(1e-12);
  }
}

async function expectPublished(expected: PlainDistance[][]): Promise<void> {
  const inLake = (await machine.lake.read('related_artists', TODAY)) ?? [];
  expect(inLake).toHaveLength(expected.flat().length);
  for (const neighbours of expected) {
    const id = neighbours[0]?.artist_id as string;
    expectAlike(await published(id), neighbours);
    const rows = inLake
      .filter(({ artist_id }) => artist_id === id)
      .sort((a, b) => Number(a.rank) - Number(b.rank));
    expect(rows.map(({ rank }) => rank)).toEqual(neighbours.map((_, r) => r + 1));
    expectAlike(rows as PlainDistance[], neighbours);
  }
}

test.each<[string, readonly Feature[]]>([
  ['the default features', DEFAULT_FEATURES],
  ['all eleven', FEATURES],
  ['a few in another order', ['tempo', 'key', 'danceability']],
])('with %s every distance is that of a plain computation', async (_, features) => {
  const day = randomDay(features.length, 40);
  await putDay(machine, day);
  const expected = plainDistances(day, features);
  expect(expected.length).toBeGreaterThan(30);
  const result = await compare(machine, { features: [...features], minCoverage: 0 });
  expect(result).toMatchObject({
    date: TODAY,
    run: `similarity-${TODAY}-1`,
    method: 'mean',
    artists: expected.length,
    pairs: expected.length * (expected.length - 1),
    features,
    neighbours: 'all',
    coverage: expected.length / day.artists.length,
    published: true,
    droppedCount: day.artists.length - expected.length,
    warnings: [],
  });
  expect(Object.keys(result.ranges)).toEqual(features);
  for (const feature of features) {
    const values = day.features.map((row) => row[feature]).filter((value) => value !== null);
    expect(result.ranges[feature]).toEqual({ min: Math.min(...values), max: Math.max(...values) });
  }
  await expectPublished(expected);
});

const once = (pairs: PlainDistance[]) =>
  pairs
    .filter(({ artist_id, y_artist }) => artist_id < y_artist)
    .sort((a, b) => a.distance - b.distance || (a.artist_id + a.y_artist < b.artist_id + b.y_artist ? -1 : 1))
    .slice(0, 3)
    .map(({ artist_id, y_artist }) => [artist_id, y_artist]);

test.each([1, 2, 7, 39, 1000])('with %d neighbours each artist has exactly min(K, n - 1)', async (k) => {
  const day = randomDay(k, 40);
  await putDay(machine, day);
  const result = await compare(machine, { neighbours: k, minCoverage: 0 });
  const expected = plainDistances(day, DEFAULT_FEATURES);
  expect(result.neighbours).toBe(k);
  expect(result.pairs).toBe(expected.length * Math.min(k, expected.length - 1));
  await expectPublished(expected.map((neighbours) => neighbours.slice(0, k)));
  // The closest pairs are those of all pairs, however few are kept.
  expect(result.nearest.map(({ artist, y_artist }) => [artist.id, y_artist.id])).toEqual(
    once(expected.flat()),
  );
});

test('the closest pairs name the artists, a distance of zero included', async () => {
  await putDay(machine, randomDay(3, 12));
  const { nearest } = await compare(machine, { minCoverage: 0 });
  const link = (id: string) => ({ id, name: id, url: `https://open.spotify.com/artist/${id}` });
  expect(nearest[0]).toEqual({ artist: link('X0'), y_artist: link('twin'), distance: 0 });
  expect(nearest).toHaveLength(3);
});

test('the closest pairs are exact, also where an artist keeps fewer neighbours than they need', async () => {
  const tempos = { a: 100, b: 101, c: 102.5, d: 110, e: 113 };
  const ids = Object.keys(tempos);
  await putDay(machine, {
    artists: ids.map((id) => artistRow(id)),
    tracks: ids.map((id) => trackRow(id, id)),
    features: Object.entries(tempos).map(([id, tempo]) => featuresRow(id, { tempo })),
  });
  const { nearest, pairs } = await compare(machine, { features: ['tempo'], neighbours: 1 });
  expect(pairs).toBe(5);
  expect(nearest.map(({ artist, y_artist }) => artist.id + y_artist.id)).toEqual(['ab', 'bc', 'ac']);
});

test('the means of the lake and of the database are the same, and so is a second run but for its id', async () => {
  await putDay(machine, randomDay(4, 20));
  const first = await compare(machine, { minCoverage: 0 });
  const means = (await machine.lake.read('artist_features', TODAY)) ?? [];
  for (const row of means) {
    const found = await machine.relatedArtists.nearest(row.artist_id, 1);
    expect(found?.features).toEqual(row);
  }
  const related = await machine.lake.read('related_artists', TODAY);
  const second = await compare(machine, { minCoverage: 0 });
  expect({ ...second, run: first.run }).toEqual(first);
  expect(second.run).not.toBe(first.run);
  expect(await machine.lake.read('related_artists', TODAY)).toEqual(related);
});

test('the run is on record: in the database, in the lake, and with what is published', async () => {
  await putDay(machine, randomDay(5, 12));
  const result = await compare(machine, { neighbours: 2, minCoverage: 0, features: ['tempo'] });
  const run = await machine.runs.byId(String(result.run));
  expect(run).toMatchObject({ kind: 'similarity', dt: TODAY, status: 'done' });
  expect(JSON.parse(String(run?.summary))).toEqual(result);
  expect(await machine.lake.read('runs', TODAY)).toMatchObject([
    { id: `collection-${TODAY}`, kind: 'collection', status: 'done' },
    { id: result.run, kind: 'similarity', status: 'done', summary: run?.summary },
  ]);
  const found = await machine.relatedArtists.nearest('X0', 1);
  expect(found?.published).toMatchObject({ run_id: result.run, dt: TODAY, method: 'mean' });
  expect(JSON.parse(found?.published.parameters ?? '')).toEqual({
    features: ['tempo'],
    ranges: result.ranges,
    neighbours: 2,
    ...{ space: null, weight: null, ruler: null },
  });
});
