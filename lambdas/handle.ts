import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { DatabaseUnreachableError, InternalError, SoundalikeError } from '../core/errors.ts';
import { FUNCTION_DIMENSION, METRIC_NAMESPACE, METRICS } from '../core/names.ts';
import type { Host, Progress } from '../core/ports.ts';
import { Outside } from './outside.ts';

/** One invocation, as a verb needs it. */
export interface Call {
  /** Epoch milliseconds after which nothing new is to be begun. */
  deadline: number;
  /** Nobody can see whether another invocation is still alive. */
  host: Host;
  progress: Progress;
  /** Tells whoever reads the log. */
  say: (line: string) => void;
  /** Tells the metrics, whatever becomes of the invocation. */
  measure: (measures: Measures) => void;
}

/** Values for some of the metrics. */
type Measures = Partial<Record<(typeof METRICS)[keyof typeof METRICS], number>>;

/** The rest of an invocation's time is for ending what is under way. */
const SHARE_TO_BEGIN = 0.75;

/** Errors that are the caller's, or that need nobody: no alarm is to follow. */
const EXPECTED = new Set([
  'budget-spent',
  'consent-needed',
  'day-taken',
  'invalid-input',
  'lease-held',
  'no-artists',
  'no-data',
  'rate-limited',
  'unknown-artist',
]);

const logger = new Logger();

/**
 * Makes a handler of `work`, with structured logs, metrics, and errors as the workflow and the command line read them:
 * the type is the error's code, the last line of the message what to do.
 */
export function handle<T>(
  work: (event: unknown, call: Call) => Promise<T>,
): (event: unknown, context: Context) => Promise<T> {
  return async (event, context) => {
    logger.addContext(context);
    const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
    const outside = new Outside();
    const measure = (measures: Measures): void => {
      logger.info('measured', measures);
      for (const [name, value] of Object.entries(measures)) {
        metrics.addMetric(name, MetricUnit.NoUnit, value);
      }
    };
    try {
      return await work(event ?? {}, { ...callOf(context), measure });
    } catch (error) {
      const known = error instanceof SoundalikeError ? error : new InternalError(error);
      const { code, message, hint } = known;
      if (EXPECTED.has(code)) {
        logger.warn(message, { code, hint });
        const refused = metrics.singleMetric();
        refused.addDimension(FUNCTION_DIMENSION, context.functionName);
        refused.addMetric(METRICS.refused, MetricUnit.NoUnit, 1);
      } else logger.error(message, { code, hint, error: known });
      if (known instanceof DatabaseUnreachableError) measure({ [METRICS.databaseUnreachable]: 1 });
      throw Object.assign(new Error(`${message}\n${hint}`), { name: code });
    } finally {
      outside.close();
      if (outside.isSilent !== undefined) measure({ [METRICS.noAnswer]: Number(outside.isSilent) });
      metrics.publishStoredMetrics();
    }
  };
}

/** Between two lines of progress: work that runs for minutes reports its progress many times a second. */
const PROGRESS_MS = 10_000;

function loggedNowAndThen(): Progress {
  let last = Number.NEGATIVE_INFINITY;
  return (what, done, total) => {
    const now = Date.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    logger.info(what, { done, total });
  };
}

const callOf = ({
  functionName,
  awsRequestId,
  getRemainingTimeInMillis,
}: Context): Omit<Call, 'measure'> => ({
  deadline: Date.now() + getRemainingTimeInMillis() * SHARE_TO_BEGIN,
  host: { owner: `${functionName} request ${awsRequestId}`, isGone: () => false },
  progress: loggedNowAndThen(),
  say: (line) => logger.info(line),
});
