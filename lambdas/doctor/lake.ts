import type { Clock, Lake, LakeDays, Warehouse } from '../../core/ports.ts';
import type { TableName } from '../../core/tables.ts';
import lakeDaysSql from '../../sql/athena/lake_days.sql' with { type: 'text' };
import {
  type Check,
  check,
  type Finding,
  fault,
  faultOf,
  fine,
  notChecked,
  type Settled,
  settled,
} from './finding.ts';

/** What examining the lake needs. */
export interface LakeDeps {
  lake: Pick<Lake, 'read'> & LakeDays;
  warehouse: Pick<Warehouse, 'query'>;
  clock: Clock;
}

/** The tables that every collection and import writes, in the order of sql/athena/lake_days.sql. */
const DAY_TABLES = ['artists', 'top_tracks', 'audio_features', 'runs'] as const;
/** How many of the newest days are held against what the warehouse sees. */
const NEWEST = 7;
const DAY_MS = 86_400_000;

/** A day of a table. */
interface Day {
  table: TableName;
  dt: string;
}

/** Lists and reads the lake, queries it, and holds the days that lie there against those that the query saw. */
export async function examineLake({ lake, warehouse, clock }: LakeDeps): Promise<Check[]> {
  const listed = await settled(() => newestDays(lake));
  const days = 'value' in listed ? listed.value : [];
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  const seen = await settled(() => query(warehouse, days.length > 0 ? days.map(({ dt }) => dt) : [today]));
  return [
    await check('lake', () => readable(lake, listed)),
    { name: 'query', ...queried(seen) },
    await check('partitions', () => registered(lake, listed, seen)),
  ];
}

/** What lies in the lake of its newest days. */
async function newestDays(lake: LakeDays): Promise<Day[]> {
  const all = await Promise.all(
    DAY_TABLES.map(async (table) => (await lake.days(table)).map((dt) => ({ table, dt }))),
  );
  const newest = [...new Set(all.flat().map(({ dt }) => dt))].sort().slice(-NEWEST);
  return all.flat().filter(({ dt }) => newest.includes(dt));
}

async function readable(lake: LakeDeps['lake'], listed: Settled<Day[]>): Promise<Finding> {
  if ('error' in listed) return faultOf(listed.error);
  const newest = listed.value.filter(({ table }) => table === 'artists').at(-1)?.dt;
  if (!newest) return fine('can be listed; nothing was collected yet');
  const rows = await lake.read('artists', newest);
  return fine(`can be listed and read: ${rows?.length ?? 0} artists on ${newest}, its newest day`);
}

/** How many rows the warehouse sees of each day of each table. */
async function query(
  warehouse: Pick<Warehouse, 'query'>,
  days: readonly string[],
): Promise<Map<string, number>> {
  const [first = '', last = ''] = [days.toSorted().at(0), days.toSorted().at(-1)];
  const after = new Date(Date.parse(last) + DAY_MS).toISOString().slice(0, 10);
  const rows = await warehouse.query(
    lakeDaysSql,
    DAY_TABLES.flatMap(() => [after, first]),
  );
  return new Map(rows.map(({ name, dt, total }) => [`${name} ${dt}`, Number(total)]));
}

function queried(seen: Settled<Map<string, number>>): Finding {
  if ('error' in seen) return faultOf(seen.error);
  const rows = [...seen.value.values()].reduce((sum, total) => sum + total, 0);
  return fine(`the test query answers: ${rows} rows in ${seen.value.size} days of tables`);
}

async function registered(
  lake: LakeDeps['lake'],
  listed: Settled<Day[]>,
  seen: Settled<Map<string, number>>,
): Promise<Finding> {
  if ('error' in listed) return notChecked('lake');
  if ('error' in seen) return notChecked('query');
  const unseen = listed.value.filter(({ table, dt }) => !seen.value.has(`${table} ${dt}`));
  const missing: Day[] = [];
  // A day without rows is not seen either, rightly.
  for (const day of unseen) if ((await lake.read(day.table, day.dt))?.length !== 0) missing.push(day);
  if (missing.length === 0) {
    return fine(`the query sees all that lies in the lake: ${listed.value.length} days of tables`);
  }
  const named = missing.map(({ table, dt }) => `${table} of ${dt}`).join(', ');
  const statements = missing.map(
    ({ table, dt }) => `ALTER TABLE ${table} ADD IF NOT EXISTS PARTITION (dt = '${dt}')`,
  );
  return fault(
    `expected the query to see all that lies in the lake, but it does not see ${named}`,
    `collect or import that day again, which registers it, or run in Athena: ${statements.join('; ')}`,
  );
}
