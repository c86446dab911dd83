import type { TrainResult } from '../../core/events.ts';
import type { Runs } from '../../core/ports.ts';
import {
  type GivenSettings,
  StoredSettings,
  settingsOf,
  type Word2VecSettings,
} from '../../core/vectors/settings.ts';

/** The settings that are given, and for the others those of the newest run that was tuned, else the defaults. */
export async function baseSettings(
  runs: Runs,
  given: GivenSettings,
): Promise<{ base: Word2VecSettings; tunedBy: string | null }> {
  for (const { id, summary } of await runs.done('training')) {
    const { tuned, settings } = JSON.parse(summary ?? '{}') as Partial<TrainResult>;
    const stored = StoredSettings.safeParse(settings);
    if (tuned && stored.success) return { base: settingsOf(given, stored.data), tunedBy: id };
  }
  return { base: settingsOf(given), tunedBy: null };
}
