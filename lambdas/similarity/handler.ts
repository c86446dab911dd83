import type { SimilarityRequest } from '../../core/events.ts';
import { METRICS } from '../../core/names.ts';
import { MACHINE, openLake, openWarehouse, withDatabase } from '../deployment.ts';
import { handle } from '../handle.ts';
import { compare } from './compare.ts';

const [lake, warehouse] = [openLake(process.env), openWarehouse(process.env)];

/** Compares the artists of a day and publishes: `SimilarityRequest` gives `SimilarityResult`. */
export const handler = handle((event, call) =>
  withDatabase(process.env, async (database) => {
    const deps = { ...MACHINE, ...database, ...call, lake, warehouse };
    const result = await compare(deps, event as SimilarityRequest);
    const { run, coverage, published } = result;
    // A dry run tells nothing of the pipeline.
    if (run === null) return result;
    call.measure({ [METRICS.coverage]: coverage, [published ? METRICS.published : METRICS.belowFloor]: 1 });
    return result;
  }),
);
