import { DatabaseUnreachableError } from '../../core/errors.ts';
import { EmptyRequest, parseInput } from '../../core/events.ts';
import { METRICS } from '../../core/names.ts';
import type { Database } from '../../core/ports.ts';
import {
  collectionLimits,
  MACHINE,
  openDatabase,
  openLake,
  openSources,
  openWarehouse,
  userGrant,
} from '../deployment.ts';
import { handle } from '../handle.ts';
import { examine } from './examine.ts';

const [lake, warehouse] = [openLake(process.env), openWarehouse(process.env)];

/** Examines all that the pipeline needs: `{}` gives what `soundalike doctor --json` prints. */
export const handler = handle(async (event, { say, measure }) => {
  parseInput(EmptyRequest, event, 'doctor');
  let database: Database | undefined;
  try {
    const result = await examine({
      clock: MACHINE.clock,
      lake,
      warehouse,
      openDatabase: async () => {
        database = await openDatabase(process.env).catch((error: unknown) => {
          if (error instanceof DatabaseUnreachableError) measure({ [METRICS.databaseUnreachable]: 1 });
          throw error;
        });
        return database;
      },
      connect: (apiState) => openSources(process.env, { apiState }, say, true),
      limits: () => collectionLimits(process.env),
      grant: async () => {
        const secret = userGrant(process.env);
        return secret.refresh(await secret.read());
      },
    });
    const { checks, hoursSincePublished } = result;
    measure({ [METRICS.failedChecks]: checks.filter(({ ok }) => !ok).length });
    if (hoursSincePublished !== null) measure({ [METRICS.hoursSincePublished]: hoursSincePublished });
    return result;
  } finally {
    await database?.close();
  }
});
