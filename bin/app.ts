import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PipelineStack } from '../lib/pipeline-stack.ts';
import { readSettings, refuseContext, SETTINGS_FILE, SettingError } from '../lib/settings.ts';

const app = new App();
try {
  refuseContext(app.node.getAllContext());
  const file = app.node.tryGetContext('config') ?? join(import.meta.dirname, '..', SETTINGS_FILE);
  new PipelineStack(app, readSettings(file));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
