import { join } from 'node:path';
import { bundlePage } from '../../adapters/explorer/bundle.ts';
import { serveExplorer } from '../../adapters/explorer/server.ts';
import type { CollectResult, MapQuality, SimilarityResult } from '../../core/events.ts';
import type { Artist } from '../../core/ports.ts';
import { openExplorer } from '../../lambdas/explorer/explorer.ts';
import { compare } from '../../lambdas/similarity/compare.ts';
import { mulberry32 } from '../../sample/random.ts';
import { type HandMadeDay, type Machine, putDay, runRow, TODAY } from './machine.ts';
import { artistRow, featuresRow, trackRow } from './rows.ts';

const WEB = join(import.meta.dirname, '../../web');
const TOKEN = 'the-token-of-this-test';
const YESTERDAY = '2026-11-21';

/** Names that a page may stumble over, by the id of the artist. */
export const ODD_NAMES = {
  image: '<img src=x onerror="document.title=\'taken\'">',
  markup: '<b>Bold</b> &amp; "Quoted" </script><script>document.title=1</script>',
  long: 'Averyveryverylongnamewithoutanyspace'.repeat(8),
  wordy: 'and then another word '.repeat(12).trim(),
  hangul: '방탄소년단',
  emoji: '👩‍🚀 Ünïted 🛰️',
  arabic: 'فيروز',
} as const;

/** An explorer that is served; what its server did not foresee is a fault. */
export interface Served {
  url: string;
  faults: unknown[];
  /** What a path of the server answers. */
  ask<T>(path: string): Promise<T>;
  close(): Promise<void>;
}

/** Serves the page over a machine. */
export async function serveExplored(machine: Machine): Promise<Served> {
  const faults: unknown[] = [];
  const { url, close } = await serveExplorer({
    page: await bundlePage(WEB),
    answers: openExplorer(machine),
    token: TOKEN,
    port: 0,
    orAny: true,
    onFault: (error) => faults.push(error),
  });
  const headers = { cookie: `soundalike-${new URL(url).port}=${TOKEN}` };
  const ask = async <T>(path: string) => (await (await fetch(new URL(path, url), { headers })).json()) as T;
  return { url, faults, ask, close };
}

/** So many artists, those of the odd names among them, with four tracks each. */
function dayOf(artists: readonly Artist[], seed: number): HandMadeDay {
  const { uniform } = mulberry32(seed);
  const tracks = artists.flatMap(({ id, name }) =>
    [1, 2, 3, 4].map((rank) =>
      trackRow(id, `${id}-${rank}`, {
        name: `Track ${rank} of ${name}`,
        external_url: `https://open.spotify.com/track/${id}-${rank}`,
        ...{ rank, popularity: 90 - rank },
      }),
    ),
  );
  const features = tracks.map(({ id }) =>
    featuresRow(id, {
      ...{ danceability: uniform(), energy: uniform(), speechiness: uniform(), instrumentalness: uniform() },
      ...{ acousticness: uniform(), liveness: uniform(), valence: uniform(), mode: 1, key: 7 },
      ...{ loudness: -30 * uniform(), tempo: 80 + 100 * uniform(), duration_ms: 200_000 },
    }),
  );
  return { artists: [...artists], tracks, features };
}

/** What the collection of a day has told. */
const collected = (artists: number): Partial<CollectResult> => ({
  date: TODAY,
  done: true,
  artists: { asked: artists + 1, collected: artists },
  ...{ tracks: artists * 4, features: artists * 4, coverage: artists / (artists + 1) },
  dropped: [{ id: 'silent', name: 'Silent <i>One</i>', reason: 'no-tracks' }],
  ...{ droppedCount: 1, requests: 1234, retries: 5 },
  sources: { tracks: { 'spotify:top-tracks': artists * 4 }, features: { reccobeats: artists * 4 } },
  warnings: ['The features of 3 tracks come from another source than the others.'],
});

/**
 * Puts two days that were collected, compared and published, plays and recommendations into a machine: of artists with
 * odd names, unless told, and of so many with plain ones, `plain0`, `plain1`, ...
 */
export async function putExplored(machine: Machine, count: number, isOdd = true): Promise<void> {
  const named = isOdd ? Object.entries(ODD_NAMES) : [];
  const odd = named.map(([id, name]) => artistRow(id, { name }));
  const plain = Array.from({ length: count }, (_, i) => artistRow(`plain${i}`, { name: `Plain ${i}` }));
  const artists = [...odd, ...plain].map((artist, i) => ({
    ...artist,
    ...{ popularity: 100 - (i % 90), genres: [`genre ${i % 3}`, 'pop'] },
  }));
  await machine.artists.follow(artists, 'stand-in', `${TODAY}T00:00:00.000Z`);
  for (const [seed, dt] of [YESTERDAY, TODAY].entries()) {
    const summary = JSON.stringify(collected(artists.length));
    const times = { started_at: `${dt}T11:00:00.000Z`, finished_at: `${dt}T11:10:00.000Z` };
    await putDay(machine, dayOf(artists, seed), { dt, summary, ...times });
    await compare(machine, { date: dt });
  }
  await putGrid(
    machine,
    artists.map(({ id }) => id),
  );
  await putListening(machine, artists);
}

/** A map that tests know: rows of ten, in the order of ids. */
async function putGrid({ lake }: Machine, ids: readonly string[]): Promise<void> {
  const sorted = [...ids].sort();
  const rows = Math.ceil(sorted.length / 10);
  await lake.write(
    'artist_map',
    TODAY,
    sorted.map((artist_id, i) => ({
      artist_id,
      x: (i % 10) / 9,
      y: Math.floor(i / 10) / Math.max(1, rows - 1),
      style: i % 2,
    })),
  );
  const map: MapQuality = {
    ...{ k: 10, artists: ids.length, trustworthiness: 0.9312, kept: 0.618 },
    styles: ['loud and fast', 'calm'].map((words) => ({ words, artists: Math.floor(ids.length / 2) })),
  };
  const runs = (await lake.read('runs', TODAY)) ?? [];
  const told = runs.map((run) => {
    if (run.kind !== 'similarity' || run.summary === null) return run;
    return { ...run, summary: JSON.stringify({ ...(JSON.parse(run.summary) as SimilarityResult), map }) };
  });
  await lake.write('runs', TODAY, told);
}

async function putListening({ lake, history, runs }: Machine, artists: readonly Artist[]): Promise<void> {
  const plays = Array.from({ length: 30 }, (_, i) => {
    const { id, name } = artists[i % artists.length] as Artist;
    const played_at = new Date(Date.parse(`${TODAY}T06:00:00Z`) + i * 240_000);
    return { played_at, track_id: `${id}-1`, name: `Track 1 of ${name}`, artist_id: id, artist_name: name };
  });
  await lake.write(
    'recently_played',
    TODAY,
    plays.map((play) => ({ ...play, duration_ms: 200_000, isrc: null, source: 'spotify' })),
  );
  const gaps = [
    {
      after_at: `${YESTERDAY}T20:00:00.000Z`,
      before_at: `${TODAY}T06:00:00.000Z`,
      found_at: `${TODAY}T07:00:00.000Z`,
    },
  ];
  await history.setAccount({ ...(await history.account()), gaps });
  const [heard] = plays;
  await lake.write('recommendations', TODAY, [
    {
      ...{ rank: 1, id: 'next', name: 'Hear <u>this</u>', artist_name: artists.at(-1)?.name ?? '' },
      ...{ score: 0.5, method: 'sound', nearness: 0.98 },
      ...{ because_id: heard?.track_id ?? '', because_name: heard?.name ?? '', run: 'recommendation-1' },
    },
  ]);
  await runs.insert(runRow({ kind: 'recommendation', id: 'recommendation-1', status: 'failed' }));
}
