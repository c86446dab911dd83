import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { FunctionName } from '../../core/names.ts';
import { PipelineStack } from '../../lib/pipeline-stack.ts';
import { parseSettings } from '../../lib/settings.ts';
import type { Machine } from './states.ts';

/** A resource of a template, as far as tests look at it. */
export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON of every form, and a test that is wrong fails
  Properties: Record<string, any>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  DependsOn?: string[];
}

/** The stack's template. */
export interface Deployed {
  Resources: Record<string, Resource>;
  Parameters: Record<string, { Type: string; Default?: string }>;
  Rules: Record<string, { Assertions: { Assert: unknown; AssertDescription: string }[] }>;
  Outputs: Record<string, { Value: unknown }>;
}

/** What was found by a plugin of the validation. */
interface PluginReport {
  pluginName: string;
  violations: unknown[];
  suppressedViolations?: { ruleName: string; reason: string }[];
}

export const root = join(import.meta.dirname, '../..');

const { context: committed } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

/** Synthesises the stack, with functions that are not bundled, into a folder that goes with what is read from it. */
function withStack<T>(
  settings: Record<string, unknown>,
  context: Record<string, unknown>,
  read: (app: App, folder: string, stack: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-synth-'));
  try {
    const all = { ...committed, 'aws:cdk:bundling-stacks': [], ...context };
    const app = new App({ context: all, outdir: folder });
    return read(app, folder, new PipelineStack(app, parseSettings(settings)).stackName);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The template for these settings, not validated. */
export const synthesise = (settings: Record<string, unknown> = {}): Deployed =>
  withStack(
    settings,
    { '@aws-cdk/core:validateAgainstDefaultRules': false },
    (app, _, stack) => app.synth().getStackByName(stack).template as Deployed,
  );

/** What the CDK's validator and cdk-nag say of the stack with these settings; throws where they find an error. */
export const validate = (settings: Record<string, unknown>): PluginReport[] =>
  withStack(settings, {}, (app, folder) => {
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    app.synth();
    return JSON.parse(readFileSync(join(folder, 'validation-report.json'), 'utf8')).pluginReports;
  });

/** The resources of a type, with their logical ids. */
export const ofType = ({ Resources }: Deployed, type: string): [string, Resource][] =>
  Object.entries(Resources).filter(([, { Type }]) => Type === type);

/** The definition of the state machine of a construct, in which references are JSON in single quotes. */
export function machineOf(
  deployed: Deployed,
  construct: string,
): { machine: Machine; properties: Resource['Properties'] } {
  const machines = ofType(deployed, 'AWS::StepFunctions::StateMachine');
  const [, { Properties: properties }] = machines.find(([id]) => id.startsWith(`${construct}Machine`)) as [
    string,
    Resource,
  ];
  const parts: unknown[] = properties.DefinitionString['Fn::Join'][1];
  const told = parts.map((part) =>
    typeof part === 'string' ? part : JSON.stringify(part).replaceAll('"', "'"),
  );
  return { machine: JSON.parse(told.join('')) as Machine, properties };
}

/** The functions of lambdas/, by the last part of their names; the CDK's own have none. */
export const functionsOf = (deployed: Deployed): [FunctionName, Resource][] =>
  ofType(deployed, 'AWS::Lambda::Function').flatMap(([, found]) => {
    const name = found.Properties.FunctionName?.split('-').at(-1);
    return name ? [[name, found] as [FunctionName, Resource]] : [];
  });
