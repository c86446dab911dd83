import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { DEFAULT_TRACKS, MOST_TRACKS, SimilarityRequest } from '../core/events.ts';

/** Six fields; that one of the two kinds of days is left open is asked below. */
const CRON = /^cron\(([\dA-Z,*?/#-]+ ){5}[\dA-Z,*?/#-]+\)$/;
const RATE = /^rate\([1-9]\d* (minute|hour|day)s?\)$/;

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const scheduleOrOff = z.string().refine((text) => text === 'off' || isSchedule(text));
const count = z.coerce.number().int().positive();
const url = z.url({ protocol: /^https?$/ }).optional();

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
  multiAz: flag.default(false).describe('true or false'),
  egress: z
    .enum(['nat-instance', 'nat-gateway'])
    .default('nat-instance')
    .describe('nat-instance or nat-gateway'),
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
    .describe('the name of a time zone, as Europe/Reykjavik'),
  alarmAfterHours: count.default(50).describe('a whole number of hours above 0'),
  minCoverage: z.coerce.number().min(0).max(1).default(0.8).describe('a number from 0 to 1'),
  method: z.enum(METHODS).default('mean').describe(METHODS.join(', ')),
  require: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(SimilarityRequest.shape.require.unwrap())
    .optional()
    .describe('measures, as sharedGenre@10,heldOutPlaylistNdcg@50>=0.4'),
  tracksPerArtist: count
    .max(MOST_TRACKS)
    .default(DEFAULT_TRACKS)
    .describe(`a whole number from 1 to ${MOST_TRACKS}`),
  inOnePiece: count.default(20_000_000).describe('a whole number of neighbours above 0'),
  similarityMegabytes: z.coerce
    .number()
    .int()
    .min(1024)
    .max(10_240)
    .default(3008)
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
  logDays: z.coerce
    .number()
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

/** A setting that is unknown, or whose value is not what was expected; its message is one line. */
export class SettingError extends Error {}

/**
 * Settings from the context of cdk.json and of `-c name=value`, of which CDK's own keys, all with a colon, a slash or a
 * dash in them, are left out. Throws `SettingError`.
 */
export function parseSettings(context: Record<string, unknown>): Settings {
  const ours = Object.fromEntries(Object.entries(context).filter(([key]) => !/[:/-]/.test(key)));
  const parsed = Settings.safeParse(ours);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') throw unknownSetting(issue.keys[0] ?? '');
  const name = String(issue?.path[0]) as keyof Settings;
  const expected = Settings.shape[name].description;
  throw new SettingError(
    `setting ${name}: expected ${expected}, got ${JSON.stringify(ours[name])} (see docs/deploying.md)`,
  );
}

function unknownSetting(name: string): SettingError {
  const known = Object.keys(Settings.shape);
  const nearest = known.reduce((a, b) => (distance(name, b) < distance(name, a) ? b : a));
  return new SettingError(
    `setting ${name}: expected one of ${known.join(', ')}; did you mean ${nearest}? (see docs/deploying.md)`,
  );
}

/** CDK does not look at it, and EventBridge would refuse it in the middle of a deployment. */
function isSchedule(text: string): boolean {
  if (RATE.test(text)) return true;
  if (!CRON.test(text)) return false;
  const [, , dayOfMonth, , dayOfWeek] = text.slice('cron('.length, -1).split(' ');
  return (dayOfMonth === '?') !== (dayOfWeek === '?');
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // JavaScript takes offsets too, EventBridge only names.
    return /^[A-Z]/.test(name);
  } catch {
    return false;
  }
}
