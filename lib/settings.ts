import { readFileSync } from 'node:fs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { DEFAULT_TRACKS, MOST_TRACKS, SimilarityRequest } from '../core/events.ts';
import { FUNCTION_SIZES } from '../core/functions.ts';
import { isSchedule } from './schedule-expression.ts';

const flag = z.boolean();
const scheduleOrOff = z.string().refine((text) => text === 'off' || isSchedule(text));
const count = z.int().positive();
const url = z.url({ protocol: /^https?$/ }).optional();
/** An instance type without the `db.` of RDS. */
const instance = z.string().regex(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/);

const METHODS = SimilarityRequest.shape.method.unwrap().options;

/** Every setting, with its default; what it describes is what an error says was expected. docs/deploying.md explains them. */
export const Settings = z.strictObject({
  stack: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/)
    .default('Soundalike')
    .describe('a letter, then up to 39 letters, digits and dashes'),
  database: z
    .enum(['mysql', 'mariadb', 'aurora-serverless'])
    .default('mysql')
    .describe('mysql, mariadb or aurora-serverless'),
  databaseInstance: instance.default('t4g.micro').describe('an instance type, as t4g.micro'),
  backupDays: count.max(35).optional().describe('a whole number of days from 1 to 35'),
  multiAz: flag.default(false).describe('true or false'),
  egress: z
    .enum(['nat-instance', 'nat-gateway'])
    .default('nat-instance')
    .describe('nat-instance or nat-gateway'),
  natInstance: instance.default('t4g.micro').describe('an instance type, as t4g.micro'),
  availabilityZones: z
    .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/))
    .length(2)
    .refine(([first, second]) => first !== second)
    .optional()
    .describe('two zones of the region, as ["us-east-1a", "us-east-1b"]'),
  production: flag.default(false).describe('true or false'),
  email: z.email().optional().describe('an e-mail address'),
  notices: z
    .enum(['every-run', 'failures', 'off'])
    .default('failures')
    .describe('every-run, failures or off'),
  schedule: z
    .string()
    .refine(isSchedule)
    .default('cron(30 4 * * ? *)')
    .describe('cron(minutes hours day-of-month month day-of-week year), one of the days a ?, or rate(1 day)'),
  listening: scheduleOrOff
    .default('rate(1 hour)')
    .describe('off, or a schedule: cron(minutes hours day-of-month month day-of-week year) or rate(1 hour)'),
  recommending: scheduleOrOff
    .default('cron(0 5 ? * MON *)')
    .describe('off, or a schedule: cron(minutes hours day-of-month month day-of-week year) or rate(7 days)'),
  pushing: flag.default(true).describe('true or false'),
  timeZone: z
    .string()
    .refine(isTimeZone)
    .default('UTC')
    .describe('the name of a time zone, as Atlantic/Reykjavik'),
  alarmAfterHours: count.default(50).describe('a whole number of hours above 0'),
  minCoverage: z.number().min(0).max(1).default(0.8).describe('a number from 0 to 1'),
  method: z.enum(METHODS).default('mean').describe(METHODS.join(', ')),
  require: SimilarityRequest.shape.require.describe(
    'measures, as ["sharedGenre@10", "heldOutPlaylistNdcg@50>=0.4"]',
  ),
  tracksPerArtist: count
    .max(MOST_TRACKS)
    .default(DEFAULT_TRACKS)
    .describe(`a whole number from 1 to ${MOST_TRACKS}`),
  inOnePiece: count.default(20_000_000).describe('a whole number of neighbours above 0'),
  similarityMegabytes: z
    .int()
    .min(1024)
    .max(10_240)
    .default(FUNCTION_SIZES.similarity.megabytes)
    .describe('a whole number of megabytes from 1024 to 10240'),
  lakeBucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .optional()
    .describe('the name of a bucket'),
  databaseSnapshot: z
    .string()
    .regex(/^(arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:(cluster-)?snapshot:)?[a-z][a-z0-9:-]{0,254}$/i)
    .optional()
    .describe('the name or the ARN of a snapshot of RDS'),
  keepDays: count.optional().describe('a whole number of days above 0'),
  logDays: z
    .int()
    .refine((days) => days in RetentionDays && days !== RetentionDays.INFINITE)
    .default(30)
    .describe('a number of days that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 180, 365 and others'),
  scanLimitMegabytes: count.min(10).default(10_000).describe('a whole number of megabytes from 10'),
  testEvents: z.enum(['on', 'off']).default('on').describe('on or off'),
  market: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .describe('a country of two capital letters, as IS'),
  dailyRequests: count.optional().describe('a whole number above 0'),
  spotifyAccountsUrl: url.describe('a http or https URL'),
  spotifyApiUrl: url.describe('a http or https URL'),
  reccobeatsApiUrl: url.describe('a http or https URL'),
});
export type Settings = z.output<typeof Settings>;

/** The file of the settings, at the top of the project. */
export const SETTINGS_FILE = 'soundalike.config.json';

/** A setting that is unknown, or whose value is not what was expected; its message is one line. */
export class SettingError extends Error {}

/** Settings from what their file holds. Throws `SettingError`. */
export function parseSettings(content: object): Settings {
  const { $schema: _, ...given } = content as Record<string, unknown>;
  const parsed = Settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') throw unknownSetting(issue.keys[0] ?? '');
  const name = String(issue?.path[0]) as keyof Settings;
  const expected = Settings.shape[name].description;
  throw new SettingError(
    `setting ${name}: expected ${expected}, got ${JSON.stringify(given[name])} (see docs/deploying.md)`,
  );
}

/** Settings from their file. Throws `SettingError`, also where there is no such file. */
export function readSettings(path: string): Settings {
  return parseSettings(contentOf(path));
}

/**
 * Refuses settings among the context of cdk.json and of `-c name=value`, which the next deployment would not have. CDK's
 * own keys all have a colon, a slash or a dash in them. Throws `SettingError`.
 */
export function refuseContext(context: Record<string, unknown>): void {
  const [name] = Object.keys(context).filter((key) => !/[:/-]/.test(key) && key !== 'config');
  if (name === undefined) return;
  throw new SettingError(
    `setting ${name}: expected in ${SETTINGS_FILE}, got in the context (-c or cdk.json), which a later deployment would not know (see docs/deploying.md)`,
  );
}

function contentOf(path: string): object {
  const refused = (got: string): SettingError =>
    new SettingError(`settings: expected a JSON object in ${path}, got ${got} (see docs/deploying.md)`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw refused((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(error));
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw refused((error as Error).message.replaceAll(/\s+/g, ' '));
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw refused('something else');
  return content;
}

function unknownSetting(name: string): SettingError {
  const known = Object.keys(Settings.shape);
  const nearest = known.reduce((a, b) => (distance(name, b) < distance(name, a) ? b : a));
  return new SettingError(
    `setting ${name}: expected one of ${known.join(', ')}; did you mean ${nearest}? (see docs/deploying.md)`,
  );
}

function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // JavaScript takes offsets and names in any case, EventBridge names as they are written. An alias resolves to another.
    return /^[A-Z]/.test(name) && (name === timeZone || name.toLowerCase() !== timeZone.toLowerCase());
  } catch {
    return false;
  }
}
