import type { FoundFeatures } from '../../../core/ports.ts';
import { type Pipeline, withPipeline } from '../../support/pipeline.ts';
import { undisturbedDay } from '../../support/trial.ts';

interface Slice {
  name: string;
  value: unknown;
}

/** What a slice holds: some artists with their tracks, or features. */
type Tracks = { id: string; tracks: Record<string, unknown>[] }[];
type Features = { rows: (FoundFeatures & Record<string, unknown>)[] };

/** Stops a collection by its budget, changes the first slice whose name begins so, and collects on. */
async function changed(
  pipeline: Pipeline,
  kind: string,
  budget: number,
  change: (value: unknown) => unknown,
) {
  const { collect, main, standIn } = pipeline;
  const { run = '' } = await collect({ budget });
  const slices: Slice[] = await main.lake.slices(run ?? '');
  const slice = slices.find(({ name }) => name.startsWith(kind)) as Slice;
  await main.lake.putSlice(run ?? '', slice.name, change(structuredClone(slice.value)));
  standIn.requests.clear();
  return { result: await collect(), slice, others: slices.filter(({ name }) => name !== slice.name) };
}

const firstTrack = (values: object) => (value: unknown) => {
  Object.assign((value as Tracks)[0]?.tracks[0] as object, values);
  return value;
};
const firstRow = (values: object) => (value: unknown) => {
  Object.assign((value as Features).rows[0] as object, values);
  return value;
};

describe('a slice that cannot be used is dropped, and what it held is fetched again', () => {
  test.each<[string, (value: unknown) => unknown]>([
    ['a number beyond its column', firstTrack({ popularity: 2 ** 31 })],
    ['a number for a text', firstTrack({ name: 7 })],
    ['a fraction for a whole number', firstTrack({ duration_ms: 0.5 })],
    ['no id', firstTrack({ id: undefined })],
    ['no list', () => ({ tracks: 'of an earlier version' })],
    ['nothing', () => null],
  ])('tracks with %s', (_, change) =>
    withPipeline({}, async (pipeline) => {
      const { result, slice, others } = await changed(pipeline, 'tracks-', 40, change);
      expect(result).toMatchObject({ done: true, tracks: 180, features: 180, coverage: 1 });
      expect(await pipeline.day()).toEqual(await undisturbedDay('extended'));
      const kept = others
        .filter(({ name }) => name.startsWith('tracks-'))
        .flatMap(({ value }) => value as Tracks);
      expect([
        (slice.value as Tracks).length > 0,
        pipeline.standIn.requests.count('/v1/artists/*/top-tracks'),
      ]).toEqual([true, 60 - kept.length]);
      expect([await pipeline.staging(), await pipeline.statuses()]).toEqual([[], ['done']]);
    }),
  );

  test.each<[string, (value: unknown) => unknown]>([
    ['a text for a number', firstRow({ energy: 'high' })],
    ['a number beyond its column', firstRow({ time_signature: 2 ** 40 })],
    ['no rows', () => ({ source: 'spotify:audio-features', asked: [] })],
  ])('features with %s', (_, change) =>
    withPipeline({}, async (pipeline) => {
      const { result } = await changed(pipeline, 'features-', 62, change);
      expect(result).toMatchObject({ done: true, tracks: 180, features: 180, coverage: 1 });
      expect(await pipeline.day()).toEqual(await undisturbedDay('extended'));
      expect(pipeline.standIn.requests.count('/v1/artists/*/top-tracks')).toBe(0);
      // Both batches of ids: the one of the slice, and the one that the budget was too small for.
      expect(pipeline.standIn.requests.count('/v1/audio-features')).toBe(2);
    }),
  );
});
