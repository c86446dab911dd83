import { AccessRefusedError, ServiceUnavailableError } from '../../../core/errors.ts';
import { MODES } from '../../../sample/stand-in/modes.ts';
import { withPipeline } from '../../support/pipeline.ts';
import { artistId, smallCatalogue } from '../../support/small-catalogue.ts';
import {
  expectGoesOn,
  expectKept,
  FEATURES,
  failure,
  type Kind,
  TRACKS,
  undisturbedDay,
  withTrial,
} from '../../support/trial.ts';

describe.each(MODES)('an app of mode %s', (mode) => {
  test('a plain-text 403 is a refusal of the app, said in its words', () =>
    withTrial(mode, async (trial) => {
      const body = 'Active premium subscription required for the owner of the app.';
      trial.fault(TRACKS, { kind: 'status', status: 403, body, after: 20 });
      const error = await failure(trial);
      expect(error).toBeInstanceOf(AccessRefusedError);
      expect([error.message, error.hint]).toEqual([
        expect.stringContaining(body),
        expect.stringContaining('Premium'),
      ]);
      await expectGoesOn(trial);
    }));

  test('ReccoBeats down, and nothing else to ask: three steps 15 minutes apart, then it fails for want of coverage', () =>
    withTrial(mode, async (trial) => {
      const { clock, standIn } = trial;
      standIn.faults.add({ match: '/v1/audio-features', kind: 'null-features', features: 'whole' });
      standIn.faults.add({ match: '/reccobeats/', kind: 'status', status: 503 });
      for (const _ of [1, 2]) {
        const stopped = await trial.collect();
        const in15Minutes = new Date(clock.now() + 900_000).toISOString();
        expect(stopped).toMatchObject({ done: false, resumeAfter: in15Minutes, artists: { collected: 60 } });
        expect(stopped.stopped).toContain('reccobeats is down');
        await expectKept(trial, 'waiting');
        clock.advance(900_000);
      }
      const error = await failure(trial);
      expect(error).toBeInstanceOf(ServiceUnavailableError);
      expect(error.message).toBe(
        'reccobeats stayed down, so the day is without what only it knows: expected features for 80 % of the artists, got 0 %',
      );
      standIn.faults.clear();
      expect(await trial.collect()).toMatchObject({ done: true, coverage: 1 });
      // Neither the tracks nor the features that Spotify lacks were asked for again.
      expect(standIn.requests.count(TRACKS[mode])).toBe(60);
      expect(standIn.requests.count('/v1/audio-features')).toBe(mode === 'extended' ? 2 : 0);
      if (mode === 'development') expect(await trial.day()).toEqual(await undisturbedDay(mode));
    }));
});

test('ReccoBeats down for the little that Spotify lacks: the third step goes on without it and says so', async () => {
  const catalogue = smallCatalogue(10);
  catalogue.features = catalogue.features.slice(3);
  await withPipeline({ catalogue }, async ({ standIn, collect, clock, staging, statuses }) => {
    standIn.faults.add({ match: '/reccobeats/', kind: 'cut' });
    for (const _ of [1, 2]) {
      expect((await collect()).done).toBe(false);
      clock.advance(900_000);
    }
    const result = await collect();
    expect(result).toMatchObject({
      done: true,
      coverage: 0.9,
      dropped: [{ id: artistId(1), reason: 'no-features:danceability' }],
      warnings: ['reccobeats stayed down, so the day is without what only it knows'],
    });
    expect(result.requests).toBe(standIn.requests.count());
    expect([await staging(), await statuses()]).toEqual([[], ['done']]);
  });
});

test('a JSON 403 in mid-run is a capability that was lost: the next source takes over', () =>
  withTrial('extended', async (trial) => {
    trial.fault(TRACKS, {
      kind: 'status',
      status: 403,
      body: { error: { status: 403, message: 'Forbidden' } },
      after: 20,
    });
    const result = await trial.collect();
    const { 'spotify:top-tracks': before = 0, 'spotify:search': after = 0 } = result.sources.tracks;
    expect([result.done, before + after, before >= 60, after > 0]).toEqual([true, 180, true, true]);
    expect(trial.said).toEqual([
      'This Spotify app may not call spotify:top-tracks: the next source takes over.',
    ]);
    // A few were under way when the first was refused.
    expect(trial.standIn.faults.list()[0]?.applied).toBeLessThanOrEqual(4);
  }));

test('a JSON 403 for the last source is a refusal', () =>
  withTrial('development', async (trial) => {
    trial.fault(TRACKS, {
      kind: 'status',
      status: 403,
      body: { error: { status: 403, message: 'Forbidden' } },
      after: 20,
    });
    expect(await failure(trial)).toBeInstanceOf(AccessRefusedError);
    await expectGoesOn(trial);
  }));

test.each(['values', 'rows'])('null %s from Spotify are filled by ReccoBeats', (what) =>
  withTrial('extended', async (trial) => {
    const kind: Kind = { kind: 'null-features', after: 1 };
    trial.fault(FEATURES, what === 'rows' ? { ...kind, features: 'whole' } : kind);
    const result = await trial.collect();
    expect(result).toMatchObject({ done: true, coverage: 1, droppedCount: 0, features: 180 });
    expect(result.sources.features).toEqual({ 'spotify:audio-features': 100, reccobeats: 80 });
  }),
);

test('an artist that vanishes is named; nobody else misses anything', () =>
  withTrial('extended', async (trial) => {
    trial.standIn.faults.add({ match: `/v1/artists/${artistId(7)}/top-tracks`, kind: 'status', status: 404 });
    const result = await trial.collect();
    expect(result).toMatchObject({ done: true, tracks: 177, features: 177 });
    expect(result.dropped).toEqual([{ id: artistId(7), name: 'Artist 007', reason: 'not-found' }]);
    expect(await trial.staging()).toEqual([]);
  }));
