import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');

interface Job {
  if: string;
  environment?: string;
  permissions?: Record<string, string>;
  steps: { uses?: string; run?: string; with?: Record<string, string> }[];
}

const text = readFileSync(join(ROOT, '.github/workflows/deploy.yml'), 'utf8');
const workflow = parse(text) as { permissions: Record<string, string>; jobs: Record<'diff' | 'deploy', Job> };
const { diff, deploy } = workflow.jobs;
const roleOf = ({ steps }: Job) =>
  steps.find(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'))?.with;
const commandsOf = ({ steps }: Job) => steps.flatMap(({ run }) => run ?? []).join('\n');

test('each job gets its own role by OIDC, and no key is stored', () => {
  expect(workflow.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  expect(roleOf(diff)?.['role-to-assume']).toContain('vars.AWS_DIFF_ROLE');
  expect(roleOf(deploy)?.['role-to-assume']).toContain('vars.AWS_DEPLOY_ROLE');
  expect(text).not.toMatch(/secrets\.|aws-access-key-id/);
});

test('a pull request is shown its difference and deploys nothing, one of a fork does not even begin', () => {
  expect(diff.if).toMatch(
    /github\.event_name == 'pull_request'.*head\.repo\.full_name == github\.repository/s,
  );
  expect(commandsOf(diff)).toMatch(/cdk diff .*--no-change-set.*gh pr comment/s);
  expect(commandsOf(diff)).not.toContain('cdk deploy');
});

test('what is deployed was synthesised strictly, in an environment that may ask a reviewer', () => {
  expect(deploy.if).toContain("github.event_name != 'pull_request'");
  expect(deploy.environment).toBe('production');
  expect(commandsOf(deploy)).toMatch(/npm run synth.*cdk deploy --app cdk\.out/s);
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(scripts.synth).toContain('--strict');
});

test('docs/deploying.md names the variables, and no input reaches a command as text', () => {
  const docs = readFileSync(join(ROOT, 'docs/deploying.md'), 'utf8');
  for (const [, name] of text.matchAll(/vars\.(\w+)/g)) expect(docs).toContain(`\`${name}\``);
  for (const job of [diff, deploy]) expect(commandsOf(job)).not.toContain('${{');
});
