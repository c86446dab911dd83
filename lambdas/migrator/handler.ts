import { EmptyRequest, type MigrateResult, parseInput } from '../../core/events.ts';
import { MACHINE, readerLogin, withDatabase } from '../deployment.ts';
import { handle } from '../handle.ts';
import { onceReachable } from './once-reachable.ts';

/**
 * Brings the database's tables up to date, which opening it does, and makes the user who may only read. The stack runs
 * it whenever its SQL or its database has changed.
 */
export const handler = handle(async (event, call): Promise<MigrateResult> => {
  parseInput(EmptyRequest, event, 'migrator');
  return onceReachable({ ...MACHINE, ...call }, () =>
    withDatabase(process.env, async (database) => {
      const reader = await readerLogin(process.env);
      if (reader) await database.makeReader(reader.username, reader.password);
      return { version: (await database.version()).version };
    }),
  );
});
