import { consentStanding, UserGrant } from '../../adapters/spotify/user-grant.ts';
import { ConsentNeededError } from '../../core/errors.ts';
import { ListenRequest, parseInput } from '../../core/events.ts';
import { METRICS } from '../../core/names.ts';
import * as stack from '../deployment.ts';
import { handle } from '../handle.ts';
import { forget } from './forget.ts';
import { hear, IDLE } from './hear.ts';

const { env } = process;
const [lake, warehouse, grant] = [stack.openLake(env), stack.openWarehouse(env), stack.userGrant(env)];

/** Takes in what the user has heard, or forgets it: `ListenRequest`. Idle until somebody has logged in. */
export const handler = handle(async (event, call) => {
  const { forget: isToForget } = parseInput(ListenRequest, event, 'listening');
  const { state, ...consent } = consentStanding(await grant.refresh(await grant.read()), Date.now());
  if (state === 'none' && !isToForget) return IDLE;
  return stack.withDatabase(env, async (database) => {
    const deps = { ...stack.MACHINE, ...database, ...call, lake, warehouse };
    if (isToForget) {
      await grant.write(UserGrant.parse({}));
      return forget(deps);
    }
    let { daysLeft } = consent;
    try {
      const connectUser = await stack.openUser(env, database);
      const connect = await stack.openSources(env, database, call.say);
      const result = await hear({ ...deps, connect, connectUser });
      call.measure({ [METRICS.plays]: result.added, [METRICS.gaps]: result.gaps.length });
      return result;
    } catch (error) {
      if (error instanceof ConsentNeededError) daysLeft = 0;
      throw error;
    } finally {
      if (daysLeft !== null) call.measure({ [METRICS.consentDaysLeft]: daysLeft });
    }
  });
});
