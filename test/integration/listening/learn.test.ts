import { type ForgetDeps, forget } from '../../../lambdas/listening/forget.ts';
import { learnHeard } from '../../../lambdas/listening/learn.ts';
import { DAY_MS, type Pipeline, TODAY, withPipeline } from '../../support/pipeline.ts';
import { trackId } from '../../support/small-catalogue.ts';

const heard = (pipeline: Pipeline, ids: readonly string[]) =>
  pipeline.main.lake.write(
    'recently_played',
    TODAY,
    ids.map((track_id, minute) => ({
      played_at: new Date(Date.parse(`${TODAY}T00:00:00Z`) + minute * 60_000),
      track_id,
      name: null,
      artist_id: null,
      artist_name: null,
      duration_ms: null,
      isrc: null,
      source: 'spotify:recently-played',
    })),
  );

const known = async ({ main }: Pipeline, dt: string = TODAY) =>
  ((await main.lake.read('heard_features', dt)) ?? []).map(({ id, energy, source }) => [
    id,
    energy !== null && source,
  ]);

test('what was heard is asked for once, and what a collection has not at all', () =>
  withPipeline({ mode: 'development', follow: 1 }, async (pipeline) => {
    await pipeline.collect({ date: '2026-11-21' });
    await heard(pipeline, [trackId(1, 1), trackId(2, 1), trackId(3, 1), trackId(3, 1), 'unknown:song']);
    const first = await learnHeard(pipeline.main);
    expect(first).toMatchObject({ asked: 2, known: 2, stopped: null });
    expect(await known(pipeline)).toEqual([
      [trackId(2, 1), 'reccobeats'],
      [trackId(3, 1), 'reccobeats'],
    ]);
    expect(await learnHeard(pipeline.main)).toEqual({ asked: 0, known: 0, requests: 0, stopped: null });
  }));

test('what no source knows is noted, and asked for again after 30 days', () =>
  withPipeline({ mode: 'extended' }, async (pipeline) => {
    await heard(pipeline, ['Unheard0000000000000of']);
    expect(await learnHeard(pipeline.main)).toMatchObject({ asked: 1, known: 0 });
    expect(await known(pipeline)).toEqual([['Unheard0000000000000of', false]]);
    pipeline.clock.advance(30 * DAY_MS);
    expect(await learnHeard(pipeline.main)).toMatchObject({ asked: 0 });
    pipeline.clock.advance(DAY_MS);
    expect(await learnHeard(pipeline.main)).toMatchObject({ asked: 1 });
  }));

test('what was forgotten while the sources were asked is not noted', () =>
  withPipeline({ mode: 'extended' }, async (pipeline) => {
    const { main } = pipeline;
    await heard(pipeline, [trackId(1, 1), trackId(2, 1)]);
    const connect: typeof main.connect = (...values) => {
      const sources = main.connect(...values);
      const close = async () => {
        await sources.close();
        await forget(main as typeof main & ForgetDeps);
      };
      return { ...sources, close };
    };
    expect(await learnHeard({ ...main, connect })).toMatchObject({ asked: 2, known: 0, stopped: null });
    expect(await main.lake.days('heard_features')).toEqual([]);
  }));

test('where a source asks to wait, what was found is kept and the rest comes later', () =>
  withPipeline({ mode: 'development' }, async (pipeline) => {
    const ids = Array.from({ length: 60 }, (_, artist) => trackId(artist + 1, 1));
    await heard(pipeline, ids);
    const match = '/reccobeats/v1/audio-features';
    pipeline.standIn.faults.add({
      ...{ match, kind: 'status', status: 429, after: 1, times: 1 },
      headers: { 'retry-after': '50000' },
    });
    const first = await learnHeard(pipeline.main);
    expect(first).toMatchObject({ asked: 60, known: 40, stopped: expect.stringContaining('wait until') });
    pipeline.clock.advance(60_000_000);
    expect(await learnHeard(pipeline.main)).toMatchObject({ asked: 20, known: 20, stopped: null });
    const learned = [...(await known(pipeline)), ...(await known(pipeline, '2026-11-23'))];
    expect(learned.map(([id]) => id).sort()).toEqual(ids);
  }));

test.each([500, 400])(
  'a track for which a source answers %i is asked for at the next, the others are learned',
  (status) =>
    withPipeline({ mode: 'extended' }, async (pipeline) => {
      const ids = Array.from({ length: 9 }, (_, artist) => trackId(artist + 1, 1));
      await heard(pipeline, ids);
      pipeline.standIn.faults.add({
        match: '/v1/audio-features',
        query: trackId(3, 1),
        kind: 'status',
        status,
      });
      expect(await learnHeard(pipeline.main)).toMatchObject({ asked: 9, known: 9, stopped: null });
      const sources = Object.fromEntries(await known(pipeline));
      expect(sources[trackId(3, 1)]).toBe('reccobeats');
      expect(sources[trackId(2, 1)]).toBe('spotify:audio-features');
    }),
);

test('a source that is down for all stops the learning, and nothing is noted as unknown', () =>
  withPipeline({ mode: 'development' }, async (pipeline) => {
    await heard(
      pipeline,
      [1, 2, 3].map((n) => trackId(n, 1)),
    );
    pipeline.standIn.faults.add({ match: '/reccobeats/', kind: 'status', status: 500 });
    expect(await learnHeard(pipeline.main)).toMatchObject({
      ...{ asked: 3, known: 0 },
      stopped: expect.stringContaining('reccobeats is down'),
    });
    expect(await known(pipeline)).toEqual([]);
  }));
