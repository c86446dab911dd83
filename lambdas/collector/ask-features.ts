import { askByHalves, inBatches } from '../../core/batches.ts';
import type { CapabilityGate } from '../../core/capability.ts';
import type { FeatureSource, FoundFeatures, Refused } from '../../core/ports.ts';
import { TRIES_OF_A_PART } from '../../core/retry.ts';
import { SourceHealth } from '../../core/source-health.ts';
import { eachConcurrently } from './concurrently.ts';
import { mostUnavailable } from './outages.ts';

/** A whole batch, its halves and their halves fail before a source counts as down: four bad tracks may be in a batch. */
const FAILURES_IN_A_ROW = 8;

/** What asking a source for features needs. */
export interface AskFeaturesDeps {
  gate: CapabilityGate;
  /** Requests under way at once. */
  concurrency: number;
  /** Whether the source answered already in this run. */
  hasWorked: boolean;
  /** Called before each batch; what it throws stops the work. */
  beforeBatch?: () => void;
  /** Called with what was asked for, and what of it the source knows. */
  onAnswer: (asked: readonly string[], rows: (FoundFeatures & Refused)[]) => Promise<void>;
}

/**
 * Asks a source for the features of tracks. A batch that fails is halved until the tracks are found for which the source
 * fails alone; returns those. Throws `OutageError` where it fails for all of them, or for more than a few.
 */
export async function askFeatures(
  { gate, concurrency, hasWorked, beforeBatch, onAnswer }: AskFeaturesDeps,
  source: FeatureSource,
  ids: readonly string[],
): Promise<string[]> {
  const health = new SourceHealth(source.name, { hasWorked, limit: FAILURES_IN_A_ROW });
  const failed: string[] = [];
  const most = mostUnavailable(ids.length);
  await eachConcurrently([...inBatches(ids, source.batchSize)], concurrency, async (batch) => {
    beforeBatch?.();
    await askByHalves(batch, async (part) => {
      const tries = part === batch ? undefined : TRIES_OF_A_PART;
      const { failure, value } = await health.ask(() =>
        gate.attempt(source.name, () => source.features(part, tries)),
      );
      if (failure) {
        if (part.length === 1) failed.push(...part);
        if (failed.length > most) throw health.outage(failure);
        return false;
      }
      if (value.allowed) {
        await onAnswer(
          part,
          value.value.filter(({ id }) => part.includes(id)),
        );
      }
      return true;
    });
  });
  health.settle();
  return failed;
}
