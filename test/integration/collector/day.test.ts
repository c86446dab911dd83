import { InvalidInputError } from '../../../core/errors.ts';
import { type Pipeline, TODAY, TOMORROW, withPipeline } from '../../support/pipeline.ts';
import { artistId, smallCatalogue, trackId } from '../../support/small-catalogue.ts';

const asked = ({ standIn }: Pipeline, pattern?: string): number => standIn.requests.count(pattern);
const featureRequests = (pipeline: Pipeline): number =>
  asked(pipeline, '/v1/audio-features') + asked(pipeline, '/reccobeats/');

test('who is missing is named with the reason, and counts against the coverage', async () => {
  const catalogue = smallCatalogue(8);
  const drop = (n: number, i: number): void => {
    catalogue.features = catalogue.features.filter(({ id }) => id !== trackId(n, i));
  };
  catalogue.tracks = catalogue.tracks.filter(({ artist_ids }) => artist_ids[0] !== artistId(2));
  for (const i of [1, 2, 3]) drop(3, i);
  for (const row of catalogue.features.filter(({ id }) => id.startsWith(trackId(4, 0).slice(0, 18)))) {
    row.loudness = null;
  }
  // One track with all features is enough, and an artist without any own track may have one with another.
  drop(5, 1);
  drop(5, 2);
  const shared = catalogue.tracks.find(({ id }) => id === trackId(1, 1));
  shared?.artist_ids.push(artistId(6));
  catalogue.tracks = catalogue.tracks.filter(({ artist_ids }) => artist_ids[0] !== artistId(6));
  await withPipeline({ catalogue }, async (pipeline) => {
    const gone = { ...smallCatalogue(9).artists[8], id: artistId(9), name: 'Artist 009' };
    const [row] = await pipeline.main.artists.followed();
    await pipeline.main.artists.follow([{ ...row, ...gone } as never], 'stand-in', `${TODAY}T00:00:00.000Z`);
    const result = await pipeline.collect();
    expect(result).toMatchObject({
      artists: { asked: 9, collected: 7 },
      tracks: 6 * 3 + 1,
      features: 3 + 3 + 1 + 3 + 3,
      droppedCount: 4,
      dropped: [
        { id: artistId(2), name: 'Artist 002', reason: 'no-tracks' },
        { id: artistId(3), name: 'Artist 003', reason: 'no-features:danceability' },
        { id: artistId(4), name: 'Artist 004', reason: 'no-features:loudness' },
        { id: artistId(9), name: 'Artist 009', reason: 'not-found' },
      ],
    });
    expect(result.coverage).toBeCloseTo(5 / 9, 12);
    const stopped = await pipeline.collect({ date: TOMORROW, budget: 1 });
    expect(stopped.dropped.map(({ reason }) => reason)).toEqual(Array(9).fill('not-reached'));
  });
});

test('some artists are merged into the day: the others keep their rows, asked stays all', async () => {
  const catalogue = smallCatalogue();
  await withPipeline({ catalogue }, async (pipeline) => {
    const { lake } = pipeline.main;
    await pipeline.collect();
    const before = (await lake.read('top_tracks', TODAY)) ?? [];
    // Everybody's tracks are renamed at Spotify, and the third artist has a new one.
    for (const track of catalogue.tracks) track.name = `New ${track.name}`;
    const [third, seventh] = [artistId(3), artistId(7)];
    pipeline.standIn.requests.clear();
    const result = await pipeline.collect({ artists: [seventh, third, third] });
    expect(result).toMatchObject({
      done: true,
      artists: { asked: 60, collected: 60 },
      tracks: 180,
      coverage: 1,
    });
    expect([asked(pipeline, '/v1/artists/'), featureRequests(pipeline)]).toEqual([2, 0]);
    const after = (await lake.read('top_tracks', TODAY)) ?? [];
    const changed = after.filter(({ name }, i) => name !== before[i]?.name);
    expect([...new Set(changed.map(({ artist_id }) => artist_id))]).toEqual([third, seventh]);
    expect(changed).toHaveLength(6);
    // A day that holds nothing yet.
    const alone = await pipeline.collect({ date: TOMORROW, artists: [third] });
    expect(alone).toMatchObject({ done: true, artists: { asked: 60, collected: 1 }, tracks: 3, features: 3 });
    expect([alone.droppedCount, alone.dropped[0], alone.coverage]).toEqual([
      59,
      { id: artistId(1), name: 'Artist 001', reason: 'not-reached' },
      1 / 60,
    ]);
    await expect(pipeline.collect({ artists: [third, 'unknown'] })).rejects.toThrow(InvalidInputError);
    await expect(pipeline.collect({ artists: ['unknown'] })).rejects.toThrow(/followed artists, got unknown/);
    expect(await pipeline.statuses()).toEqual(['done', 'done']);
  });
});

test('a dry run asks nothing and writes nothing', () =>
  withPipeline({}, async (pipeline) => {
    const result = await pipeline.collect({ dryRun: true });
    expect(result).toMatchObject({
      done: false,
      run: null,
      artists: { asked: 60, collected: 0 },
      requests: 0,
    });
    expect(result.stopped).toContain('would ask for the tracks of 60 artists');
    expect([asked(pipeline), await pipeline.statuses(), await pipeline.day()]).toEqual([0, [], {}]);
    expect(await pipeline.staging()).toEqual([]);
    expect((await pipeline.collect({ dryRun: true, artists: [artistId(1)] })).stopped).toContain('1 artists');
  }));
