import { MODES } from '../../../sample/stand-in/modes.ts';
import { DAY_MS, type Pipeline, TODAY, TOMORROW, withPipeline, YESTERDAY } from '../../support/pipeline.ts';
import { artistId, smallCatalogue } from '../../support/small-catalogue.ts';

const asked = ({ standIn }: Pipeline, pattern?: string): number => standIn.requests.count(pattern);
const featureRequests = (pipeline: Pipeline): number =>
  asked(pipeline, '/v1/audio-features') + asked(pipeline, '/reccobeats/');

test('features come from earlier collected days only, and keep the source that they had then', () =>
  withPipeline({ mode: 'development' }, async (pipeline) => {
    const { lake } = pipeline.main;
    await pipeline.collect({ date: TOMORROW });
    pipeline.standIn.requests.clear();
    // The later day is no source; neither is an earlier one of which no collection says that it is whole.
    const rows = (await lake.read('audio_features', TOMORROW)) ?? [];
    const changed = rows.map((row) => ({ ...row, energy: 0.5 }));
    await lake.write('audio_features', YESTERDAY, changed);
    await pipeline.collect();
    expect(asked(pipeline, '/reccobeats/')).toBe(5);
    const [today, tomorrow] = [await pipeline.day(), await pipeline.day(TOMORROW)];
    expect(today['audio-features']).toBe(tomorrow['audio-features']);
    await lake.write(
      'audio_features',
      TODAY,
      rows.map((row) => ({ ...row, source: 'dataset:x' })),
    );
    pipeline.standIn.requests.clear();
    const { sources } = await pipeline.collect({ date: TOMORROW });
    expect([featureRequests(pipeline), sources.features]).toEqual([0, { 'dataset:x': 180 }]);
  }));

test('of the earlier days that have a track the newest counts', () =>
  withPipeline({ mode: 'development' }, async (pipeline) => {
    const { lake } = pipeline.main;
    for (const date of [YESTERDAY, TODAY]) await pipeline.collect({ date });
    const rows = (await lake.read('audio_features', TODAY)) ?? [];
    await lake.write(
      'audio_features',
      YESTERDAY,
      rows.map((row) => ({ ...row, source: 'dataset:old' })),
    );
    const { sources } = await pipeline.collect({ date: TOMORROW });
    expect(sources.features).toEqual({ reccobeats: 180 });
  }));

test('a missing capability costs one request, is remembered for a day and then asked for again', () =>
  withPipeline({ mode: 'development' }, async (pipeline) => {
    const probes = (): number[] => {
      const counts = ['/v1/artists/*/top-tracks', '/v1/audio-features'].map((path) => asked(pipeline, path));
      pipeline.standIn.requests.clear();
      return counts;
    };
    await pipeline.collect();
    expect(probes()).toEqual([1, 1]);
    expect(pipeline.said).toEqual([
      'This Spotify app may not call spotify:top-tracks: the next source takes over.',
      'This Spotify app may not call spotify:audio-features: the next source takes over.',
    ]);
    pipeline.clock.advance(DAY_MS - 1);
    await pipeline.collect({ date: TODAY });
    expect([probes(), pipeline.said.length]).toEqual([[0, 0], 2]);
    pipeline.clock.advance(1);
    await pipeline.collect({ date: TODAY });
    expect([probes(), pipeline.said.length]).toEqual([[1, 1], 4]);
  }));

test.each(MODES)('metadata is refreshed after 30 days, for a thirtieth of the artists a run (%s)', (mode) => {
  const catalogue = smallCatalogue();
  return withPipeline({ catalogue, mode }, async (pipeline) => {
    const { artists, lake } = pipeline.main;
    const refreshed = async (): Promise<string[]> =>
      (await artists.followed())
        .filter(({ refreshed_at }) => refreshed_at > `${TODAY}T12:00:00.000Z`)
        .map(({ id }) => id);
    pipeline.clock.advance(30 * DAY_MS);
    await pipeline.collect();
    expect([await refreshed(), asked(pipeline, '/v1/artists')]).toEqual([[], mode === 'extended' ? 60 : 1]);
    for (const artist of catalogue.artists) artist.genres = ['new'];
    // The first artist is gone; it must not take the place of others for ever.
    pipeline.standIn.faults.add({ match: `/v1/artists/${artistId(1)}`, kind: 'status', status: 404 });
    pipeline.clock.advance(1);
    const { date } = await pipeline.collect();
    expect((await refreshed()).sort()).toEqual([1, 2].map(artistId));
    pipeline.clock.advance(DAY_MS);
    const next = await pipeline.collect();
    expect(await refreshed()).toEqual([1, 2, 3, 4].map(artistId));
    // The day has the metadata that was known when it was collected.
    const genres = async (dt: string) =>
      (await lake.read('artists', dt))?.slice(1, 4).map((artist) => artist.genres?.[0]);
    expect(await genres(date)).toEqual(['genre 2', 'genre 0', 'genre 1']);
    expect(await genres(next.date)).toEqual(['new', 'genre 0', 'genre 1']);
  });
});

test('a row that lacks a compared feature is asked for at the next source, and the better row counts', async () => {
  const catalogue = smallCatalogue(4);
  await withPipeline({ catalogue }, async ({ standIn, main, collect }) => {
    const faults = [
      { match: '/v1/audio-features', kind: 'null-features', features: ['energy'] },
      { match: '/reccobeats/', kind: 'null-features', features: ['energy'], times: 1 },
    ] as const;
    for (const fault of faults) standIn.faults.add({ ...fault, features: [...fault.features] });
    // ReccoBeats knows no better: Spotify's rows stay, and the artists are named.
    const result = await collect();
    expect(result.sources.features).toEqual({ 'spotify:audio-features': 12 });
    expect([result.coverage, result.dropped[0]?.reason]).toEqual([0, 'no-features:energy']);
    // What lacks is asked for again, although the earlier day has a row; a rerun fills the day.
    const again = await collect();
    expect([again.sources.features, again.coverage]).toEqual([{ reccobeats: 12 }, 1]);
    // Rows that lack another feature are good enough.
    standIn.faults.clear();
    standIn.faults.add({ match: '/v1/audio-features', kind: 'null-features', features: ['liveness'] });
    await main.lake.write('audio_features', TODAY, []);
    standIn.requests.clear();
    expect((await collect({ date: YESTERDAY })).sources.features).toEqual({ 'spotify:audio-features': 12 });
    expect(standIn.requests.count('/reccobeats/')).toBe(0);
  });
});

test('of rows that are equally good the lake has the first word, in a run that was resumed too', () =>
  withPipeline({ catalogue: smallCatalogue(4) }, async ({ standIn, main, collect, day }) => {
    for (const match of ['/v1/audio-features', '/reccobeats/']) {
      standIn.faults.add({ match, kind: 'null-features', features: ['energy'] });
    }
    await collect({ date: YESTERDAY });
    const rows = (await main.lake.read('audio_features', YESTERDAY)) ?? [];
    await main.lake.write(
      'audio_features',
      YESTERDAY,
      rows.map((row) => ({ ...row, source: 'dataset:x' })),
    );
    const undisturbed = await collect();
    expect(undisturbed.sources.features).toEqual({ 'dataset:x': 12 });
    const before = await day();
    // A token, four artists, Spotify's features; ReccoBeats is left.
    expect(await collect({ budget: 6 })).toMatchObject({ done: false, requests: 6 });
    expect(await collect()).toMatchObject({ done: true });
    expect(await day()).toEqual(before);
  }));
