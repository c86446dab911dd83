import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderStore } from '../../adapters/lake/folder.ts';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import { DuckDbWarehouse } from '../../adapters/warehouse/duckdb.ts';
import { LeaseHeldError } from '../../core/errors.ts';
import type { GapBounds } from '../../core/events.ts';
import type { Database, Play, StagedObject } from '../../core/ports.ts';
import { importHistory } from '../../lambdas/listening/import-history.ts';
import { type ListenDeps, listen } from '../../lambdas/listening/listen.ts';
import { mulberry32, type Random } from '../../sample/random.ts';
import { FakeClock } from './clock.ts';
import { lakeWith } from './lake.ts';
import { extendedOf, type Listener, listenerOf, SpotifyOf, shortOf, type TruePlay } from './listener.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What a simulation starts at: an hour of a `FakeClock`'s day. */
const FROM = Date.UTC(2026, 10, 22, 12);
const DAYS = 14;

/** What two weeks have left behind. */
export interface TwoWeeks {
  listener: Listener;
  spotify: SpotifyOf;
  plays: Play[];
  gaps: GapBounds[];
  /** The lake's rows, as SQL reads them. */
  lake: Record<string, unknown>[];
}

/** How two weeks go. */
export interface TwoWeeksOptions {
  seed: number;
  /** Exports that are imported meanwhile. */
  exports?: readonly ('extended' | 'short')[];
}

/**
 * Two weeks of listening, hour by hour, into a new database and a lake: hours without a run, clocks that are an hour
 * off, two runs at once, and runs that die between the database and the lake.
 */
export async function twoWeeks(
  database: Database,
  { seed, exports = [] }: TwoWeeksOptions,
  look: (weeks: TwoWeeks, importAll: (kind: 'extended' | 'short') => Promise<TwoWeeks>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-two-weeks-'));
  const warehouse = new DuckDbWarehouse(join(folder, 'lake'));
  const random = mulberry32(seed);
  const listener = listenerOf(seed, FROM, DAYS);
  const spotify = new SpotifyOf(listener, FROM);
  const clock = new FakeClock();
  let ids = 0;
  let off = 0;
  const process = (owner: string): ListenDeps & { progress: () => void } => ({
    ...database,
    say: () => {},
    clock: {
      ...clock,
      now: () => spotify.now + off,
      every: () => () => {},
      sleep: async () => {},
    },
    host: { owner, isGone: () => false },
    newId: () => String(++ids),
    lake: dyingLake(new ParquetLake(new FolderStore(join(folder, 'lake'))), random),
    recentPlays: spotify,
    progress: () => {},
  });
  const importExport = async (kind: 'extended' | 'short', until: number) => {
    const paths = await writeExport(join(folder, `${kind}-${until}`), kind, listener, until, random);
    for (const path of paths) await untilDone(() => importHistory(process('importer'), { paths: [path] }));
  };
  const state = async (): Promise<TwoWeeks> => ({
    listener,
    spotify,
    plays: await database.history.after(null, 1_000_000),
    gaps: (await database.history.account()).gaps.map(({ after_at, before_at }) => ({
      after: after_at,
      before: before_at,
    })),
    lake: await warehouse.query(
      'SELECT dt, played_at, track_id, name, artist_id, artist_name, duration_ms, isrc, source FROM recently_played WHERE dt >= ? ORDER BY played_at, track_id',
      ['2000-01-01'],
    ),
  });
  try {
    const imports = new Map(exports.map((kind) => [FROM + random.int(DAYS * 24) * HOUR, kind]));
    let away = 0;
    for (; spotify.now < FROM + DAYS * DAY + 3 * HOUR; spotify.now += HOUR) {
      off = (random.int(3) - 1) * HOUR;
      const kind = imports.get(spotify.now);
      if (kind) await importExport(kind, spotify.now);
      if (away-- > 0) continue;
      if (random.int(20) === 0) away = random.int(20);
      const runs = random.int(5) === 0 ? ['a', 'b'] : ['a'];
      const results = await Promise.allSettled(runs.map((owner) => listen(process(owner), {})));
      for (const result of results) {
        if (result.status === 'rejected' && !isForeseen(result.reason)) throw result.reason;
      }
    }
    await untilDone(() => listen(process('a'), {}));
    await look(await state(), async (kind) => {
      await importExport(kind, Infinity);
      return await state();
    });
  } finally {
    await warehouse.close();
    await rm(folder, { recursive: true });
  }
}

const DIED = 'died between the database and the lake';
const isForeseen = (error: unknown): boolean =>
  error instanceof LeaseHeldError || (error as Error).message === DIED;

const dyingLake = (lake: ParquetLake, random: Random): ParquetLake =>
  lakeWith(lake, {
    place: async (object: StagedObject) => {
      if (random.int(8) === 0) throw new Error(DIED);
      return await lake.place(object);
    },
  });

async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isForeseen(error)) throw error;
    }
  }
}

/** An export in files of some hundred records, with one that is doubled and one that is empty; in any order. */
async function writeExport(
  folder: string,
  kind: 'extended' | 'short',
  { plays }: Listener,
  until: number,
  random: Random,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const ended: TruePlay[] = plays.filter(({ start, played }) => start + played < until);
  const records = kind === 'extended' ? extendedOf(ended) : shortOf(ended);
  const stem = kind === 'extended' ? 'Streaming_History_Audio_2026_' : 'StreamingHistory_music_';
  const size = 100 + random.int(200);
  let files = 0;
  for (let i = 0; i < records.length || i === 0; i += size) {
    await writeFile(join(folder, `${stem}${files++}.json`), JSON.stringify(records.slice(i, i + size)));
  }
  await writeFile(join(folder, `${stem}0 (1).json`), JSON.stringify(records.slice(0, size)));
  await writeFile(join(folder, `${stem}${files}.json`), '');
  return random.int(2) === 0 ? [folder] : [folder, folder];
}
