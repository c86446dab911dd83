import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openSqlite } from '../../adapters/database/sqlite.ts';
import { FolderStore } from '../../adapters/lake/folder.ts';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import { known } from '../../adapters/spotify/app.ts';
import { DuckDbWarehouse } from '../../adapters/warehouse/duckdb.ts';
import type { Catalogue } from '../../core/catalogue.ts';
import type { CollectRequest, CollectResult } from '../../core/events.ts';
import type { Database } from '../../core/ports.ts';
import { type CollectDeps, collect } from '../../lambdas/collector/collect.ts';
import { connector } from '../../lambdas/collector/sources.ts';
import type { CompareDeps } from '../../lambdas/similarity/compare.ts';
import type { Mode } from '../../sample/stand-in/modes.ts';
import { type StandIn, startStandIn } from '../../sample/stand-in/server.ts';
import { FakeClock } from './clock.ts';
import { smallCatalogue, toArtist } from './small-catalogue.ts';

/** The day that a `FakeClock` starts on, and the days around it. */
export const [YESTERDAY, TODAY, TOMORROW] = ['2026-11-21', '2026-11-22', '2026-11-23'] as const;
/** Milliseconds. */
export const DAY_MS = 86_400_000;

/** How a pipeline is set up. */
export interface PipelineOptions {
  mode?: Mode;
  catalogue?: Catalogue;
  /** How many of the catalogue's artists are followed at first; all unless told. */
  follow?: number;
  /** Requests that Spotify may see a day; no bound unless told. */
  dailyRequests?: number;
}

/** What a process of the pipeline is given. */
export interface Process extends CollectDeps, CompareDeps {
  lake: ParquetLake;
  warehouse: CompareDeps['warehouse'];
  database: Database;
}

/** The pipeline on a temporary folder: real SQLite, lake and DuckDB, a real stand-in over HTTP, a clock to be moved. */
export interface Pipeline {
  folder: string;
  clock: FakeClock;
  standIn: StandIn;
  mode: Mode;
  provider: string;
  /** What the collections told their user. */
  said: string[];
  /** The first process. */
  main: Process;
  /** Opens another process on the same folder, which has its own connections and is the owner of its own runs. */
  process(owner: string): Promise<Process>;
  /** Marks processes as ended, as the host would find. */
  gone: Set<string>;
  /** Follows the first `n` artists of the catalogue. */
  follow(n: number): Promise<void>;
  /** Collects by the first process. */
  collect(request?: CollectRequest, deps?: Partial<CollectDeps>): Promise<CollectResult>;
  /** SHA-256 of the objects of a day that a collection makes, by table; empty where there is none. */
  day(dt?: string): Promise<Record<string, string>>;
  /** The files under the lake's staging, `.part` files too. */
  staging(): Promise<string[]>;
  /** The states of a day's runs, oldest first. */
  statuses(dt?: string): Promise<string[]>;
}

/** Runs a test with a pipeline, and closes and removes everything after it. */
export async function withPipeline(
  options: PipelineOptions,
  test: (pipeline: Pipeline) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-pipeline-'));
  try {
    await onFolder(folder, options, test);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function onFolder(
  folder: string,
  { mode = 'extended', catalogue = smallCatalogue(), follow, dailyRequests = Infinity }: PipelineOptions,
  test: (pipeline: Pipeline) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock();
  const standIn = await startStandIn({ catalogue, mode, now: () => clock.now() });
  const [said, gone, open]: [string[], Set<string>, Process[]] = [[], new Set(), []];
  const provider = `stand-in:${mode}`;
  const { accounts, api, reccobeats } = standIn.urls;
  const urls = { accountsUrl: accounts, apiUrl: api, reccobeatsUrl: reccobeats };
  const settings = { ...urls, market: 'US', dailyRequests };
  const app = known({ client_id: 'test', client_secret: 'test' });
  let ids = 0;

  async function process(owner: string): Promise<Process> {
    const database = await openSqlite(join(folder, 'soundalike.db'));
    const { apiState } = database;
    const random = (): number => 0.5;
    const say = (line: string) => said.push(line);
    const deps: Process = {
      ...database,
      database,
      lake: new ParquetLake(new FolderStore(join(folder, 'lake'))),
      warehouse: new DuckDbWarehouse(join(folder, 'lake')),
      clock,
      host: { owner, isGone: (other) => gone.has(other) },
      newId: () => `${owner}${++ids}`,
      say,
      connect: connector({ settings, app, provider, apiState, clock, random, say }),
      progress: () => {},
      concurrency: 4,
    };
    open.push(deps);
    return deps;
  }

  const main = await process('main');
  const pipeline: Pipeline = {
    ...{ folder, clock, standIn, mode, provider, said, main, process, gone },
    follow: (n) =>
      main.artists.follow(
        catalogue.artists.slice(0, n).map(toArtist),
        'stand-in',
        new Date(clock.now()).toISOString(),
      ),
    collect: (request = {}, deps = {}) => collect({ ...main, ...deps }, request),
    day: (dt: string = TODAY) => hashesOfDay(folder, dt),
    staging: () => filesBelow(join(folder, 'lake/staging')),
    statuses: async (dt: string = TODAY) => (await main.runs.ofDay(dt)).map(({ status }) => status),
  };
  try {
    await pipeline.follow(follow ?? catalogue.artists.length);
    await test(pipeline);
  } finally {
    await standIn.close();
    for (const { warehouse, database } of open) {
      await (warehouse as DuckDbWarehouse).close();
      await database.close();
    }
  }
}

/** Resolves when a stand-in has got so many requests since its log was last cleared. */
export function seen({ requests }: StandIn, count: number): Promise<void> {
  return new Promise((resolve) => {
    const add = requests.add.bind(requests);
    requests.add = (entry) => {
      add(entry);
      if (requests.count() === count) resolve();
    };
  });
}

/** SHA-256 of the objects that a collection makes of a day, in the lake of a data folder. */
export async function hashesOfDay(folder: string, dt: string = TODAY): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const table of ['artists', 'top-tracks', 'audio-features']) {
    const path = join(folder, 'lake', table, `dt=${dt}`, 'part-00000.parquet');
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes) hashes[table] = createHash('sha256').update(bytes).digest('hex');
  }
  return hashes;
}

/** The files below a folder, sorted; none where there is no such folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
