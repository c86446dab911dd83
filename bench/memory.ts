import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocal } from '../bin/local.ts';
import { DEFAULT_FEATURES, FEATURES } from '../core/features.ts';
import type { Progress, Publication } from '../core/ports.ts';
import { compare } from '../lambdas/similarity/compare.ts';
import { mulberry32 } from '../sample/random.ts';
import { runRow } from '../test/support/machine.ts';

const DATE = '2026-11-22';

/** What the similarity step takes for so many artists. */
export interface Footprint {
  artists: number;
  neighbours: number;
  seconds: number;
  /** Most memory that the process ever held, in MB. */
  megabytes: number;
}

/** Measures the similarity step, from the warehouse's rows to the last one that the database takes, a process a size. */
export function measureMemory(sizes: readonly number[]): Footprint[] {
  return sizes.map((artists) => {
    const args = [...process.execArgv, import.meta.filename, String(artists)];
    const told = execFileSync(process.execPath, args, { encoding: 'utf8' });
    return JSON.parse(told) as Footprint;
  });
}

/** The step as it is, over a warehouse that makes its rows as they are read and a database that counts them. */
async function compareSome(artists: number): Promise<Footprint> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-bench-'));
  const local = { ...(await openLocal(folder)), say: () => {} };
  let taken = 0;
  try {
    await local.runs.insert(runRow({ dt: DATE, status: 'done' }));
    const deps = {
      ...local,
      progress: () => {},
      warehouse: {
        query: async (sql: string) =>
          sql.includes('_min') ? [RANGES] : [{ source: 'reccobeats', tracks: 1 }],
        rows: (sql: string) => rowsFor(sql, artists),
      },
      relatedArtists: {
        ...local.relatedArtists,
        publish: async ({ artistFeatures, relatedArtists }: Publication) => {
          for (const _ of artistFeatures()) taken++;
          for await (const rows of relatedArtists()) for (const _ of rows) taken++;
        },
      },
    };
    const begun = performance.now();
    const { neighbours } = await compare(deps as unknown as typeof local & { progress: Progress }, {
      date: DATE,
    });
    const seconds = (performance.now() - begun) / 1000;
    if (taken < artists) throw new Error(`expected rows of ${artists} artists, got ${taken}`);
    const megabytes = process.resourceUsage().maxRSS / 1024;
    return { artists, neighbours: neighbours === 'all' ? artists - 1 : neighbours, seconds, megabytes };
  } finally {
    await local.close();
    await rm(folder, { recursive: true });
  }
}

const RANGES = Object.fromEntries(
  DEFAULT_FEATURES.flatMap((feature) => [
    [`${feature}_min`, 0],
    [`${feature}_max`, 1],
  ]),
);

/** What each statement of the step gives: there are no playlists. */
async function* rowsFor(sql: string, artists: number): AsyncGenerator<Record<string, unknown>> {
  if (/FROM artist_tracks\b/.test(sql)) yield* someTracks(artists);
  else if (!sql.includes('playlist_id')) yield* someArtists(artists);
}

async function* someTracks(artists: number): AsyncGenerator<Record<string, unknown>> {
  const random = mulberry32(6);
  for await (const artist of someArtists(artists)) {
    const { artist_id } = artist;
    for (let t = 0; t < 10; t++) {
      const values = FEATURES.map((feature) => [feature, Number(artist[feature]) + 0.1 * random.gaussian()]);
      yield { artist_id, id: `${artist_id}-${t}`, duration_ms: 200_000, ...Object.fromEntries(values) };
    }
  }
}

async function* someArtists(n: number): AsyncGenerator<Record<string, unknown>> {
  const random = mulberry32(5);
  for (let i = 0; i < n; i++) {
    const id = `artist${String(i).padStart(16, '0')}`;
    const means = FEATURES.map((feature) => [feature, random.uniform()]);
    const url = `https://open.spotify.com/artist/${id}`;
    yield { artist_id: id, name: `Artist ${i}`, url, found: 10, tracks: 10, ...Object.fromEntries(means) };
  }
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await compareSome(Number(process.argv[2]))));
}
