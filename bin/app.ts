import { App } from 'aws-cdk-lib';
import { PipelineStack } from '../lib/pipeline-stack.ts';

const app = new App();
new PipelineStack(app, 'Soundalike');
