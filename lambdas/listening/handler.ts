import { UserGrant } from '../../adapters/spotify/user-grant.ts';
import { ListenRequest, parseInput } from '../../core/events.ts';
import { METRICS } from '../../core/names.ts';
import type { Database } from '../../core/ports.ts';
import * as stack from '../deployment.ts';
import { type Call, handle } from '../handle.ts';
import { withConsent } from '../login/consent.ts';
import { forget } from './forget.ts';
import { hear, IDLE } from './hear.ts';
import { recordHistory } from './record-history.ts';
import { uploadedDocuments } from './uploaded-history.ts';

const { env } = process;
const [lake, warehouse, grant] = [stack.openLake(env), stack.openWarehouse(env), stack.userGrant(env)];

/** Takes in what the user has heard, or a privacy export, or forgets it all: `ListenRequest`. */
export const handler = handle(async (event, call) => {
  const { history, forget: isToForget } = parseInput(ListenRequest, event, 'listening');
  const { clock } = stack.MACHINE;
  const tellDaysLeft = (days: number) => call.measure({ [METRICS.consentDaysLeft]: days });
  const inDatabase = <T>(work: (database: Database, deps: ReturnType<typeof depsOf>) => Promise<T>) =>
    stack.withDatabase(env, (database) => work(database, depsOf(database, call)));
  if (history) return inDatabase((_, deps) => recordHistory(deps, uploadedDocuments(lake, history)));
  if (isToForget) return grant.write(UserGrant.parse({})).then(() => inDatabase((_, deps) => forget(deps)));
  return withConsent({ grant, clock, tellDaysLeft, idle: () => IDLE }, () =>
    inDatabase(async (database, deps) => {
      const connectUser = await stack.openUser(env, database);
      const connect = await stack.openSources(env, database, call.say);
      const result = await hear({ ...deps, warehouse, connect, connectUser });
      if (result.postponed) call.say(result.postponed);
      call.measure({ [METRICS.plays]: result.added, [METRICS.gaps]: result.gaps.length });
      return result;
    }),
  );
});

const depsOf = (database: Database, call: Call) => ({ ...stack.MACHINE, ...database, ...call, lake });
