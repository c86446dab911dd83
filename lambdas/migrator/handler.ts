import { EmptyRequest, type MigrateResult, parseInput } from '../../core/events.ts';
import { withDatabase } from '../deployment.ts';
import { handle } from '../handle.ts';

/** Brings the database's tables up to date, which opening it does. The stack runs it whenever its SQL has changed. */
export const handler = handle(async (event): Promise<MigrateResult> => {
  parseInput(EmptyRequest, event, 'migrator');
  return withDatabase(process.env, async ({ version }) => ({ version: (await version()).version }));
});
