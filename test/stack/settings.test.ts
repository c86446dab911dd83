import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSettings, Settings } from '../../lib/settings.ts';
import { root } from './synthesise.ts';

test('docs/deploying.md has a row for each setting, with its default', () => {
  const rows = [
    ...readFileSync(join(root, 'docs/deploying.md'), 'utf8').matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm),
  ];
  const documented = rows.map(([, name, value]) => [name, value?.trim()]);
  const defaults = parseSettings({});
  const known = Object.keys(Settings.shape).map((name) => {
    const value = defaults[name as keyof Settings];
    return [name, value === undefined ? 'none' : `\`${value}\``];
  });
  expect(documented).toEqual(known);
});

test("text from the command line is read as what it stands for, and CDK's own keys are left alone", () => {
  const context = {
    production: 'true',
    logDays: '90',
    minCoverage: '0.9',
    keepDays: '400',
    'aws:cdk:bundling-stacks': [],
    '@aws-cdk/core:x': true,
    'acknowledged-issue-numbers': [1],
  };
  expect(parseSettings(context)).toMatchObject({
    production: true,
    logDays: 90,
    minCoverage: 0.9,
    keepDays: 400,
  });
});

test.each([
  [{ databse: 'mariadb' }, /^setting databse: expected one of stack, .*; did you mean database\?/],
  [
    { database: 'postgres' },
    /^setting database: expected mysql, mariadb or aurora-serverless, got "postgres"/,
  ],
  [{ stack: '1st' }, /^setting stack: expected a letter, then/],
  [{ production: 'yes' }, /^setting production: expected true or false, got "yes"/],
  [{ email: 'me' }, /^setting email: expected an e-mail address, got "me"/],
  [{ schedule: 'daily' }, /^setting schedule: expected cron\(/],
  [{ schedule: 'cron(0 6 * * MON *)' }, /^setting schedule: .* one of the days a \?/],
  [{ schedule: 'cron(0 6 ? * ? *)' }, /^setting schedule: /],
  [{ schedule: 'cron(0 6 * * ?)' }, /^setting schedule: /],
  [{ schedule: 'rate(0 days)' }, /^setting schedule: /],
  [{ listening: 'never' }, /^setting listening: expected off, or a schedule: /],
  [{ recommending: 'weekly' }, /^setting recommending: expected off, or a schedule: .* or rate\(7 days\)/],
  [{ pushing: 'off' }, /^setting pushing: expected true or false, got "off"/],
  [{ timeZone: 'Mars/Base' }, /^setting timeZone: expected the name of a time zone/],
  [{ timeZone: '+01:00' }, /^setting timeZone: /],
  [{ minCoverage: '80' }, /^setting minCoverage: expected a number from 0 to 1, got "80"/],
  [{ tracksPerArtist: '301' }, /^setting tracksPerArtist: expected a whole number from 1 to 300, got "301"/],
  [{ tracksPerArtist: '0' }, /^setting tracksPerArtist: /],
  [{ keepDays: '0' }, /^setting keepDays: expected a whole number of days above 0, got "0"/],
  [{ logDays: '29' }, /^setting logDays: expected a number of days that CloudWatch knows/],
  [{ scanLimitMegabytes: '5' }, /^setting scanLimitMegabytes: expected .* from 10, got "5"/],
  [{ testEvents: 'no' }, /^setting testEvents: expected on or off, got "no"/],
  [{ market: 'is' }, /^setting market: expected a country/],
  [{ dailyRequests: '1.5' }, /^setting dailyRequests: /],
  [{ spotifyApiUrl: 'ftp://x' }, /^setting spotifyApiUrl: expected a http or https URL, got "ftp:\/\/x"/],
])('%j is refused by a line that says what was expected', (context, message) => {
  expect(() => parseSettings(context)).toThrow(message);
  expect(() => parseSettings(context)).toThrow(/^[^\n]* \(see docs\/deploying\.md\)$/);
});

test.each([
  'cron(30 4 * * ? *)',
  'cron(0/15 8-18 ? * MON-FRI *)',
  'cron(0 0 L * ? *)',
  'rate(12 hours)',
  'rate(1 day)',
])('the schedule %s is taken', (schedule) => {
  expect(parseSettings({ schedule }).schedule).toBe(schedule);
});

test('the app ends with that line and nothing else', () => {
  const flags = ['--experimental-import-text', '--disable-warning=ExperimentalWarning'];
  const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ logDays: '29' }) };
  const ended = spawnSync(process.execPath, [...flags, 'bin/app.ts'], { cwd: root, env, encoding: 'utf8' });
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(/^setting logDays: [^\n]*\n$/);
});
