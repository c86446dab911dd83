import type { Catalogue } from '../../../core/catalogue.ts';
import { MODES, type Mode } from '../../../sample/stand-in/modes.ts';
import { DAY_MS, type Pipeline, TODAY, withPipeline } from '../../support/pipeline.ts';
import { artistId, smallCatalogue, trackId } from '../../support/small-catalogue.ts';
import { FEATURES, TRACKS } from '../../support/trial.ts';

/** The artist, and the track, for which a service fails. */
const BAD = 7;
const NAME = 'Artist 007';
const BAD_TRACK = trackId(BAD, 1);

const badArtist: Record<Mode, { match: string; query?: string }> = {
  extended: { match: `/v1/artists/${artistId(BAD)}/top-tracks` },
  development: { match: '/v1/search', query: NAME },
};

/** The catalogue, in which the artist's tracks stand on an album. */
function withAlbum(): Catalogue {
  const catalogue = smallCatalogue();
  const album = { id: 'Album00000000000000007', name: 'Album', release_date: '2020', image_url: null };
  catalogue.albums.push({ ...album, artist_id: artistId(BAD), total_tracks: 3 });
  for (const track of catalogue.tracks) {
    if (track.artist_ids.includes(artistId(BAD))) track.album_id = album.id;
  }
  return catalogue;
}

const featuresOf = async ({ main }: Pipeline, id = BAD_TRACK) =>
  ((await main.lake.read('audio_features', TODAY)) ?? []).find((row) => row.id === id);

describe.each(MODES)('an app of mode %s', (mode) => {
  test.each([
    ['500', { kind: 'status', status: 500 }, 'the answer was 500'],
    ['400', { kind: 'status', status: 400, body: { error: { status: 400, message: 'Bad' } } }, 'status 400'],
    ['a cut connection', { kind: 'cut' }, 'no whole answer came'],
    ['half a document', { kind: 'broken-json' }, 'the answer is not JSON'],
  ] as const)(
    'one artist whose tracks always get %s is dropped, the others are collected',
    (_, fault, detail) =>
      withPipeline({ mode }, async (pipeline) => {
        pipeline.standIn.faults.add({ ...badArtist[mode], ...fault });
        const result = await pipeline.collect();
        expect(result).toMatchObject({
          done: true,
          artists: { asked: 60, collected: 59 },
          coverage: 59 / 60,
          droppedCount: 1,
          dropped: [{ id: artistId(BAD), name: NAME, reason: 'unavailable' }],
        });
        const [dropped] = result.dropped;
        expect(dropped?.detail).toContain(detail);
        expect(dropped?.remedy).toContain(`soundalike artists remove ${artistId(BAD)}`);
        expect(result.warnings).toEqual([expect.stringContaining(`Spotify fails for ${NAME} alone`)]);
        expect(result.requests).toBe(pipeline.standIn.requests.count());
        expect([await pipeline.staging(), await pipeline.statuses()]).toEqual([[], ['done']]);
        // Another collection asks for it again.
        pipeline.standIn.faults.clear();
        expect(await pipeline.collect()).toMatchObject({ coverage: 1, droppedCount: 0, warnings: [] });
      }),
  );

  test('404 for the tracks of one artist: it is named, or the albums have what the search misses', () =>
    withPipeline({ mode, catalogue: withAlbum() }, async (pipeline) => {
      pipeline.standIn.faults.add({ ...badArtist[mode], kind: 'status', status: 404 });
      const { dropped, sources } = await pipeline.collect();
      const isNamed = mode === 'extended';
      expect(dropped.map(({ id, reason }) => [id, reason])).toEqual(
        isNamed ? [[artistId(BAD), 'not-found']] : [],
      );
      expect(sources.tracks['spotify:albums'] ?? 0).toBe(isNamed ? 0 : 3);
    }));

  test('one track without a name stays, one without an id is left out and counted', () =>
    withPipeline({ mode }, async (pipeline) => {
      const match = TRACKS[mode];
      const query = mode === 'development' ? NAME : undefined;
      pipeline.standIn.faults.add({ match, query, kind: 'items', id: BAD_TRACK, set: { name: null } });
      expect(await pipeline.collect()).toMatchObject({ coverage: 1, tracks: 180, warnings: [] });
      const rows = (await pipeline.main.lake.read('top_tracks', TODAY)) ?? [];
      expect(rows.find(({ id }) => id === BAD_TRACK)?.name).toBeNull();
      pipeline.standIn.faults.clear();
      pipeline.standIn.faults.add({ match, query, kind: 'items', id: BAD_TRACK, set: { id: 12 } });
      expect(await pipeline.collect()).toMatchObject({
        ...{ coverage: 1, tracks: 179 },
        warnings: [expect.stringContaining('1 of the items')],
      });
    }));

  test.each([500, 400, 404])(
    'one track for which audio features get %i: the others of its batch are not lost, the next source is asked',
    (status) =>
      withPipeline({ mode }, async (pipeline) => {
        const { standIn } = pipeline;
        standIn.faults.add({ match: FEATURES[mode], query: BAD_TRACK, kind: 'status', status });
        const result = await pipeline.collect();
        expect(result).toMatchObject({ done: true, coverage: 1, droppedCount: 0 });
        const [source, next] =
          mode === 'extended' ? ['spotify:audio-features', 'reccobeats'] : ['reccobeats'];
        expect(result.sources.features).toEqual({ [source as string]: 179, ...(next ? { [next]: 1 } : {}) });
        expect(result.warnings).toEqual([
          `${source} fails for single tracks, for which the next source was asked: ${BAD_TRACK}`,
        ]);
        // The batch, and two parts at each of its halvings, of which one is tried twice at most.
        const halvings = Math.ceil(Math.log2(mode === 'extended' ? 100 : 40));
        expect(standIn.requests.count(FEATURES[mode])).toBeLessThanOrEqual(5 + 5 + 3 * halvings);
      }),
  );

  test.each([
    ['energy', 55],
    ['danceability', 1e308],
    ['tempo', -1],
    ['key', 12],
  ])('an impossible %s of one track: the next source is asked', (feature, value) =>
    withPipeline({ mode }, async (pipeline) => {
      const impossible = { kind: 'items', id: BAD_TRACK, set: { [feature]: value } } as const;
      pipeline.standIn.faults.add({ ...impossible, match: FEATURES[mode] });
      const result = await pipeline.collect();
      expect(result).toMatchObject({ done: true, coverage: 1, features: 180 });
      const source = mode === 'extended' ? 'spotify:audio-features' : 'reccobeats';
      expect(result.warnings).toEqual([
        `${source} gives values outside their bounds, which count as unknown: ${feature} of ${BAD_TRACK}`,
      ]);
      const row = await featuresOf(pipeline);
      expect(row?.source).toBe('reccobeats');
      expect(row?.[feature as 'energy'] === null).toBe(mode === 'development');
    }),
  );

  test('an artist for whom no source has a possible value lacks that feature', () => {
    const catalogue = smallCatalogue();
    const own = [1, 2, 3].map((i) => trackId(BAD, i));
    for (const row of catalogue.features) if (own.includes(row.id)) row.energy = 55;
    return withPipeline({ mode, catalogue }, async ({ collect }) => {
      const { dropped } = await collect();
      expect(dropped.map(({ id, reason }) => [id, reason])).toEqual([[artistId(BAD), 'no-features:energy']]);
    });
  });

  test('an artist that is removed leaves an unfinished day', () =>
    withPipeline({ mode }, async (pipeline) => {
      const { standIn, main, clock } = pipeline;
      expect(await pipeline.collect({ budget: 20 })).toMatchObject({ done: false });
      standIn.faults.add({ ...badArtist[mode], kind: 'status', status: 500 });
      const removed = [artistId(BAD), artistId(60)];
      expect(await main.artists.remove(removed)).toHaveLength(2);
      clock.advance(1);
      const result = await pipeline.collect();
      expect(result).toMatchObject({ done: true, artists: { asked: 58, collected: 58 }, tracks: 174 });
      expect(await main.lake.read('artists', TODAY)).toHaveLength(58);
    }));
});

test('a service that fails for all: the collection stops, and fails when that lasts for three steps', () =>
  withPipeline({}, async (pipeline) => {
    const { standIn, clock } = pipeline;
    standIn.faults.add({ match: '/v1/', kind: 'status', status: 500 });
    for (const _ of [1, 2]) {
      const resumeAfter = () => new Date(clock.now() + 900_000).toISOString();
      const stopped = await pipeline.collect();
      expect(stopped).toMatchObject({ done: false, resumeAfter: resumeAfter(), artists: { collected: 0 } });
      expect(stopped.stopped).toContain('Spotify is down');
      expect(new Set(stopped.dropped.map(({ reason }) => reason))).toEqual(new Set(['not-reached']));
      clock.advance(900_000);
    }
    await expect(pipeline.collect()).rejects.toMatchObject({ code: 'service-unavailable' });
    standIn.faults.clear();
    expect(await pipeline.collect()).toMatchObject({ done: true, coverage: 1 });
  }));

test.each([
  ['404', { kind: 'status', status: 404 }],
  ['no tracks', { kind: 'status', status: 200, body: { tracks: [] } }],
  ['null for every track', { kind: 'items', set: null }],
] as const)('%s for all artists: the day stays as it was, and all are asked again', (_, fault) =>
  withPipeline({}, async ({ standIn, collect, day, clock }) => {
    await collect();
    const before = await day();
    standIn.faults.add({ ...fault, match: '/v1/artists/*/top-tracks' });
    expect(await collect()).toMatchObject({
      done: false,
      stopped: 'Spotify is down: expected tracks of at least one of 60 artists, got none',
      resumeAfter: new Date(clock.now() + 900_000).toISOString(),
    });
    expect(await day()).toEqual(before);
    standIn.faults.clear();
    clock.advance(900_000);
    expect(await collect()).toMatchObject({ done: true, coverage: 1, droppedCount: 0 });
  }),
);

test('the only artist fails: nothing tells that it is the artist', () =>
  withPipeline({ catalogue: smallCatalogue(1) }, async ({ standIn, collect }) => {
    standIn.faults.add({ match: '/v1/artists/', kind: 'status', status: 500 });
    expect(await collect()).toMatchObject({
      done: false,
      stopped: expect.stringContaining('Spotify is down'),
    });
  }));

test('more than a fifth of the artists fail: the day stays as it was', () =>
  withPipeline({}, async ({ standIn, collect, day, clock }) => {
    await collect();
    const before = await day();
    for (let n = 1; n <= 60; n += 4) {
      standIn.faults.add({ match: `/v1/artists/${artistId(n)}/top-tracks`, kind: 'status', status: 400 });
    }
    expect(await collect()).toMatchObject({ done: false, stopped: expect.stringContaining('status 400') });
    expect(await day()).toEqual(before);
    standIn.faults.clear();
    clock.advance(900_000);
    expect(await collect()).toMatchObject({ done: true, coverage: 1 });
  }));

test.each([
  ['extended', '/v1/artists', artistId(2)],
  ['development', `/v1/artists/${artistId(2)}`, undefined],
] as const)(
  'the metadata of one artist that fails leaves the collection and the others alone (%s)',
  (mode, match, query) => {
    const catalogue = smallCatalogue();
    return withPipeline({ catalogue, mode }, async ({ main, standIn, clock, collect }) => {
      clock.advance(30 * DAY_MS + 1);
      for (const artist of catalogue.artists) artist.genres = ['new'];
      standIn.faults.add({ match, query, kind: 'status', status: 500 });
      expect(await collect()).toMatchObject({ done: true, coverage: 1 });
      const followed = await main.artists.followed();
      expect(followed.slice(0, 3).map(({ genres }) => genres)).toEqual([
        ['new'],
        [mode === 'extended' ? 'new' : 'genre 2'],
        ['genre 0'],
      ]);
    });
  },
);
