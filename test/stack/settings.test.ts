import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseSettings, readSettings, refuseContext, SETTINGS_FILE, Settings } from '../../lib/settings.ts';
import { settingsSchema } from '../../lib/settings-schema.ts';
import { root } from './synthesise.ts';

const SCHEMA = 'lib/settings.schema.json';

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

test('the schema that editors read is that of the settings (npm run settings-schema writes it)', () => {
  const committed = JSON.parse(readFileSync(join(root, SCHEMA), 'utf8'));
  expect(committed).toEqual(settingsSchema());
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(committed);
  expect(validate({ $schema: './x.json', email: 'a@b.is', minCoverage: 0.5 })).toBe(true);
  for (const wrong of [
    { databse: 'mysql' },
    { database: 'postgres' },
    { minCoverage: '' },
    { backupDays: 0 },
  ]) {
    expect([wrong, validate(wrong)]).toEqual([wrong, false]);
  }
});

test('the committed file names the schema, and has every default', () => {
  const path = join(root, SETTINGS_FILE);
  expect(JSON.parse(readFileSync(path, 'utf8')).$schema).toBe(`./${SCHEMA}`);
  expect(readSettings(path)).toEqual(parseSettings({}));
});

test.each([
  [{ databse: 'mariadb' }, /^setting databse: expected one of stack, .*; did you mean database\?/],
  [
    { database: 'postgres' },
    /^setting database: expected mysql, mariadb or aurora-serverless, got "postgres"/,
  ],
  [{ stack: '1st' }, /^setting stack: expected a letter, then/],
  [{ production: 'true' }, /^setting production: expected true or false, got "true"/],
  [
    { databaseInstance: 'db.t4g.micro' },
    /^setting databaseInstance: expected an instance type, as t4g.micro/,
  ],
  [{ natInstance: 'nano' }, /^setting natInstance: /],
  [{ backupDays: 0 }, /^setting backupDays: expected a whole number of days from 1 to 35, got 0/],
  [{ availabilityZones: ['us-east-1a'] }, /^setting availabilityZones: expected two zones of the region/],
  [{ availabilityZones: ['us-east-1a', 'us-east-1a'] }, /^setting availabilityZones: /],
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
  [{ timeZone: 'EUROPE/BERLIN' }, /^setting timeZone: /],
  [{ minCoverage: 80 }, /^setting minCoverage: expected a number from 0 to 1, got 80/],
  [{ tracksPerArtist: 301 }, /^setting tracksPerArtist: expected a whole number from 1 to 300, got 301/],
  [{ tracksPerArtist: 0 }, /^setting tracksPerArtist: /],
  [{ keepDays: 0 }, /^setting keepDays: expected a whole number of days above 0, got 0/],
  [{ logDays: 29 }, /^setting logDays: expected a number of days that CloudWatch knows/],
  [{ scanLimitMegabytes: 5 }, /^setting scanLimitMegabytes: expected .* from 10, got 5/],
  [{ testEvents: 'no' }, /^setting testEvents: expected on or off, got "no"/],
  [{ market: 'is' }, /^setting market: expected a country/],
  [{ dailyRequests: 1.5 }, /^setting dailyRequests: /],
  [{ spotifyApiUrl: 'ftp://x' }, /^setting spotifyApiUrl: expected a http or https URL, got "ftp:\/\/x"/],
])('%j is refused by a line that says what was expected', (context, message) => {
  expect(() => parseSettings(context)).toThrow(message);
  expect(() => parseSettings(context)).toThrow(/^[^\n]* \(see docs\/deploying\.md\)$/);
});

test('every example of what is expected is taken', () => {
  const examples = Object.entries(Settings.shape).flatMap(([name, { description = '' }]) => {
    const example = /, as (.+)$/.exec(description)?.[1];
    if (example === undefined) return [];
    return [[name, example.startsWith('[') ? JSON.parse(example) : example]];
  });
  expect(examples.length).toBeGreaterThan(4);
  for (const [name, value] of examples) expect(parseSettings({ [name]: value })).toHaveProperty(name, value);
});

const NUMBERS = [
  ...['backupDays', 'alarmAfterHours', 'minCoverage', 'tracksPerArtist', 'inOnePiece', 'similarityMegabytes'],
  ...['keepDays', 'logDays', 'scanLimitMegabytes', 'dailyRequests'],
];
test.each(NUMBERS.flatMap((name) => ['', null, '1'].map((value) => [name, value])))(
  'the number %s is refused as %j',
  (name, value) => {
    expect(() => parseSettings({ [String(name)]: value })).toThrow(`setting ${name}: expected `);
  },
);

test('no number is left out above', () => {
  const { properties } = settingsSchema() as { properties: Record<string, { type: string }> };
  const numbers = Object.entries(properties).filter(([, { type }]) => ['integer', 'number'].includes(type));
  expect(numbers.map(([name]) => name)).toEqual(NUMBERS);
});

test.each(['schedule', 'listening', 'recommending'])('%s is a schedule as EventBridge takes it', (name) => {
  expect(parseSettings({ [name]: 'cron(0 0 L * ? *)' })).toMatchObject({ [name]: 'cron(0 0 L * ? *)' });
  expect(() => parseSettings({ [name]: 'cron(0 99 * * ? *)' })).toThrow(`setting ${name}: expected `);
});

test("settings in the context are refused, which a later deployment would not have; CDK's own keys are left alone", () => {
  const own = {
    'aws:cdk:bundling-stacks': [],
    '@aws-cdk/core:x': true,
    'acknowledged-issue-numbers': [1],
    config: 'other.json',
  };
  refuseContext(own);
  expect(() => refuseContext({ ...own, email: 'a@b.is' })).toThrow(
    /^setting email: expected in soundalike\.config\.json, got in the context .*\(see docs\/deploying\.md\)$/,
  );
});

describe('the app', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'soundalike-settings-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What the app says of such a file. */
  function ended(text: string | undefined, context: Record<string, unknown> = {}) {
    const config = join(folder, text === undefined ? 'none.json' : 'some.json');
    if (text !== undefined) writeFileSync(config, text);
    const flags = ['--experimental-import-text', '--disable-warning=ExperimentalWarning'];
    const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ config, ...context }) };
    const { status, stderr } = spawnSync(process.execPath, [...flags, 'bin/app.ts'], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    return { status, stderr };
  }

  test.each([
    ['{"logDays": 29}', /^setting logDays: [^\n]*\n$/],
    ['{"logDays": 30,}', /^settings: expected a JSON object in \S*some\.json, got [^\n]*JSON[^\n]*\n$/],
    ['[]', /^settings: expected a JSON object in \S*some\.json, got something else [^\n]*\n$/],
    [undefined, /^settings: expected a JSON object in \S*none\.json, got no such file [^\n]*\n$/],
  ])('ends with a line that says what is wrong, and nothing else: %j', (text, line) => {
    const { status, stderr } = ended(text);
    expect(stderr).toMatch(line);
    expect(status).toBe(1);
  });

  test('refuses a setting of the command line', () => {
    expect(ended('{}', { production: 'true' })).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^setting production: expected in soundalike\.config\.json/),
    });
  });
});
