import { parseInput, RecommendRequest } from '../../core/events.ts';
import { METRICS } from '../../core/names.ts';
import * as stack from '../deployment.ts';
import { handle } from '../handle.ts';
import { nobody, withConsent } from '../login/consent.ts';
import { countsOf } from './counts.ts';
import { recommend } from './recommend.ts';

const { env } = process;
const [lake, warehouse, grant] = [stack.openLake(env), stack.openWarehouse(env), stack.userGrant(env)];
/** Nothing is begun that could not be pushed. */
const idle = (): never => {
  throw nobody(env.POWERTOOLS_SERVICE_NAME);
};

/** Recommends songs by what the user heard lately, and pushes them where that is asked for: `RecommendRequest`. */
export const handler = handle((event, call) => {
  const request = parseInput(RecommendRequest, event, 'recommend');
  const { clock } = stack.MACHINE;
  const tellDaysLeft = (days: number) => call.measure({ [METRICS.consentDaysLeft]: days });
  const work = () =>
    stack.withDatabase(env, async (database) => {
      const deps = { ...stack.MACHINE, ...database, ...call, lake, warehouse };
      const connect = request.dryRun ? undefined : await stack.openSources(env, database, call.say);
      const push = request.push ? { ...deps, connectUser: await stack.openUser(env, database) } : undefined;
      const result = await recommend({ ...deps, connect, push }, request);
      const { run, songs, heard, unknownCount } = result;
      const answer = request.counts ? countsOf(result) : result;
      // A dry run tells nothing of the pipeline.
      if (run === null) return answer;
      call.measure({ [METRICS.recommended]: songs.length, [METRICS.unknownShare]: unknownCount / heard });
      return answer;
    });
  return request.push && !request.dryRun ? withConsent({ grant, clock, tellDaysLeft, idle }, work) : work();
});
