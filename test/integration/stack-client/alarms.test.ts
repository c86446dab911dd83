import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SNSClient } from '@aws-sdk/client-sns';
import { StackAlarms } from '../../../adapters/stack/alarms.ts';
import { examineAlarms } from '../../../lambdas/doctor/alarms.ts';
import { muteness, tryAlarm } from '../../../lambdas/doctor/try-alarm.ts';
import { clientFor, inThisRealm, patience } from '../../support/aws/client.ts';
import { type DeployedStack, LASTING, STACK, serveStack, TOPIC } from '../../support/aws/deployed-stack.ts';
import type { FakeClock } from '../../support/clock.ts';

const DAY_MS = 86_400_000;
const FAILED = `Failed to execute action ${TOPIC}. Received error: "is not authorized to perform: SNS:Publish"`;
const [FIRST, SECOND] = [`${STACK}-database-down`, `${STACK}-undelivered`] as const;

let stack: DeployedStack;
beforeEach(async () => {
  stack = await serveStack();
});
afterEach(() => stack.close());

const alarmsOf = () => {
  const at = (service: string) => clientFor(stack.environment[`AWS_ENDPOINT_URL_${service}`] as string);
  return new StackAlarms({
    formation: inThisRealm(new CloudFormationClient(at('CLOUDFORMATION'))),
    watch: inThisRealm(new CloudWatchClient(at('CLOUDWATCH'))),
    sns: inThisRealm(new SNSClient(at('SNS'))),
    stack: STACK,
    ...patience(),
  });
};
const happened = (AlarmName: string, daysAgo: number, HistorySummary = 'Successfully executed action') => ({
  ...{ AlarmName, HistorySummary, Timestamp: Math.floor((Date.now() - daysAgo * DAY_MS) / 1000) },
});
const examined = async () => {
  const checks = await examineAlarms(() => alarmsOf().way(Date.now() - 14 * DAY_MS));
  return Object.fromEntries(checks.map(({ name, ...finding }) => [name, finding]));
};
/** Sets one off, on a clock that a minute takes no time on. */
const tried = async (alarm?: string) => {
  const { clock } = patience();
  return { result: await tryAlarm({ alarms: alarmsOf(), clock: clockFrom(clock) }, alarm), clock };
};
const clockFrom = (clock: FakeClock) => {
  clock.advance(Date.now() - clock.now());
  return clock;
};

describe('the doctor', () => {
  test('finds the alarms, whom they write to, and that what they did succeeded', async () => {
    stack.alarms.history = [happened(SECOND, 1), happened(FIRST, 2, FAILED), happened(FIRST, 20, FAILED)];
    stack.alarms.history.unshift(happened(FIRST, 0), happened('Another-alarm', 0, FAILED));
    stack.alarms.states[SECOND] = 'ALARM';
    expect(await examined()).toEqual({
      subscription: { ok: true, detail: 'confirmed: someone@example.com (email)', remedy: null },
      alarms: {
        ok: true,
        detail: expect.stringMatching(
          /^2 actions of 14 days succeeded, the last at \S+Z; 1 earlier ones failed; in alarm now: Soundalike-undelivered$/,
        ),
        remedy: null,
      },
    });
  });

  test('says that nothing was tried where no alarm has gone off, and that nobody is subscribed', async () => {
    stack.alarms.subscribed = {};
    expect(await examined()).toMatchObject({
      subscription: { ok: true, detail: expect.stringContaining('the setting email') },
      alarms: { ok: true, detail: expect.stringContaining('alarm-test') },
    });
  });

  test('finds a subscription that nobody has confirmed', async () => {
    stack.alarms.subscribed['other@example.com'] = false;
    expect((await examined()).subscription).toMatchObject({
      ok: false,
      detail: 'the subscription of other@example.com is not confirmed, so nothing is sent there',
      remedy: expect.stringContaining('Confirm subscription'),
    });
  });

  test('finds an action that failed, with the words of CloudWatch', async () => {
    stack.alarms.history = [happened(SECOND, 1, FAILED), happened(SECOND, 2)];
    expect((await examined()).alarms).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/it failed for Soundalike-undelivered; at \S+: Failed .* SNS:Publish"$/),
      remedy: expect.stringContaining('policy of the topic'),
    });
  });

  test('finds a stack without alarms', async () => {
    stack.alarms.states = {};
    expect((await examined()).subscription).toMatchObject({
      ok: false,
      detail: expect.stringContaining('none'),
    });
  });
});

describe('alarm-test', () => {
  test('sets off the first alarm that is quiet, and tells what CloudWatch did', async () => {
    stack.alarms.states[FIRST] = 'ALARM';
    stack.alarms.history = [happened(SECOND, 0, FAILED)];
    const { result } = await tried();
    expect(result).toEqual({
      alarm: SECOND,
      was: 'OK',
      action: { alarm: SECOND, at: expect.any(String), succeeded: true, summary: stack.alarms.summary },
      subscriptions: [{ topic: TOPIC, protocol: 'email', endpoint: 'someone@example.com', confirmed: true }],
    });
    expect(stack.alarms.states[SECOND]).toBe('ALARM');
    expect(muteness(result)).toBeUndefined();
  });

  test('says why nobody hears of it: an action that fails, none at all, no subscription, none confirmed', async () => {
    const cases: [change: () => void, message: RegExp][] = [
      [() => Object.assign(stack.alarms, { summary: FAILED }), /to succeed, got: Failed to execute/],
      [() => Object.assign(stack.alarms, { summary: undefined }), /within 60 s, got nothing/],
      [() => Object.assign(stack.alarms, { subscribed: {} }), /but no address is subscribed/],
      [
        () => Object.assign(stack.alarms, { subscribed: { 'a@b.c': false } }),
        /the subscription of a@b.c is not confirmed/,
      ],
    ];
    const { alarms } = stack;
    for (const [change, message] of cases) {
      stack.alarms = structuredClone(alarms);
      change();
      const { result } = await tried(FIRST);
      expect(muteness(result)).toMatchObject({ code: 'alarm-mute', message: expect.stringMatching(message) });
    }
  });

  test('refuses an alarm that is not there, is in alarm already, or would stay in alarm for days', async () => {
    stack.alarms.states[FIRST] = 'ALARM';
    for (const name of [FIRST, LASTING, 'Soundalike-other']) {
      await expect(tried(name)).rejects.toMatchObject({
        code: 'invalid-input',
        hint: `name one of these: ${SECOND}`,
      });
    }
  });
});
