import { systemClock } from '../adapters/system.ts';
import { UsageError } from '../core/errors.ts';
import { type AlarmTestResult, CatalogRequest, type RestoreResult } from '../core/events.ts';
import { muteness, tryAlarm } from '../lambdas/doctor/try-alarm.ts';
import { type CommonOptions, perform, requestOf } from './perform.ts';
import type { Words } from './print.ts';

/** `soundalike alarm-test`. */
export async function alarmTest({ alarm, ...options }: CommonOptions & { alarm?: string }): Promise<void> {
  await perform<AlarmTestResult>(options, {
    folder: { kind: 'try' },
    machine: needsStack,
    stack: async (stack) => tryAlarm({ alarms: await stack.alarms(), clock: systemClock }, alarm),
    words: alarmTestWords,
    lack: muteness,
  });
}

/** `soundalike restore`. */
export async function restoreStack(options: CommonOptions): Promise<void> {
  await perform<RestoreResult>(options, {
    folder: { kind: 'try' },
    machine: needsStack,
    stack: (stack) =>
      stack.invoke<RestoreResult>('catalog', requestOf(CatalogRequest, { restore: true }), { repeats: true }),
    words: ({ partitions, followed, plays }) => [
      `The stack knows ${partitions} partitions of its lake.`,
      followed > 0
        ? `Followed again: ${followed} artists, those of the last collection.`
        : 'No artist was followed again: the database has followed artists already, or the lake has no collection.',
      ...(plays > 0 ? [`Taken in again: ${plays} plays.`] : []),
    ],
  });
}

const needsStack = async (): Promise<never> => {
  throw new UsageError('expected --stack <name>, got none', 'name the deployed stack');
};

const alarmTestWords: Words<AlarmTestResult> = ({ alarm, was, action, subscriptions }) => [
  `Set off ${alarm} (it was ${was}); it goes back by itself when its metric is next evaluated.`,
  ...(action ? [`  CloudWatch at ${action.at}: ${action.summary}`] : []),
  ...subscriptions.map(
    ({ endpoint, protocol, confirmed }) =>
      `  ${endpoint} (${protocol}): ${confirmed ? 'a notice is on its way, see that it arrives' : 'not confirmed, so nothing is sent'}`,
  ),
];
