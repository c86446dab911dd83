import fc from 'fast-check';
import { InternalError, SoundalikeError } from '../../../core/errors.ts';
import { times } from '../../support/long.ts';
import { withSpotify } from '../../support/spotify.ts';

const ID = '4Z8W4fKeB5YxbusRsdQVPb';
const BJORK = { id: ID, name: 'Björk' };
const TRACK = {
  id: 'track-1',
  name: 'One',
  popularity: 5,
  duration_ms: 1000,
  artists: [{ id: ID, name: 'Björk' }],
};
const FEATURES = { id: 'track-1', danceability: 0.5, energy: 0.5, key: 1, loudness: -7, mode: 1, tempo: 120 };

/** What Spotify would answer to each call, before something happens to it. */
const ANSWERS = {
  artist: {
    id: ID,
    name: 'Björk',
    genres: ['pop'],
    images: [{ url: 'u', width: 1 }],
    external_urls: { spotify: 'u' },
  },
  tracks: { tracks: [TRACK, { ...TRACK, id: 'track-2' }] },
  search: { tracks: { items: [TRACK], next: null }, artists: { items: [{ id: ID, name: 'Björk' }] } },
  albums: { items: [{ id: 'album-1', name: 'Debut' }, null], next: 'more' },
  album: { items: [TRACK, { ...TRACK, id: 'track-2' }, null], next: null },
  features: { audio_features: [FEATURES, null] },
};

/** Another value in the place of one. */
const other = fc.oneof(
  fc.constantFrom(null, '', 0, -1, 1e308, true, [], {}, 'NaN', [[]], [null]),
  fc.jsonValue(),
);

/** Every place of a JSON value, as the keys that lead there. */
function places(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const pick = <T>(items: readonly T[], share: number): T => items[Math.floor(share * items.length)] as T;

test('a mutated answer gives a clear error or rows of the right shape', async () => {
  await withSpotify(
    async ({ api, client }) => {
      const calls = {
        artist: () => client.artist(ID),
        tracks: () => client.topTracks.page(BJORK, 10, null),
        search: () => client.search.page(BJORK, 10, null),
        albums: () => client.albums.page(BJORK, 11, null),
        album: () => client.albums.page(BJORK, 11, '{"albums":["album-1"],"track":0,"page":null}'),
        features: () => client.audioFeatures.features(['track-1', 'track-2']),
      };
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...(Object.keys(ANSWERS) as (keyof typeof ANSWERS)[])),
          fc.double({ min: 0, max: 0.999, noNaN: true }),
          other,
          fc.option(fc.nat(60)),
          async (call, share, value, cutAt) => {
            const answer = replaced(ANSWERS[call], pick(places(ANSWERS[call]), share), value);
            const text = JSON.stringify(answer);
            api.respond = () => ({ text: cutAt === null ? text : text.slice(0, cutAt) });
            const outcome: unknown = await calls[call]().catch((error: unknown) => error);
            if (outcome instanceof Error) {
              expect(outcome).toBeInstanceOf(SoundalikeError);
              expect(outcome).not.toBeInstanceOf(InternalError);
              return;
            }
            for (const row of [outcome].flat()) {
              if (row === null) continue;
              const { id, ...fields } = row as Record<string, unknown>;
              expect(typeof id).toBe('string');
              for (const field of Object.values(fields)) {
                if (typeof field === 'number') expect(Number.isFinite(field)).toBe(true);
              }
            }
          },
        ),
        { seed: 20_261_122, numRuns: times(200, 1000) },
      );
    },
    { dailyBudget: Number.POSITIVE_INFINITY },
  );
}, 600_000);
