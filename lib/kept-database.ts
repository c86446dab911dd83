import { CfnParameter, CfnRule, Fn, type Stack } from 'aws-cdk-lib';
import type { Settings } from './settings.ts';

/** The parameter by which a deployment confirms that the database is to be replaced. */
const DATABASE_PARAMETER = 'ReplaceDatabaseBy';

/**
 * Refuses a deployment that would replace the stack's database, before it changes anything. CloudFormation keeps the
 * parameter's value from one deployment to the next, and the CDK sends another only where the caller names it; the
 * rule holds that value against the settings.
 */
export function keepDatabase(stack: Stack, settings: Settings): void {
  const kept = new CfnParameter(stack, DATABASE_PARAMETER, {
    default: settings.database,
    description: 'The database of this stack; another than before confirms that it is replaced',
  });
  new CfnRule(stack, 'DatabaseIsKept', {
    assertions: [
      {
        assert: Fn.conditionEquals(kept.valueAsString, settings.database),
        assertDescription: `The settings name the database ${settings.database}, and this stack has another, which would be replaced by an empty one. Set it back, or confirm: npm run deploy -- --parameters ${DATABASE_PARAMETER}=${settings.database}`,
      },
    ],
  });
}
