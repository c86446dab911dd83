import { SOUND_FEATURES } from '../../../core/features.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { mulberry32 } from '../../../sample/random.ts';
import { type Machine, openMachine, putDay } from '../../support/machine.ts';
import { artistRow, featuresRow, trackRow } from '../../support/rows.ts';

let machine: Machine;
let days = 0;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

type Values = Record<string, number | null>;

/** Puts a day of two artists with these tracks, and gives the features of which a run says that one track is alone. */
async function toldOf(tracks: Values[], ruler?: 'given'): Promise<string[]> {
  days += 1;
  const dt = `2026-10-${10 + days}`;
  const features = tracks.map((values, i) => featuresRow(`t${i}`, values));
  const artists = ['a', 'b'].map((id) => artistRow(id));
  await putDay(
    machine,
    { artists, tracks: features.map(({ id }, i) => trackRow(i % 2 ? 'a' : 'b', id)), features },
    { dt },
  );
  const ranges = Object.fromEntries(SOUND_FEATURES.map((feature) => [feature, { min: 0, max: 1 }]));
  const { warnings } = await compare(machine, {
    date: dt,
    features: [...SOUND_FEATURES],
    method: 'mean',
    ...(ruler ? { ruler: { features: [...SOUND_FEATURES], ranges } } : {}),
  });
  return warnings.filter((warning) => warning.startsWith('one track alone'));
}

/** By its definition: the largest lies further from the second than that from the smallest, or the other way round. */
function isLone(values: number[]): boolean {
  const sorted = values.toSorted((a, b) => a - b);
  const [first, second] = sorted as [number, number];
  const [beforeLast, last] = sorted.slice(-2) as [number, number];
  return last - beforeLast > beforeLast - first || second - first > last - second;
}

test('a run names the feature, the track and its value', async () => {
  const tracks = Array.from({ length: 600 }, (_, i) => ({
    danceability: 0.4 + (i % 10) / 100,
    loudness: -5 - i / 100,
  }));
  tracks[77] = { danceability: 1, loudness: -70 };
  expect(await toldOf(tracks)).toEqual([
    'one track alone makes most of the range of danceability: t77 has 1, all others have less than 0.7',
    'one track alone makes most of the range of loudness: t77 has -70, all others have more than -37.5',
  ]);
});

test('it agrees with the definition on random days, values missing', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const random = mulberry32(seed);
    const tracks = Array.from({ length: 12 }, () =>
      Object.fromEntries(
        // A power makes one value stand apart now and then.
        SOUND_FEATURES.map((feature) => [feature, random.uniform() < 0.1 ? null : random.uniform() ** 9]),
      ),
    );
    const expected = SOUND_FEATURES.filter((feature) => {
      const values = tracks.flatMap((track) => track[feature] ?? []);
      return values.length >= 10 && isLone(values);
    });
    const told = (await toldOf(tracks)).map((warning) => / of (\w+):/.exec(warning)?.[1]);
    expect(told).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  }
});

test('two tracks at the same value, and ranges that were given, are no matter', async () => {
  const tracks = Array.from({ length: 20 }, (_, i) => ({ energy: i < 2 ? 1 : 0.1 }));
  expect(await toldOf(tracks)).toEqual([]);
  tracks[0] = { energy: 0.1 };
  expect(await toldOf(tracks)).toHaveLength(1);
  expect(await toldOf(tracks, 'given')).toEqual([]);
});
