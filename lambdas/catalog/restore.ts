import type { RestoreResult } from '../../core/events.ts';
import { record } from '../../core/listening/record.ts';
import type { ArtistCatalog, Play } from '../../core/ports.ts';
import type { Row } from '../../core/tables.ts';
import { type HistoryDeps, withHistory } from '../listening/with-history.ts';

/** What restoring needs. */
export interface RestoreDeps extends HistoryDeps {
  artists: ArtistCatalog;
  /** Makes queries see every partition that lies in the lake; returns how many there are. */
  registerAll: () => Promise<number>;
}

/**
 * Makes a stack know what lies in its lake: queries see all of it, and a database that is empty follows the artists of
 * the last collection and has the plays of every day. What the database knows stays; may be repeated.
 *
 * Throws `LeaseHeldError` where the history is being changed by another run.
 */
export async function restore(deps: RestoreDeps): Promise<RestoreResult> {
  const partitions = await deps.registerAll();
  return { partitions, followed: await followAgain(deps), plays: await recallPlays(deps) };
}

/** Follows the artists of the last collection again, unless some are followed. */
async function followAgain({ lake, artists, clock }: RestoreDeps): Promise<number> {
  if ((await artists.followed()).length > 0) return 0;
  for (const dt of (await lake.days('artists')).reverse()) {
    const runs = (await lake.read('runs', dt)) ?? [];
    // An import's artists are not followed.
    if (!runs.some(({ kind, status }) => kind === 'collection' && status === 'done')) continue;
    const rows = (await lake.read('artists', dt)) ?? [];
    await artists.follow(rows, 'spotify', new Date(clock.now()).toISOString());
    return rows.length;
  }
  return 0;
}

/** Puts the plays of the lake into an empty history. Gaps that were known are known no more. */
async function recallPlays(deps: RestoreDeps): Promise<number> {
  const { history, lake, clock } = deps;
  if ((await history.after(null, 1)).length > 0) return 0;
  const days = await lake.days('recently_played');
  if (days.length === 0) return 0;
  return await withHistory(deps, async (run) => {
    let [count, first, last] = [0, '', ''];
    for (const dt of days) {
      const plays = ((await lake.read('recently_played', dt)) ?? []).map(toPlay);
      count += await run.write(async (tables) => {
        const { added } = await record(tables.history, plays, { now: clock.now() });
        // The lake has the day as it is.
        await tables.history.dayWritten(dt);
        return added;
      });
      first ||= plays[0]?.played_at ?? '';
      last = plays.at(-1)?.played_at ?? last;
    }
    const told = [{ from: first, to: last }];
    if (last) await run.write((tables) => record(tables.history, [], { told, now: clock.now() }));
    return count;
  });
}

/** The lake has the start of a play by its best source alone. */
function toPlay({ played_at, ...row }: Row<'recently_played'>): Play {
  const at = new Date(played_at).toISOString();
  const isSpotify = !row.source?.startsWith('dataset:');
  const times = { spotify_at: isSpotify ? at : null, export_at: isSpotify ? null : at, short_at: null };
  return { ...row, played_at: at, ...times, song: null } as Play;
}
