import type { ShardRequest, SimilarityRequest } from '../../core/events.ts';
import { METRICS } from '../../core/names.ts';
import { MACHINE, openLake, openShardLake, openWarehouse, withDatabase } from '../deployment.ts';
import { handle } from '../handle.ts';
import { compareOrPlan, goOn } from './in-shards.ts';

const [lake, shardLake] = [openLake(process.env), openShardLake(process.env)];
const warehouse = openWarehouse(process.env);

/**
 * Compares the artists of a day and publishes: `SimilarityRequest` gives `SimilarityResult`, or a `SimilarityPlan` of
 * steps, each a `ShardRequest`.
 */
export const handler = handle((event, call) =>
  withDatabase(process.env, async (database) => {
    const deps = { ...MACHINE, ...database, ...call, lake, shardLake, warehouse };
    const result = await (isStep(event)
      ? goOn(deps, event)
      : compareOrPlan(deps, event as SimilarityRequest));
    // Neither a step on the way nor a dry run tells anything of the pipeline.
    if (!('published' in result) || result.run === null) return result;
    const { coverage, published } = result;
    call.measure({ [METRICS.coverage]: coverage, [published ? METRICS.published : METRICS.belowFloor]: 1 });
    return result;
  }),
);

const isStep = (event: unknown): event is ShardRequest => Object.hasOwn(event as object, 'run');
