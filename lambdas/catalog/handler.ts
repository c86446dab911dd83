import { CatalogRequest, parseInput } from '../../core/events.ts';
import { MACHINE, openSources, withDatabase } from '../deployment.ts';
import { handle } from '../handle.ts';
import { addArtists, listArtists, removeArtists } from './follow.ts';

/** Artists in one answer, which may be 6 MB. */
const LIST_LIMIT = 10_000;

/** Follows, forgets or lists artists, or adopts a dataset: `CatalogRequest` gives what the command line prints. */
export const handler = handle((event, call) =>
  withDatabase(process.env, async (database) => {
    const { add, remove, after } = parseInput(CatalogRequest, event, 'catalog');
    if (remove) return removeArtists(database.artists, remove);
    if (!add) return listArtists(database.artists, { after, limit: LIST_LIMIT });
    const connect = await openSources(process.env, database, call.say);
    return addArtists({ ...MACHINE, ...database, provider: 'spotify', connect }, add);
  }),
);
