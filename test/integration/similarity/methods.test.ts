import type { SimilarityRequest, SimilarityResult } from '../../../core/events.ts';
import { DEFAULT_FEATURES, FEATURES } from '../../../core/features.ts';
import { placeTracks, SPACE_FEATURES, type SpaceRuler } from '../../../core/methods/space.ts';
import { trackSets } from '../../../core/methods/track-sets.ts';
import { centres } from '../../../core/methods/whitened.ts';
import type { Row } from '../../../core/tables.ts';
import { findSimilar } from '../../../lambdas/explorer/find-similar.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { readTracks } from '../../../lambdas/similarity/read-tracks.ts';
import { publishedMethod, scoreBy } from '../../../lambdas/similarity/score.ts';
import { mulberry32 } from '../../../sample/random.ts';
import { type HandMadeDay, type Machine, openMachine, putDay, TODAY } from '../../support/machine.ts';
import { artistRow, featuresRow, trackRow } from '../../support/rows.ts';

const [ARTISTS, TRACKS] = [24, 6];
const TOMORROW = '2026-11-23';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
  await putDay(machine, day(1));
  const known = [...day(1).artists, artistRow('b-two')];
  await machine.artists.know(known, 'spotify', `${TODAY}T12:00:00.000Z`);
});
afterEach(() => machine.close());

const idOf = (i: number) => `a${String(i).padStart(2, '0')}`;
/** Artists of the same camp sound alike, share a genre and stand in the same playlists. */
const campOf = (i: number) => i % 4;

/** Artists with several tracks each; `stretch` moves the ends of all ranges and nothing else. */
function day(stretch: number): HandMadeDay {
  const random = mulberry32(5);
  const ids = Array.from({ length: ARTISTS }, (_, i) => idOf(i));
  const features = ids.flatMap((_, i) =>
    Array.from({ length: TRACKS }, (_, t) => {
      const value = (f: number) => (((campOf(i) + 1) * (f + 2)) % 5) / 5 + 0.1 * random.gaussian();
      const values = Object.fromEntries(FEATURES.map((feature, f) => [feature, value(f)]));
      return featuresRow(`t${i}-${t}`, { ...values, key: random.int(12), mode: random.int(2) });
    }),
  );
  const far = Object.fromEntries(DEFAULT_FEATURES.map((feature) => [feature, 5 * stretch]));
  return {
    artists: [...ids, 'silent', 'z-far'].map((id, i) =>
      artistRow(id, { genres: i < ARTISTS ? [`genre ${campOf(i)}`] : [], popularity: i }),
    ),
    tracks: [
      ...ids.flatMap((id, i) =>
        Array.from({ length: TRACKS }, (_, t) =>
          trackRow(id, `t${i}-${t}`, { duration_ms: 1000 * (10 * campOf(i) + t) }),
        ),
      ),
      trackRow('z-far', 'far'),
    ],
    features: [...features, featuresRow('far', far)],
  };
}

/** Two playlists a camp, each with the songs of half of it. */
const playlists = (): Row<'playlists'>[] =>
  Array.from({ length: 16 }, (_, p) =>
    Array.from({ length: ARTISTS }, (_, i) => i)
      .filter((i) => campOf(i) === p % 4 && (i + p) % 3 !== 0)
      .map((i, position) => ({
        ...{ playlist_id: `p${String(p).padStart(2, '0')}`, position, track_id: `t${i}-0` },
        ...{ name: null, artist_id: idOf(i), artist_name: null },
      })),
  ).flat();

const run = (request: SimilarityRequest = {}) =>
  compare(machine, { date: TODAY, minCoverage: 0.5, ...request });
const neighbours = async (artist: string, limit = 50) =>
  (await findSimilar(machine, { artist, limit })).neighbours;
const lakeRows = (dt = TODAY) => machine.lake.read('related_artists', dt);

test.each([
  ['mean', 25, [...DEFAULT_FEATURES]],
  ['whitened', 24, [...SPACE_FEATURES]],
  ['tracks', 24, [...SPACE_FEATURES]],
  ['blend', 24, [...SPACE_FEATURES]],
] as const)(
  '%s: published with its parameters, confidence and reasons, the same each time',
  async (method, n, features) => {
    await machine.lake.write('playlists', 'mine', playlists());
    const result = await run({ method });
    expect(result).toMatchObject({ method, artists: n, features, published: true, ruler: null });
    expect(result.space === null).toBe(method === 'mean');
    expect(result.weight === null).toBe(method !== 'blend');
    expect(result.dropped.map(({ id, reason }) => [id, reason])).toEqual([
      ['silent', 'no-tracks'],
      ...(n === 24 ? [['z-far', 'no-features:acousticness']] : []),
    ]);
    const found = await findSimilar(machine, { artist: 'a00', limit: 50 });
    expect(found).toMatchObject({ method, run: result.run, warnings: [] });
    expect(found.neighbours).toHaveLength(n - 1);
    for (const { reasons, confidence, rank } of found.neighbours) {
      expect(reasons.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(reasons.every(({ share, a, b }) => share >= 0 && [a, b].every(Number.isFinite))).toBe(true);
      const names = reasons.map(({ feature }) => feature).sort();
      expect(names).toEqual([...features, ...(method === 'blend' ? ['playlists'] : [])].sort());
      expect(confidence === null ? rank > 24 : confidence >= 0 && confidence <= 1).toBe(true);
    }
    // Camps are far apart, so that all five others of one's own are sure to be among the nearest.
    expect(found.neighbours.slice(0, 5).map(({ id }) => campOf(Number(id.slice(1))))).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(found.neighbours[0]?.confidence).toBeGreaterThan(0.9);
    expect(found.neighbours.at(23)?.confidence ?? 0).toBeLessThan(0.2);
    const rows = await lakeRows();
    await run({ method });
    expect(await lakeRows()).toEqual(rows);
    expect(await neighbours('a00')).toEqual(found.neighbours);
  },
);

test('reasons of whitened are the shares of the squared distance', async () => {
  const { space } = await run({ method: 'whitened', neighbours: 3 });
  const ids = Array.from({ length: ARTISTS }, (_, i) => idOf(i));
  const { sets } = trackSets(await readTracks(machine.warehouse, TODAY, ids), SPACE_FEATURES);
  const { columns } = centres(placeTracks(sets, space as SpaceRuler));
  const rows = (await lakeRows()) ?? [];
  expect(rows).toHaveLength(24 * 3);
  const means = new Map(
    (await machine.lake.read('artist_features', TODAY))?.map((row) => [row.artist_id, row]),
  );
  for (const { id, distance, reasons } of await neighbours('a05')) {
    const [a, b] = [5, ids.indexOf(id)];
    for (const { feature, share } of reasons) {
      const column = columns[SPACE_FEATURES.indexOf(feature as 'tempo')] as Float64Array;
      const part = ((column[a] as number) - (column[b] as number)) ** 2;
      expect(share).toBeCloseTo(part / distance ** 2, 12);
    }
    for (const { feature, a, b } of reasons) {
      expect([a, b]).toEqual(['a05', id].map((artist) => ({ ...means.get(artist) })[feature as 'tempo']));
    }
  }
  expect(means.get('a05')).toMatchObject({
    duration_ms: 1000 * (10 + 2.5),
    playlists: null,
    spread: expect.any(Number),
  });
});

test('what an artist has of playlists stands beside its means', async () => {
  await machine.lake.write('playlists', 'mine', playlists());
  await run();
  const rows = (await machine.lake.read('artist_features', TODAY)) ?? [];
  const count = (id: string) =>
    new Set(
      playlists()
        .filter(({ artist_id }) => artist_id === id)
        .map(({ playlist_id }) => playlist_id),
    ).size;
  expect(rows.map(({ playlists }) => playlists)).toEqual(rows.map(({ artist_id }) => count(artist_id)));
});

describe('the score card', () => {
  const plainSharedGenre = (rows: Row<'related_artists'>[]): number => {
    const ids = Array.from({ length: ARTISTS }, (_, i) => idOf(i));
    const shares = ids.map((artist) => {
      const near = rows
        .filter(({ artist_id, y_artist }) => artist_id === artist && y_artist.startsWith('a'))
        .sort((x, y) => Number(x.rank) - Number(y.rank))
        .slice(0, 10);
      return (
        near.filter(({ y_artist }) => campOf(Number(y_artist.slice(1))) === campOf(ids.indexOf(artist)))
          .length / near.length
      );
    });
    return shares.reduce((sum, x) => sum + x, 0) / ids.length;
  };

  test('stands in the result, in the lake and in what score tells', async () => {
    await machine.lake.write('playlists', 'mine', playlists());
    const result = await run({ method: 'tracks' });
    const names = [...new Set(result.scores.map(({ name }) => name))];
    expect(names).toEqual([
      ...['sharedGenre', 'genreOverlap', 'playlistRecall', 'playlistNdcg', 'playlistMrr'],
      ...['heldOutPlaylistRecall', 'heldOutPlaylistNdcg', 'heldOutPlaylistMrr'],
    ]);
    expect(result.scores[0]).toMatchObject({ name: 'sharedGenre', k: 10, artists: 24 });
    expect(result.scores[0]?.value).toBeCloseTo(plainSharedGenre((await lakeRows()) ?? []), 12);
    const rows = await machine.lake.read('scores', TODAY);
    const expected = result.scores.map((measured) => ({ ...measured, method: 'tracks', run: result.run }));
    expect(rows).toEqual(expect.arrayContaining(expected));
    expect(rows).toHaveLength(expected.length);
    const told = await scoreBy([{}], await publishedMethod(machine), (request) =>
      compare(machine, { ...request, minCoverage: 0.5 }),
    );
    expect(told).toMatchObject({ date: TODAY, method: 'tracks', measures: result.scores });
    const cards = await scoreBy([{ method: 'mean' }, { method: 'blend' }], undefined, (request) =>
      run(request),
    );
    expect(cards.cards.map(({ method }) => method)).toEqual(['mean', 'blend']);
    // The blend has seen the playlists, so that it is not asked of those.
    const asked = cards.cards[1]?.measures.map(({ name }) => name);
    expect([asked?.includes('playlistNdcg'), asked?.includes('heldOutPlaylistNdcg')]).toEqual([false, true]);
    const after = await machine.runs.ofDay(TODAY);
    expect(after.filter(({ kind }) => kind === 'similarity')).toHaveLength(1);
  });

  test('lists that are given or kept count in the place of the day’s genres', async () => {
    const genres = `artist,genres\na00,one;two\n${idOf(1)},one\nnobody,one\n`;
    const given = await compare({ ...machine, truths: { genres } }, { dryRun: true, minCoverage: 0.5 });
    const shared = (result: SimilarityResult) => result.scores.find(({ name }) => name === 'sharedGenre');
    const alone = DEFAULT_FEATURES.map((feature) =>
      expect.stringMatching(`^one track alone makes most of the range of ${feature}: far has 5`),
    );
    expect(given.warnings).toEqual([
      '1 of 3 lines of the list of genres name no artist that is compared, or several',
      ...alone,
    ]);
    expect(shared(given)?.value).not.toBe(shared(await run({ dryRun: true }))?.value);
    await machine.lake.putTruth('genres', genres);
    await machine.lake.putTruth('related', 'a00,a04\na04,A00\n');
    const kept = await run({ dryRun: true });
    expect(shared(kept)).toEqual(shared(given));
    const recall = kept.scores.filter(({ name }) => name === 'relatedRecall');
    expect(recall.map(({ k, value, artists }) => [k, value, artists])).toEqual([
      [10, 1, 2],
      [50, 1, 2],
    ]);
  });

  test('above so many artists nothing is looked into', async () => {
    const at = await compare({ ...machine, lookInto: 26 }, { minCoverage: 0.5 });
    expect(at.scores).not.toEqual([]);
    const above = await compare({ ...machine, lookInto: 25 }, { minCoverage: 0.5 });
    expect([above.scores, above.severalStyles, above.published]).toEqual([[], [], true]);
    expect((await neighbours('a00')).map(({ confidence }) => confidence)).toEqual(Array(24).fill(null));
  });
});

describe('the gate', () => {
  const served = async () => (await machine.relatedArtists.published())?.run_id;

  test('a run below its floor is not published; the last good one stays, and the reason is said', async () => {
    const good = await run({ require: ['sharedGenre@10>=0.2'] });
    expect(good.published).toBe(true);
    const rows = await lakeRows();
    const bad = await run({ require: ['sharedGenre@10>=0.99'], neighbours: 2 });
    expect(bad).toMatchObject({ published: false, pairs: 50 });
    expect(bad.warnings.at(-1)).toMatch(
      /^not published: sharedGenre at 10 is 0\.\d{4}, below its floor of 0\.99$/,
    );
    expect(await served()).toBe(good.run);
    expect(await lakeRows()).toEqual(rows);
    const done = await machine.runs.byId(bad.run as string);
    expect(done).toMatchObject({ status: 'done' });
    expect(JSON.parse(done?.summary ?? '')).toMatchObject({ published: false, scores: bad.scores });
  });

  test('a run below the last interval is not published, one within it is', async () => {
    const good = await run();
    const worse = { require: ['sharedGenre@10'], features: ['key', 'mode'] } satisfies SimilarityRequest;
    const bad = await run(worse);
    expect(bad.warnings.at(-1)).toContain('below the interval of the last published run');
    expect([bad.published, await served()]).toEqual([false, good.run]);
    const again = await run({ require: ['sharedGenre@10'] });
    expect([again.published, await served()]).toEqual([true, again.run]);
  });

  test('a measure that cannot be computed blocks', async () => {
    const result = await run({ require: ['relatedNdcg@10'] });
    expect(result.warnings.at(-1)).toContain('relatedNdcg at 10 cannot be computed');
    expect([result.published, await served()]).toEqual([false, undefined]);
  });

  test('what is no measure is refused', async () => {
    for (const require of ['sharedGenre', '@10', 'sharedGenre@0', 'sharedGenre@10>=2', 'a@1;b@2']) {
      await expect(run({ require: [require] })).rejects.toThrow('expected a measure as sharedGenre@10');
    }
    for (const require of ['sharedGenre@11', 'nosuch@10>=0.1']) {
      await expect(run({ require: [require] })).rejects.toThrow(
        'expected one of sharedGenre@10, genreOverlap@10,',
      );
    }
  });
});

describe('the ruler', () => {
  test.each(['mean', 'whitened', 'tracks', 'blend'] as const)(
    '%s: pinned, distances of a day whose ranges differ are those of before',
    async (method) => {
      const first = await run({ method });
      const before = await neighbours('a00');
      await putDay(machine, day(3), { dt: TOMORROW });
      const own = await run({ date: TOMORROW, method });
      const distances = (found: { distance: number }[]) => found.map(({ distance }) => distance);
      if (method === 'mean') expect(distances(await neighbours('a00'))).not.toEqual(distances(before));
      const pinned = await run({ date: TOMORROW, method, ruler: first.run as string });
      expect([own.ruler, pinned.ruler]).toEqual([null, first.run]);
      expect([pinned.ranges, pinned.space]).toEqual([first.ranges, first.space]);
      // The stretched day's own far track is another, that of the others are the same.
      const alike = (found: typeof before) =>
        found.filter(({ id }) => id !== 'z-far').map(({ id, distance }) => [id, distance]);
      expect(alike(await neighbours('a00'))).toEqual(alike(before));
      const given = await run({
        date: TOMORROW,
        method,
        ruler: { ranges: first.ranges, space: first.space },
        dryRun: true,
      });
      expect({ ...given, run: null, report: null }).toMatchObject({
        ruler: 'given',
        ranges: first.ranges,
        nearest: pinned.nearest,
      });
    },
  );

  test('one that does not fit is refused, and says why', async () => {
    const mean = (await run()).run as string;
    const whitened = (await run({ method: 'whitened', features: ['energy', 'tempo'] })).run as string;
    const refused: [SimilarityRequest, string][] = [
      [{ ruler: 'nobody' }, 'expected the id of a comparison that is done, got nobody'],
      [{ ruler: `collection-${TODAY}` }, 'a collection that is done'],
      [{ ruler: mean, features: ['valence'] }, 'expected a ruler with the range of valence'],
      [{ ruler: mean, method: 'tracks' }, 'expected a ruler for tracks, got one for mean'],
      [
        { ruler: whitened, method: 'whitened', features: ['energy'] },
        'expected features for this ruler: energy, tempo',
      ],
      [{ features: ['duration_ms'] }, 'expected features for mean'],
    ];
    for (const [request, why] of refused) await expect(run(request)).rejects.toThrow(why);
    expect(await run({ ruler: whitened, method: 'tracks' })).toMatchObject({
      features: ['energy', 'tempo'],
      published: true,
    });
  });
});

test('an artist whose tracks fall into several styles is warned of', async () => {
  const two = day(1);
  two.artists.push(artistRow('b-two'));
  for (let t = 0; t < TRACKS; t++) {
    const like = two.features.find(({ id }) => id === `t${t % 2 ? 1 : 2}-${t}`);
    two.tracks.push(trackRow('b-two', `two-${t}`, { duration_ms: t % 2 ? 1 : 50_000 }));
    two.features.push({ ...(like as HandMadeDay['features'][0]), id: `two-${t}` });
  }
  await putDay(machine, two, { dt: TOMORROW });
  const result = await run({ date: TOMORROW });
  expect(result.severalStyles).toEqual([{ id: 'b-two', name: 'b-two', spread: expect.any(Number) }]);
  const { warnings } = await findSimilar(machine, { artist: 'b-two', limit: 1 });
  expect(warnings).toEqual([
    expect.stringMatching(/^its tracks fall into several styles \(they lie \d+\.\d times/),
  ]);
});
