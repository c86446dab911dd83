import type { AlarmWay } from '../../core/alarms.ts';
import { type Check, check, type Finding, fault, fine } from './finding.ts';

/** Days of the alarms' history that are read. CloudWatch keeps 30. */
export const HISTORY_DAYS = 14;

/** Checks that the notices of the stack's alarms arrive, as far as AWS reports it. */
export const examineAlarms = (way: () => Promise<AlarmWay>): Promise<Check[]> => {
  const once = way();
  return Promise.all([
    check('subscription', async () => subscription(await once)),
    check('alarms', async () => actions(await once)),
  ]);
};

function subscription({ alarms, subscriptions }: AlarmWay): Finding {
  const mute = alarms.filter(({ topics }) => topics.length === 0).map(({ name }) => name);
  if (alarms.length > 0 && mute.length === 0) return subscribed(subscriptions);
  return fault(
    alarms.length === 0
      ? 'expected alarms in the stack, got none'
      : `expected every alarm to write to a topic, but these do not: ${mute.join(', ')}`,
    'deploy the stack again: npm run deploy',
  );
}

/** Whether all subscriptions are confirmed; having none is no fault. */
export function subscribed(subscriptions: AlarmWay['subscriptions']): Finding {
  const pending = subscriptions.filter(({ confirmed }) => !confirmed).map(({ endpoint }) => endpoint);
  if (pending.length > 0) {
    return fault(
      `the subscription of ${pending.join(', ')} is not confirmed, so nothing is sent there`,
      'open the e-mail "AWS Notification - Subscription Confirmation" and press "Confirm subscription"; if it is older than three days, have SNS send another: create the subscription again in its console',
    );
  }
  if (subscriptions.length === 0) {
    return fine(
      'no address is subscribed, so alarms show in the console alone; the setting email subscribes one',
    );
  }
  const all = subscriptions.map(({ protocol, endpoint }) => `${endpoint} (${protocol})`);
  return fine(`confirmed: ${all.join(', ')}`);
}

/** Whether the last thing that each alarm did succeeded. */
function actions({ alarms, actions: done }: AlarmWay): Finding {
  const raised = alarms.filter(({ state }) => state === 'ALARM').map(({ name }) => name);
  const now = raised.length > 0 ? `; in alarm now: ${raised.join(', ')}` : '';
  const failed = alarms.flatMap(({ name }) => {
    const last = done.find(({ alarm }) => alarm === name);
    return last && !last.succeeded ? [last] : [];
  });
  const [first] = failed;
  if (first) {
    return fault(
      `expected what the alarms do to succeed, but it failed for ${failed.map(({ alarm }) => alarm).join(', ')}; at ${first.at}: ${first.summary}`,
      'deploy the stack again, which restores the policy of the topic, and try the whole way: soundalike alarm-test --stack <name>',
    );
  }
  if (done.length === 0) {
    return fine(
      `no alarm has changed its state in ${HISTORY_DAYS} days, so nothing was tried; soundalike alarm-test --stack <name> tries it${now}`,
    );
  }
  const lost = done.filter(({ succeeded }) => !succeeded).length;
  const earlier = lost > 0 ? `; ${lost} earlier ones failed` : '';
  return fine(
    `${done.length - lost} actions of ${HISTORY_DAYS} days succeeded, the last at ${done[0]?.at}${earlier}${now}`,
  );
}
