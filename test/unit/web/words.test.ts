import { reasonWords } from '../../../web/words.ts';
import type { World } from '../../../web/world.ts';

/** A catalogue in which everybody is in the upper third of everything. */
const world = { third: () => 1 } as unknown as World;
const reason = (feature: string, share: number, mean: number) => ({ feature, share, a: mean, b: mean });

test('an upper third of next to nothing is not called instrumental or live', () => {
  const words = (mean: number) =>
    reasonWords(
      [reason('instrumentalness', 0.1, mean), reason('liveness', 0.1, mean), reason('tempo', 0.8, 120)],
      0.3,
      world,
    );
  expect(words(0.49)).toBe('alike in instrumentalness and liveness; differ in tempo');
  expect(words(0.5)).toBe('both instrumental and live; differ in tempo');
});

test('playlists are what artists are in, no feature of theirs', () => {
  const playlists = { feature: 'playlists', share: 0.9, a: Number.NaN, b: Number.NaN };
  expect(reasonWords([reason('energy', 0.1, 0.9), playlists], 0.3, world)).toBe(
    'both energetic; differ in the playlists they are in',
  );
});
