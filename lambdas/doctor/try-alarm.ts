import type { AlarmAction, AlarmWay, StackAlarm } from '../../core/alarms.ts';
import { AlarmMuteError, InvalidInputError } from '../../core/errors.ts';
import type { AlarmTestResult } from '../../core/events.ts';
import type { Clock } from '../../core/ports.ts';
import { HISTORY_DAYS, subscribed } from './alarms.ts';

/** The alarms of a stack, as far as trying one needs them. */
export interface TriedAlarms {
  /** What the way looks like, with what the alarms did since a time (epoch milliseconds). */
  way(since: number): Promise<AlarmWay>;
  /** What an alarm did since a time, the last first. */
  actionsSince(since: number, alarm: string): Promise<AlarmAction[]>;
  setOff(alarm: string, reason: string): Promise<void>;
}

/** What trying an alarm needs. */
export interface TryAlarmDeps {
  alarms: TriedAlarms;
  clock: Clock;
}

const DAY_MS = 86_400_000;
/** CloudWatch executes an action within seconds of the change. */
const WAIT_MS = 60_000;
const LOOK_MS = 2_000;
/** How far CloudWatch's clock may be behind this machine's. */
const SKEW_MS = 10 * 60_000;
/** For those who get the e-mail and did not ask for it. */
const REASON = 'soundalike alarm-test: this is a test of whether notices arrive; nothing is wrong';

/**
 * Sets off a real alarm of the stack, that one or one that is not in alarm, and waits until CloudWatch reports its
 * action. The alarm goes back by itself when its metric is next evaluated. Throws `InvalidInputError` where there is no
 * such alarm, it is in alarm already, since then nothing would be done, or it would stay in alarm.
 */
export async function tryAlarm(
  { alarms, clock }: TryAlarmDeps,
  wanted: string | undefined,
): Promise<AlarmTestResult> {
  const way = await alarms.way(clock.now() - HISTORY_DAYS * DAY_MS);
  const { name: alarm, state: was } = choose(way.alarms, wanted);
  const since = clock.now() - SKEW_MS;
  const keyOf = ({ at, summary }: AlarmAction): string => `${at} ${summary}`;
  const before = new Set(way.actions.filter((action) => action.alarm === alarm).map(keyOf));
  await alarms.setOff(alarm, REASON);
  const { subscriptions } = way;
  for (const until = clock.now() + WAIT_MS; ; ) {
    const action = (await alarms.actionsSince(since, alarm)).find((found) => !before.has(keyOf(found)));
    if (action || clock.now() >= until) return { alarm, was, action: action ?? null, subscriptions };
    await clock.sleep(LOOK_MS);
  }
}

/** Why the notice of the alarm does not arrive; undefined where it does. */
export function muteness({ alarm, action, subscriptions }: AlarmTestResult): AlarmMuteError | undefined {
  if (!action) {
    return new AlarmMuteError(
      `expected CloudWatch to report an action of ${alarm} within ${WAIT_MS / 1000} s, got nothing`,
      'see the history of the alarm in the CloudWatch console; deploy the stack again if it has no action',
    );
  }
  if (!action.succeeded) {
    return new AlarmMuteError(
      `expected the action of ${alarm} to succeed, got: ${action.summary}`,
      'deploy the stack again, which restores the policy of the topic, and try again',
    );
  }
  const { ok, detail, remedy } = subscribed(subscriptions);
  if (ok && subscriptions.length > 0) return undefined;
  return new AlarmMuteError(
    `the topic got the notice of ${alarm}, but ${detail}`,
    remedy ?? 'set email and deploy again (docs/deploying.md)',
  );
}

function choose(alarms: readonly StackAlarm[], wanted: string | undefined): StackAlarm {
  const quiet = alarms.filter(({ state, topics, lasts }) => state !== 'ALARM' && topics.length > 0 && !lasts);
  const found = wanted === undefined ? quiet[0] : quiet.find(({ name }) => name === wanted);
  if (found) return found;
  const names = quiet.map(({ name }) => name).join(', ');
  throw new InvalidInputError(
    `expected ${wanted === undefined ? 'an alarm' : `the alarm ${wanted}`} that writes to a topic, is not in alarm and goes back by itself, got none`,
    names ? `name one of these: ${names}` : 'deploy the stack again: npm run deploy',
  );
}
