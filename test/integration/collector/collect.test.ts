import {
  DayTakenError,
  InvalidInputError,
  LeaseHeldError,
  NoArtistsError,
  NoDataError,
} from '../../../core/errors.ts';
import { collect } from '../../../lambdas/collector/collect.ts';
import { MODES, type Mode } from '../../../sample/stand-in/modes.ts';
import { DAY_MS, type Pipeline, seen, TODAY, TOMORROW, withPipeline } from '../../support/pipeline.ts';
import { smallCatalogue } from '../../support/small-catalogue.ts';

/** What the least possible collection of the small catalogue asks for, the token included. */
const REQUESTS: Record<Mode, number> = {
  extended: 1 + 60 + 2,
  // The search takes as many requests as the top tracks; each of the two missing capabilities costs one.
  development: 1 + 1 + 60 + 1 + 5,
};
const SOURCES = {
  extended: { tracks: { 'spotify:top-tracks': 180 }, features: { 'spotify:audio-features': 180 } },
  development: { tracks: { 'spotify:search': 180 }, features: { reccobeats: 180 } },
};

const asked = ({ standIn }: Pipeline, pattern?: string): number => standIn.requests.count(pattern);
const featureRequests = (pipeline: Pipeline): number =>
  asked(pipeline, '/v1/audio-features') + asked(pipeline, '/reccobeats/');

describe.each(MODES)('an app of mode %s', (mode) => {
  test('collects rows with ranks and sources, and counts what it asked', () =>
    withPipeline({ mode }, async (pipeline) => {
      const result = await pipeline.collect();
      expect(result).toEqual({
        date: TODAY,
        run: `collection-${TODAY}-main1`,
        done: true,
        resumeAfter: null,
        artists: { asked: 60, collected: 60 },
        tracks: 180,
        features: 180,
        coverage: 1,
        dropped: [],
        droppedCount: 0,
        requests: REQUESTS[mode],
        retries: 0,
        sources: SOURCES[mode],
        stopped: null,
        warnings: [],
      });
      expect(asked(pipeline)).toBe(result.requests);
      const { lake } = pipeline.main;
      const catalogue = smallCatalogue();
      const [trackSource] = Object.keys(SOURCES[mode].tracks);
      const [featureSource] = Object.keys(SOURCES[mode].features);
      expect(await lake.read('top_tracks', TODAY)).toEqual(
        catalogue.tracks.map(({ id, name, artist_ids, popularity, isrc, url }, i) => ({
          artist_id: artist_ids[0],
          id,
          name,
          popularity: mode === 'extended' ? popularity : null,
          external_url: url,
          isrc,
          duration_ms: 200_000,
          rank: (i % 3) + 1,
          source: trackSource,
        })),
      );
      const lacks = mode === 'extended' ? {} : { time_signature: null, duration_ms: null };
      expect(await lake.read('audio_features', TODAY)).toEqual(
        catalogue.features.map((row) => ({ ...row, ...lacks, source: featureSource })),
      );
      expect((await lake.read('artists', TODAY))?.map(({ id }) => id)).toEqual(
        catalogue.artists.map(({ id }) => id),
      );
      expect(await lake.read('runs', TODAY)).toEqual([
        expect.objectContaining({
          id: result.run,
          kind: 'collection',
          status: 'done',
          summary: JSON.stringify(result),
        }),
      ]);
      expect(await pipeline.staging()).toEqual([]);
    }));

  test('a rerun of the day gives the same bytes, the next day asks for no features', () =>
    withPipeline({ mode }, async (pipeline) => {
      await pipeline.collect();
      const day = await pipeline.day();
      expect(Object.keys(day)).toHaveLength(3);
      const again = await pipeline.collect();
      expect([again.done, await pipeline.day()]).toEqual([true, day]);
      expect(await pipeline.statuses()).toEqual(['done', 'done']);
      pipeline.clock.advance(DAY_MS);
      pipeline.standIn.requests.clear();
      const next = await pipeline.collect();
      expect([next.date, next.sources]).toEqual([TOMORROW, SOURCES[mode]]);
      expect(featureRequests(pipeline)).toBe(0);
      expect((await pipeline.day(TOMORROW))['audio-features']).toBe(day['audio-features']);
    }));
});

test('nobody followed, an unknown run, a wrong event, an imported day: each is refused, and nothing is left', () =>
  withPipeline({ follow: 0 }, async (pipeline) => {
    await expect(pipeline.collect()).rejects.toThrow(NoArtistsError);
    await pipeline.follow(60);
    await expect(pipeline.collect({ run: 'collection-1' })).rejects.toThrow(NoDataError);
    await expect(pipeline.collect({ date: '2026-02-30' })).rejects.toThrow(InvalidInputError);
    await expect(pipeline.collect({ budget: 0 })).rejects.toThrow(/field budget/);
    const run = {
      id: 'import-1',
      kind: 'import',
      dt: TODAY,
      owner: 'x',
      progress: '{}',
      summary: null,
      epoch: 0,
    };
    const at = `${TODAY}T10:00:00.000Z`;
    const times = { started_at: at, finished_at: at, lease_until: at };
    await pipeline.main.runs.insert({ ...run, ...times, kind: 'import', status: 'done' });
    await expect(pipeline.collect()).rejects.toThrow(DayTakenError);
    await expect(pipeline.collect()).rejects.toThrow(/belongs to run import-1/);
    expect([asked(pipeline), await pipeline.day(), await pipeline.statuses()]).toEqual([0, {}, ['done']]);
    await pipeline.main.runs.remove('import-1');
    await pipeline.main.runs.insert({ ...run, ...times, kind: 'import', status: 'failed' });
    expect(await pipeline.collect()).toMatchObject({ done: true });
  }));

test('while one collection is under way another is refused, whatever its day', () =>
  withPipeline({}, async (pipeline) => {
    const other = await pipeline.process('other');
    const first = pipeline.collect();
    await seen(pipeline.standIn, 10);
    for (const date of [TODAY, TOMORROW]) {
      const error = await collect(other, { date }).catch((caught) => caught);
      expect(error).toBeInstanceOf(LeaseHeldError);
      expect(error.message).toContain(
        `run collection-${TODAY}-main1 (running), held by main until ${TODAY}T12:01`,
      );
    }
    expect(await first).toMatchObject({ done: true, requests: REQUESTS.extended });
    expect(asked(pipeline)).toBe(REQUESTS.extended);
  }));

test('one that is done answers the same when it is called again by its id, and asks nothing', () =>
  withPipeline({}, async (pipeline) => {
    const done = await pipeline.collect();
    pipeline.standIn.requests.clear();
    expect(await pipeline.collect({ run: done.run ?? '' })).toEqual(done);
    expect(asked(pipeline)).toBe(0);
  }));
