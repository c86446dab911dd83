import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../../adapters/database/sqlite.ts';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { known } from '../../../adapters/spotify/app.ts';
import { UserGrant } from '../../../adapters/spotify/user-grant.ts';
import { DuckDbWarehouse } from '../../../adapters/warehouse/duckdb.ts';
import type { Catalogue } from '../../../core/catalogue.ts';
import type { Clock, Database } from '../../../core/ports.ts';
import { type ConnectDeps, connector } from '../../../lambdas/collector/sources.ts';
import { type ExamineDeps, type ExamineResult, examine } from '../../../lambdas/doctor/examine.ts';
import type { Mode } from '../../../sample/stand-in/modes.ts';
import { type StandIn, startStandIn } from '../../../sample/stand-in/server.ts';
import { smallCatalogue, toArtist } from '../../support/small-catalogue.ts';

/** By which the services date their answers; it stands still. */
const NOON = Date.UTC(2026, 10, 22, 12);

/** The services' clock, moved by `ahead` milliseconds; who sleeps moves it too. */
export class MovedClock implements Clock {
  ahead = 0;

  now(): number {
    return NOON + this.ahead;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.ahead += milliseconds;
  }

  every(): () => void {
    return () => {};
  }
}

/** What a doctor is called for: real SQLite, lake and DuckDB in a folder, a real stand-in, three followed artists. */
export interface Patient {
  clock: MovedClock;
  standIn: StandIn;
  database: Database;
  provider: string;
  lake: ParquetLake;
  warehouse: DuckDbWarehouse;
  /** Today, by its clock. */
  today: string;
  /** Examines it, with some of what it is made of changed. */
  examine(changes?: Partial<ExamineDeps>, connection?: Partial<ConnectDeps>): Promise<ExamineResult>;
}

/** Runs a test with a patient, and closes and removes everything after it. */
export async function withPatient(
  {
    mode = 'extended',
    dailyRequests = Number.POSITIVE_INFINITY,
    catalogue = smallCatalogue(3),
  }: { mode?: Mode; dailyRequests?: number; catalogue?: Catalogue },
  test: (patient: Patient) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-doctor-'));
  const standIn = await startStandIn({ catalogue, mode, now: () => NOON });
  const database = await openSqlite(join(folder, 'soundalike.db'));
  const lake = new ParquetLake(new FolderStore(join(folder, 'lake')));
  const warehouse = new DuckDbWarehouse(join(folder, 'lake'));
  const [clock, provider] = [new MovedClock(), `stand-in:${mode}`];
  const { accounts, api, reccobeats } = standIn.urls;
  const urls = { accountsUrl: accounts, apiUrl: api, reccobeatsUrl: reccobeats };
  const settings = { ...urls, market: 'US', dailyRequests };
  const app = known({ client_id: 'test', client_secret: 'test' });
  const common = { settings, app, provider, clock, random: () => 0.5, say: () => {} };
  const now = new Date(clock.now()).toISOString();
  try {
    await database.artists.follow(catalogue.artists.map(toArtist), 'stand-in', now);
    await test({
      ...{ clock, standIn, database, provider, lake, warehouse, today: now.slice(0, 10) },
      examine: (changes = {}, connection = {}) =>
        examine({
          openDatabase: async () => database,
          connect: async (apiState) => connector({ ...common, apiState, ...connection }),
          grant: async () => UserGrant.parse({}),
          limits: () => ({ tracks: 10, dailyRequests }),
          ...{ lake, warehouse, clock },
          ...changes,
        }),
    });
  } finally {
    await standIn.close();
    await warehouse.close();
    await database.close();
    await rm(folder, { recursive: true });
  }
}

/** The checks by name. */
export const byName = ({ checks }: ExamineResult): Record<string, ExamineResult['checks'][number]> =>
  Object.fromEntries(checks.map((check) => [check.name, check]));

/** The names of the checks that were not made since somebody asks to wait, in order. */
export const waiting = ({ checks }: ExamineResult): string[] =>
  checks.filter(({ ok, detail }) => ok && detail.startsWith('not asked:')).map(({ name }) => name);

/** The names of the checks that fail. */
export const failing = ({ checks }: ExamineResult): string[] =>
  checks.filter(({ ok }) => !ok).map(({ name }) => name);
