import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../adapters/database/sqlite.ts';
import { FolderStore } from '../../adapters/lake/folder.ts';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import { DuckDbWarehouse } from '../../adapters/warehouse/duckdb.ts';
import type { Artist, AudioFeatures, Database, Host, Progress, Run, TopTrack } from '../../core/ports.ts';
import { FakeClock } from './clock.ts';
import { artistRow, featuresRow, trackRow } from './rows.ts';

/** The day that a `FakeClock` starts on. */
export const TODAY = '2026-11-22';

/** This machine in a temporary folder: SQLite, a folder lake and DuckDB, and a clock that the test moves. */
export interface Machine extends Omit<Database, 'close'> {
  folder: string;
  lakeFolder: string;
  lake: ParquetLake;
  warehouse: DuckDbWarehouse;
  clock: FakeClock;
  host: Host;
  newId: () => string;
  /** What a verb said. */
  said: string[];
  say: (line: string) => void;
  progress: Progress;
  /** Closes what is open and removes the folder. */
  close(): Promise<void>;
}

/** Opens a machine in a new temporary folder. Its ids count from 1. */
export async function openMachine(): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-machine-'));
  const lakeFolder = join(folder, 'lake');
  const database = await openSqlite(join(folder, 'soundalike.db'));
  const warehouse = new DuckDbWarehouse(lakeFolder);
  let ids = 0;
  const said: string[] = [];
  return {
    ...database,
    folder,
    lakeFolder,
    lake: new ParquetLake(new FolderStore(lakeFolder)),
    warehouse,
    clock: new FakeClock(),
    host: { owner: 'this test', isGone: () => false },
    newId: () => String(++ids),
    said,
    say: (line) => void said.push(line),
    progress: () => {},
    async close() {
      await warehouse.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** What a collection or an import left in the lake. */
export interface HandMadeDay {
  artists: Artist[];
  tracks: TopTrack[];
  features: AudioFeatures[];
}

/** Artists `a0`, `a1`, ... that can be compared by tempo, which is 100, 101, ..., and artists without a track. */
export function tempoDay(comparable: number, silent = 0): HandMadeDay {
  const ids = Array.from({ length: comparable }, (_, i) => `a${i}`);
  const others = Array.from({ length: silent }, (_, i) => `z${i}`);
  return {
    artists: [...ids, ...others].map((id) => artistRow(id)),
    tracks: ids.map((id) => trackRow(id, `t-${id}`)),
    features: ids.map((id, i) => featuresRow(`t-${id}`, { tempo: 100 + i })),
  };
}

/** Puts a day into the lake, and the run that made it into the database. */
export async function putDay(
  { lake, runs }: Machine,
  { artists, tracks, features }: HandMadeDay,
  run: Partial<Run> = {},
): Promise<void> {
  const dt = run.dt ?? TODAY;
  await lake.write('artists', dt, artists);
  await lake.write('top_tracks', dt, tracks);
  await lake.write('audio_features', dt, features);
  await runs.insert(runRow(run));
}

/** A run; a collection of today that is done, unless told. */
export const runRow = (values: Partial<Run> = {}): Run => ({
  id: `${values.kind ?? 'collection'}-${values.dt ?? TODAY}`,
  kind: 'collection',
  dt: TODAY,
  owner: 'another process',
  lease_until: `${TODAY}T12:01:00.000Z`,
  progress: '{}',
  started_at: `${TODAY}T11:00:00.000Z`,
  finished_at: null,
  status: 'done',
  summary: null,
  epoch: 0,
  ...values,
});
