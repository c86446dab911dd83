import { type ArtistTrack, meansOf, trackSets } from '../../../../core/methods/track-sets.ts';

const track = (artist_id: string, id: string, energy: number | null, tempo: number | null): ArtistTrack => ({
  artist_id,
  id,
  features: { energy, tempo },
});

test('artists and their tracks come bytewise, each track once, what is not known as NaN', () => {
  const { sets, dropped } = trackSets(
    [
      track('b', 'z', 1, 10),
      track('b', 'Z', 2, null),
      track('B', 'z', 1, 10),
      track('b', 'z', 9, 90),
      track('b', 'a', 3, 30),
    ],
    ['energy', 'tempo'],
  );
  expect(dropped).toEqual([]);
  expect(sets.ids).toEqual(['B', 'b']);
  expect([...sets.starts]).toEqual([0, 1, 4]);
  expect(sets.columns.map((column) => [...column])).toEqual([
    [1, 2, 3, 1],
    [10, Number.NaN, 30, 10],
  ]);
  expect([...meansOf(sets.starts, sets.columns[1] as Float64Array)]).toEqual([10, 20]);
});

test('an artist without any value of a feature is dropped, a feature that no track has is left out', () => {
  const { sets, dropped } = trackSets(
    [track('a', '1', null, 1), track('b', '2', 1, null), track('c', '3', 1, 1)],
    ['duration_ms', 'tempo', 'energy'],
  );
  expect(sets.features).toEqual(['tempo', 'energy']);
  expect(sets.ids).toEqual(['c']);
  expect(dropped).toEqual([
    { id: 'a', reason: 'no-features:energy' },
    { id: 'b', reason: 'no-features:tempo' },
  ]);
});

test('nobody', () => {
  const { sets, dropped } = trackSets([], ['energy']);
  expect([sets.ids, [...sets.starts], sets.features, sets.columns, dropped]).toEqual([[], [0], [], [], []]);
});
