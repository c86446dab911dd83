import { CfnParameter, CfnRule, Fn, type Stack } from 'aws-cdk-lib';
import type { Settings } from './settings.ts';

/** The parameter by which a deployment confirms that the database is to be replaced. */
const DATABASE_PARAMETER = 'ReplaceDatabaseBy';

/**
 * Refuses a deployment that would replace the stack's database, before it changes anything. CloudFormation keeps the
 * parameter's value from one deployment to the next, and the CDK sends another only where the caller names it; the
 * rule holds that value against the settings. A restored database counts as that of its snapshot: without the snapshot's
 * name CloudFormation would put an empty one in its place.
 */
export function keepDatabase(stack: Stack, { database, databaseSnapshot }: Settings): void {
  const name = databaseSnapshot ? `${database}:${databaseSnapshot}` : database;
  const kept = new CfnParameter(stack, DATABASE_PARAMETER, {
    default: name,
    description: 'The database of this stack; another than before confirms that it is replaced',
  });
  new CfnRule(stack, 'DatabaseIsKept', {
    assertions: [
      {
        assert: Fn.conditionEquals(kept.valueAsString, name),
        assertDescription: `The settings (database, databaseSnapshot) name the database ${name}, and this stack has another, which would be replaced by ${databaseSnapshot ? 'that snapshot' : 'an empty one'}. Set them back, or confirm: npm run deploy -- --parameters ${DATABASE_PARAMETER}=${name}`,
      },
    ],
  });
}
