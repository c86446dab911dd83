import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocal } from '../bin/local.ts';
import { openProvider } from '../bin/provider.ts';
import { collect } from '../lambdas/collector/collect.ts';
import { MODES, type Mode } from '../sample/stand-in/modes.ts';

/** What a feature source takes at once, in the kind of app that may use it. */
const BATCH: Record<Mode, number> = { extended: 100, development: 40 };

/** Requests of a first collection of the sample, over the least that the API allows. */
export interface RequestCount {
  mode: Mode;
  requests: number;
  /** One a followed artist, and the batches of features. */
  least: number;
  ratio: number;
}

/** Collects the sample once in each kind of app, in a folder of its own, and counts. */
export async function countRequests(): Promise<RequestCount[]> {
  const counts: RequestCount[] = [];
  for (const mode of MODES) {
    const folder = await mkdtemp(join(tmpdir(), 'soundalike-bench-'));
    const local = { ...(await openLocal(folder)), say: () => {} };
    const provider = await openProvider({ ...local, isBeginning: true }, { mode }, {});
    try {
      const { artists, requests, tracks } = await collect(
        { ...local, connect: provider.connect, progress: () => {}, concurrency: 4 },
        { date: '2026-11-22' },
      );
      const rows = (await local.lake.read('top_tracks', '2026-11-22')) ?? [];
      const distinct = new Set(rows.map(({ id }) => id)).size;
      const least = artists.asked + Math.ceil(distinct / BATCH[mode]);
      if (tracks !== rows.length) throw new Error(`expected ${tracks} rows in the lake, got ${rows.length}`);
      counts.push({ mode, requests, least, ratio: requests / least });
    } finally {
      await provider.close();
      await local.close();
      await rm(folder, { recursive: true, force: true });
    }
  }
  return counts;
}
