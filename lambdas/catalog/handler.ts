import { CatalogRequest, parseInput } from '../../core/events.ts';
import { repair } from '../../core/run/replace.ts';
import {
  collectionLimits,
  MACHINE,
  openLake,
  openSources,
  registerLake,
  withDatabase,
} from '../deployment.ts';
import { handle } from '../handle.ts';
import { adoptImport } from '../importer/adopt.ts';
import { addArtists, listArtists, removeArtists } from './follow.ts';
import { heardArtists } from './heard-artists.ts';
import { restore } from './restore.ts';

/** Artists in one answer, which may be 6 MB. */
const LIST_LIMIT = 10_000;

const lake = openLake(process.env);

/** Follows, forgets or lists artists, adopts a dataset, or restores what the lake has: `CatalogRequest` gives what the command line prints. */
export const handler = handle((event, call) =>
  withDatabase(process.env, async (database) => {
    const {
      add = [],
      fromListening,
      remove,
      adopt,
      after,
      restore: isToRestore,
    } = parseInput(CatalogRequest, event, 'catalog');
    const deps = { ...MACHINE, ...database, ...call, lake };
    if (isToRestore) return restore({ ...deps, registerAll: () => registerLake(process.env) });
    if (adopt) return adoptImport(deps, adopt);
    if (remove) {
      await repair(deps, []);
      return removeArtists(database.artists, remove);
    }
    const heard = fromListening ? await heardArtists(deps, fromListening) : [];
    const queries = [...add, ...heard];
    if (queries.length === 0) return listArtists(database.artists, { after, limit: LIST_LIMIT });
    await repair(deps, []);
    const connect = await openSources(process.env, database, call.say);
    const limits = collectionLimits(process.env);
    return addArtists({ ...deps, provider: 'spotify', connect, limits }, queries);
  }),
);
