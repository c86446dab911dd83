import { SOUND_FEATURES } from '../../core/features.ts';
import { runAtOnce } from '../../core/long-work.ts';
import { mapOf } from '../../core/map/artist-map.ts';
import type { Run } from '../../core/ports.ts';
import type { Compared } from '../../core/report/compared.ts';
import { nearestNeighbours } from '../../core/similarity/neighbours.ts';
import { clusters, distancesIn } from '../unit/core/map/points.ts';

export const DAY = '2026-11-22';
/** A name that is HTML, one in Hangul, one of emoji, and a very long one. */
export const NAMES = [
  `<script>alert("1")</script><img src=x onerror='alert(2)'>`,
  '방탄소년단',
  '👩‍👩‍👧‍👦🎵',
  'Very'.repeat(100),
];

/** What is compared of `n` artists in four groups, the first of whom have those names and are the most popular. */
export function comparedOf(n: number, { hasMap = true } = {}): Compared {
  const points = clusters(n, 4, 4);
  const artists = points.ids.map((id, row) => ({
    id,
    name: NAMES[row] ?? `Artist ${row}`,
    url: row === 1 ? 'javascript:alert(3)' : `https://open.spotify.com/artist/${id}?a="b`,
    genres: ['rock'],
    popularity: row % 7 === 5 ? null : Math.max(0, 100 - row),
  }));
  const means = points.columns.map((values, f) => ({ feature: SOUND_FEATURES[f] as string, values }));
  const map = hasMap
    ? runAtOnce(mapOf(nearestNeighbours(points, 15), points, means, distancesIn(points), 1))
    : null;
  const [a, b] = artists;
  const nearest = a && b ? [{ artist: a, y_artist: b, distance: 0.0123456 }] : [];
  return { result: { ...RESULT, artists: n, nearest, map: map?.quality ?? null }, artists, map };
}

const RESULT: Compared['result'] = {
  date: DAY,
  run: '2026-11-22-s-1',
  method: 'mean',
  artists: 0,
  pairs: 4321,
  features: ['danceability', 'energy'],
  ranges: { danceability: { min: 0.1, max: 0.9 }, energy: { min: 0.2, max: 0.95 } },
  space: null,
  weight: null,
  ruler: null,
  neighbours: 'all',
  coverage: 0.8765,
  published: true,
  dropped: [{ id: 'lost', name: 'Lost <b>', reason: 'no-tracks' }],
  droppedCount: 1,
  nearest: [],
  scores: [
    {
      ...{ name: 'sharedGenre', k: 10, value: 0.4321, low: 0.4012, high: 0.4567 },
      ...{ random: 0.2111, popularity: 0.2222, artists: 77 },
    },
  ],
  blocked: [],
  severalStyles: [{ id: 'x', name: 'Many & Sides', spread: 1.75 }],
  map: null,
  report: null,
  warnings: ['the audio features come from several sources: <2>'],
};

const runOf = (kind: Run['kind'], id: string, summary: object | null): Run => ({
  ...{ id, kind, dt: DAY, owner: 'host', lease_until: '', progress: '{}', epoch: 0 },
  started_at: `${DAY}T04:30:00.000Z`,
  finished_at: summary && `${DAY}T04:40:00.000Z`,
  status: summary ? 'done' : 'running',
  summary: summary && JSON.stringify(summary),
});

/** A day's collection, which is done, and the comparison that is under way. */
export const RUNS: readonly Run[] = [
  runOf('collection', '2026-11-22-c-1', {
    ...{ date: DAY, run: 'c', done: true, artists: { asked: 91, collected: 83 }, tracks: 812, features: 799 },
    ...{ coverage: 0.912, requests: 1234, retries: 17, droppedCount: 2, warnings: ['slow <i>day</i>'] },
    dropped: [
      { id: 'gone', name: 'Gone', reason: 'not-found' },
      { id: 'mute', name: 'Mute', reason: 'no-features:energy' },
    ],
    sources: {
      tracks: { 'spotify:top-tracks': 812 },
      features: { reccobeats: 700, 'spotify:audio-features': 99 },
    },
  }),
  runOf('similarity', '2026-11-22-s-1', null),
];

/** A day's import. */
export const IMPORTED: readonly Run[] = [
  runOf('import', '2026-11-22-i-1', {
    ...{ date: DAY, artists: 5, tracks: 55, features: 54, playlists: 3, rejectedCount: 101 },
    files: [{ path: 'a<b.csv', layout: 'audio', rows: 55 }],
    rejected: [{ file: 'a<b.csv', line: 7, reason: 'no id' }],
  }),
];
