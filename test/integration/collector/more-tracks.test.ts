import type { CatalogueTrack } from '../../../core/catalogue.ts';
import { LeaseHeldError } from '../../../core/errors.ts';
import { MODES } from '../../../sample/stand-in/modes.ts';
import { DAY_MS, type Pipeline, TODAY, withPipeline } from '../../support/pipeline.ts';
import { albumId, artistId, catalogueOf, smallCatalogue, trackId } from '../../support/small-catalogue.ts';

/** The requests since the log was last cleared, but for tokens and features. */
const asked = ({ standIn }: Pipeline): string[] =>
  standIn.requests.entries
    .map(({ path, query }) => `${path}?${new URLSearchParams(query)}`)
    .filter((request) => !/token|audio-features/.test(request));

const rowsOf = async ({ main }: Pipeline, n = 1) =>
  ((await main.lake.read('top_tracks', TODAY)) ?? [])
    .filter(({ artist_id }) => artist_id === artistId(n))
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('an app of mode extended', () => {
  test('up to ten tracks the top tracks do; from eleven the albums are walked, only as far as is needed', () =>
    withPipeline({ catalogue: catalogueOf(1, 30, 6) }, async (pipeline) => {
      const top = `/v1/artists/${artistId(1)}/top-tracks?market=US`;
      for (const tracks of [undefined, 10, 9, 1]) {
        pipeline.standIn.requests.clear();
        expect(await pipeline.collect({ tracks })).toMatchObject({ done: true, tracks: tracks ?? 10 });
        expect(asked(pipeline)).toEqual([top]);
      }
      pipeline.standIn.requests.clear();
      const result = await pipeline.collect({ tracks: 11 });
      expect(result).toMatchObject({
        done: true,
        features: 11,
        sources: { tracks: { 'spotify:albums': 1, 'spotify:top-tracks': 10 } },
      });
      expect(asked(pipeline)).toEqual([
        top,
        `/v1/artists/${artistId(1)}/albums?include_groups=album%2Csingle&limit=10&market=US&offset=0`,
        `/v1/albums/${albumId(1, 4)}/tracks?limit=50&market=US&offset=0`,
      ]);
      expect(result.requests).toBe(pipeline.standIn.requests.count());
      const rows = await rowsOf(pipeline);
      expect(rows.map(({ id }) => id)).toEqual([...numbers(1, 10), 25].map((i) => trackId(1, i)));
      expect(rows.map(({ rank }) => rank)).toEqual(numbers(1, 11));
      expect(rows[10]).toEqual({
        artist_id: artistId(1),
        id: trackId(1, 25),
        name: 'Track 25 of 1',
        popularity: null,
        external_url: `https://open.spotify.com/track/${trackId(1, 25)}`,
        isrc: null,
        duration_ms: 200_000,
        rank: 11,
        source: 'spotify:albums',
      });
    }));

  test('every page of albums and of an album, until the artist has no more', async () => {
    const catalogue = catalogueOf(1, 80, 5);
    // The oldest album, at the end of the second page, has 60 tracks more.
    for (const track of smallCatalogue(1, 140).tracks.slice(80)) {
      catalogue.tracks.push({
        ...track,
        popularity: 0,
        album_id: albumId(1, 0),
        track_number: track.track_number,
      });
    }
    await withPipeline({ catalogue }, async (pipeline) => {
      expect(await pipeline.collect({ tracks: 300 })).toMatchObject({ done: true, tracks: 140 });
      expect((await rowsOf(pipeline)).at(-1)).toMatchObject({ id: trackId(1, 140), rank: 140 });
      expect(new Set(asked(pipeline)).size).toBe(asked(pipeline).length);
      expect(pipeline.standIn.requests.count('/v1/artists/*/albums')).toBe(2);
      expect(pipeline.standIn.requests.count('/v1/albums/')).toBe(16 + 1);
    });
  });

  test('a recording counts once, and only where the artist is credited', async () => {
    const catalogue = catalogueOf(2, 12, 12);
    const [, , third, , , , , , , , eleventh] = catalogue.tracks as CatalogueTrack[];
    const another = { popularity: 0, album_id: albumId(1, 0), track_number: 20, artist_ids: [artistId(1)] };
    catalogue.tracks.push(
      { ...(third as CatalogueTrack), ...another, id: 'Deluxe0000000000000001', name: ' TRÁCK 3  of 1' },
      { ...(eleventh as CatalogueTrack), ...another, id: 'Deluxe0000000000000002', isrc: null },
      {
        ...(third as CatalogueTrack),
        ...another,
        id: 'Guest00000000000000001',
        name: 'By 2',
        artist_ids: [artistId(2)],
      },
      {
        ...(third as CatalogueTrack),
        ...another,
        id: 'Duet000000000000000001',
        name: 'By both',
        artist_ids: [artistId(2), artistId(1)],
      },
    );
    await withPipeline({ catalogue }, async (pipeline) => {
      await pipeline.collect({ tracks: 20 });
      const ids = (await rowsOf(pipeline)).map(({ id }) => id);
      expect(ids).toEqual([...numbers(1, 12).map((i) => trackId(1, i)), 'Duet000000000000000001']);
    });
  });

  test('a run goes on with as many tracks as it was begun with, and with no other number', () =>
    withPipeline({ catalogue: catalogueOf(3, 15, 5) }, async (pipeline) => {
      const { run } = await pipeline.collect({ tracks: 15, budget: 3 });
      for (const tracks of [10, 14])
        await expect(pipeline.collect({ tracks })).rejects.toThrow(LeaseHeldError);
      expect(await pipeline.collect({ tracks: 15, budget: 3 })).toMatchObject({ run, done: false });
      expect(await pipeline.collect({ run: run ?? '', budget: 3 })).toMatchObject({ run, done: false });
      expect(await pipeline.collect()).toMatchObject({ run, done: true, tracks: 45 });
    }));

  test('a 404 for an album leaves it out', () =>
    withPipeline({ catalogue: catalogueOf(1, 30, 10) }, async (pipeline) => {
      pipeline.standIn.faults.add({ match: `/v1/albums/${albumId(1, 2)}/`, kind: 'status', status: 404 });
      expect(await pipeline.collect({ tracks: 50 })).toMatchObject({ done: true, tracks: 20 });
    }));
});

test('an app of mode development: the search goes on, and finds codes to tell recordings apart; then the albums', async () => {
  const catalogue = catalogueOf(1, 32, 8);
  const [first, second, third] = catalogue.tracks as [CatalogueTrack, CatalogueTrack, CatalogueTrack];
  // One code twice, and one name for two recordings.
  second.isrc = first.isrc;
  third.name = first.name;
  await withPipeline({ catalogue, mode: 'development' }, async (pipeline) => {
    expect(await pipeline.collect({ tracks: 11 })).toMatchObject({
      tracks: 11,
      sources: { tracks: { 'spotify:search': 11 } },
    });
    const pages = (): (string | undefined)[] =>
      pipeline.standIn.requests.entries
        .filter(({ path }) => path === '/v1/search')
        .map(({ query }) => new URLSearchParams(query).get('offset') ?? undefined);
    expect(pages()).toEqual(['0', '10']);
    expect((await rowsOf(pipeline)).map(({ id }) => id)).toEqual(
      [1, ...numbers(3, 12)].map((i) => trackId(1, i)),
    );
    pipeline.standIn.requests.clear();
    expect(await pipeline.collect({ tracks: 50 })).toMatchObject({ done: true, tracks: 31 });
    expect(pages()).toEqual(['0', '10', '20', '30']);
    expect(pipeline.standIn.requests.count('/v1/albums/')).toBe(4);
  });
});

describe.each(MODES)('an app of mode %s', (mode) => {
  const catalogue = catalogueOf(7, 25, 4);
  const more = { tracks: 40 };
  const of = { mode, catalogue };

  test('stopped by its budget again and again, it asks nothing twice, and the bytes are the same', () =>
    withPipeline(of, async (undisturbed) => {
      const whole = await undisturbed.collect(more);
      expect(whole).toMatchObject({ done: true, tracks: 175, retries: 0 });
      await withPipeline(of, async (pipeline) => {
        let result = await pipeline.collect({ ...more, budget: 6 });
        let calls = 1;
        for (; !result.done && calls < 40; calls++) {
          expect([await pipeline.day(), result.requests]).toEqual([{}, 6 * calls]);
          result = await pipeline.collect({ ...more, budget: 6 });
        }
        expect([await pipeline.day(), calls > 10]).toEqual([await undisturbed.day(), true]);
        expect(asked(pipeline).sort()).toEqual(asked(undisturbed).sort());
        // Each call needs a token; ReccoBeats' would not.
        expect(result.requests).toBe(pipeline.standIn.requests.count());
        expect(result.requests).toBeLessThan(whole.requests + calls);
      });
    }));

  test('429 in the middle of a walk: nothing is asked before its time, and then the rest', () =>
    withPipeline(of, async (undisturbed) => {
      await undisturbed.collect(more);
      await withPipeline(of, async (pipeline) => {
        const { standIn, clock } = pipeline;
        const fault = { kind: 'status', status: 429, headers: { 'retry-after': '50000' } } as const;
        standIn.faults.add({ ...fault, match: '/v1/albums/*/tracks', after: 9, times: 1 });
        const stopped = await pipeline.collect(more);
        const resumeAfter = new Date(clock.now() + 50_000_000).toISOString();
        expect(stopped).toMatchObject({ done: false, resumeAfter });
        expect(await pipeline.collect(more)).toMatchObject({ done: false, requests: stopped.requests });
        clock.advance(50_000_000);
        expect(await pipeline.collect({ ...more, date: TODAY })).toMatchObject({ done: true });
        expect(await pipeline.day()).toEqual(await undisturbed.day());
        // But for the refused one.
        const good = standIn.requests.entries.filter(({ status }) => status === 200);
        standIn.requests.clear();
        for (const entry of good) standIn.requests.add(entry);
        expect(asked(pipeline)).toHaveLength(new Set(asked(pipeline)).size);
        expect(asked(pipeline).sort()).toEqual(
          asked(undisturbed)
            .filter((r) => !r.includes('top-tracks') || mode === 'extended')
            .sort(),
        );
      });
    }));

  test.each([
    ['lists of albums', '/v1/artists/*/albums', 0],
    ['tracks of albums, in the middle', '/v1/albums/', 5],
  ])('403 for %s: said once, remembered for a day, and the day has what there is', (_, match, after) =>
    withPipeline(of, async (pipeline) => {
      const body = { error: { status: 403, message: 'Forbidden' } };
      pipeline.standIn.faults.add({ match, kind: 'status', status: 403, body, after });
      const result = await pipeline.collect(more);
      expect(result).toMatchObject({
        done: true,
        coverage: 1,
        artists: { asked: 7, collected: 7 },
        warnings: [],
      });
      const found = mode === 'extended' ? 70 : 175;
      expect(result.tracks).toBeGreaterThanOrEqual(found);
      if (after === 0) expect(result.tracks).toBe(found);
      const said = (): string[] => pipeline.said.filter((line) => line.includes('spotify:albums'));
      expect(said()).toEqual([
        'This Spotify app may not call spotify:albums: artists have no more tracks than are found without it.',
      ]);
      const refused = (): number =>
        pipeline.standIn.requests.entries.filter(
          ({ path, status }) => path.includes('album') && status === 403,
        ).length;
      // A few were under way when the first was refused, but where nothing was known yet.
      expect(refused()).toBeLessThanOrEqual(after === 0 ? 1 : 4);
      const before = refused();
      pipeline.clock.advance(DAY_MS - 1);
      await pipeline.collect({ ...more, date: TODAY });
      expect(refused()).toBe(before);
      pipeline.clock.advance(1);
      await pipeline.collect({ ...more, date: TODAY });
      expect([refused() > before, said().length]).toEqual([true, 2]);
    }),
  );

  test('an artist that was not reached at all is said not to be', () =>
    withPipeline(of, async (pipeline) => {
      const { artists, dropped } = await pipeline.collect({ ...more, budget: 3 });
      expect(artists.collected).toBe(mode === 'extended' ? 2 : 1);
      expect(dropped).toHaveLength(7);
      expect(new Set(dropped.map(({ reason }) => reason))).toEqual(new Set(['not-reached']));
    }));
});

test('a dry run estimates the requests', () =>
  withPipeline({}, async ({ collect }) => {
    const stopped = async (tracks: number) => (await collect({ dryRun: true, tracks })).stopped;
    expect(await stopped(10)).toMatch(/for the tracks of 60 artists$/);
    expect(await stopped(50)).toMatch(/for the tracks of 60 artists \(up to 50 each: about 360 requests\)$/);
  }));
