import { systemClock } from '../adapters/system.ts';
import { UsageError } from '../core/errors.ts';
import type { AlarmTestResult } from '../core/events.ts';
import { muteness, tryAlarm } from '../lambdas/doctor/try-alarm.ts';
import { type CommonOptions, perform } from './perform.ts';
import type { Words } from './print.ts';

/** `soundalike alarm-test`. */
export async function alarmTest({ alarm, ...options }: CommonOptions & { alarm?: string }): Promise<void> {
  await perform<AlarmTestResult>(options, {
    machine: async () => {
      throw new UsageError(
        'expected --stack <name>, got none',
        'name the deployed stack whose alarm is tried',
      );
    },
    stack: async (stack) => tryAlarm({ alarms: await stack.alarms(), clock: systemClock }, alarm),
    words: alarmTestWords,
    lack: muteness,
  });
}

const alarmTestWords: Words<AlarmTestResult> = ({ alarm, was, action, subscriptions }) => [
  `Set off ${alarm} (it was ${was}); it goes back by itself when its metric is next evaluated.`,
  ...(action ? [`  CloudWatch at ${action.at}: ${action.summary}`] : []),
  ...subscriptions.map(
    ({ endpoint, protocol, confirmed }) =>
      `  ${endpoint} (${protocol}): ${confirmed ? 'a notice is on its way, see that it arrives' : 'not confirmed, so nothing is sent'}`,
  ),
];
