import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PipelineStack } from '../lib/pipeline-stack.ts';
import { parseSettings, SettingError } from '../lib/settings.ts';

const app = new App();
try {
  new PipelineStack(app, parseSettings(app.node.getAllContext()));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
