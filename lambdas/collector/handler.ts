import type { CollectRequest, CollectResult } from '../../core/events.ts';
import { ENVIRONMENT, METRICS } from '../../core/names.ts';
import { MACHINE, openLake, openSources, openWarehouse, withDatabase } from '../deployment.ts';
import { handle } from '../handle.ts';
import { collect } from './collect.ts';
import { expireDays } from './expire.ts';

/** Requests at once to a service; more brings 429s, not speed. */
const CONCURRENCY = 4;

/** Days of the lake that are kept; 0: all. */
const KEEP_DAYS = Number(process.env[ENVIRONMENT.keepDays] ?? 0);

const [lake, warehouse] = [openLake(process.env), openWarehouse(process.env)];

/** Collects a day: `CollectRequest` gives `CollectResult`. */
export const handler = handle((event, call) =>
  withDatabase(process.env, async (database): Promise<CollectResult> => {
    const connect = await openSources(process.env, database, call.say);
    const deps = { ...MACHINE, ...database, ...call, lake, warehouse, connect, concurrency: CONCURRENCY };
    const result = await collect(deps, event as CollectRequest);
    if (!result.done) return result;
    call.measure({ [METRICS.requests]: result.requests, [METRICS.dropped]: result.droppedCount });
    // The day is done: to fail now would have it collected again. What could not be removed is, the next day.
    if (KEEP_DAYS) await expireDays(deps, KEEP_DAYS).catch(({ message }) => call.say(message));
    return result;
  }),
);
