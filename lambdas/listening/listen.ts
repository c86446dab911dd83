import { PostponedError } from '../../core/errors.ts';
import { type GapBounds, ListenRequest, type ListenResult, parseInput } from '../../core/events.ts';
import { record } from '../../core/listening/record.ts';
import type { FoundPlay, Gap, Play, RecentPlays } from '../../core/ports.ts';
import { type HistoryDeps, withHistory, writeDays } from './with-history.ts';

/** What listening needs. */
export interface ListenDeps extends HistoryDeps {
  recentPlays: RecentPlays;
}

/** A play may show up so much after it began; Spotify is asked again for what is not older, in milliseconds. */
const LATE_MS = 2 * 3_600_000;
/** Says nothing of any time, so that no gap comes of it. */
const NOTHING_SHOWN = { plays: [], isFull: false, unreadable: 0 };

/**
 * Takes what Spotify shows of the user's last plays into the history and the lake. Times are Spotify's throughout, so
 * that this machine's clock does not matter.
 *
 * Where Spotify may not be asked now, nothing is taken in and the result says why. Throws `LeaseHeldError` where the history is being changed by another run.
 */
export async function listen(deps: ListenDeps, input: ListenRequest): Promise<ListenResult> {
  parseInput(ListenRequest, input, 'listen');
  return await withHistory(deps, async (run) => {
    const last = await deps.history.lastListened();
    const after = last === null ? null : Date.parse(last) - LATE_MS;
    let postponed: string | null = null;
    const page = await deps.recentPlays.recentlyPlayed(after).catch((error: unknown) => {
      if (!(error instanceof PostponedError)) throw error;
      postponed = error.message;
      return NOTHING_SHOWN;
    });
    const { unreadable = 0 } = page;
    const found = page.plays.map((play) => ({ ...play, played_at: iso(Date.parse(play.played_at)) }));
    const plays = found.flatMap(toPlay);
    const times = found.map(({ played_at }) => played_at).sort();
    const [oldest, newest] = [times[0], times.at(-1)];
    // What is not full goes back to where it was asked from.
    const told = oldest && newest ? [{ from: page.isFull ? oldest : iso(after ?? 0), to: newest }] : [];
    const recorded = await run.write(({ history }) =>
      record(history, plays, { told, now: deps.clock.now() }),
    );
    await writeDays(deps, run);
    const { gaps } = await deps.history.account();
    return {
      from: after === null ? (oldest ?? null) : iso(after),
      to: newest ?? last,
      received: found.length + unreadable,
      skipped: found.length + unreadable - plays.length,
      ...recorded,
      gaps: gaps.map(toBounds),
      postponed,
    };
  });
}

const iso = (time: number): string => new Date(time).toISOString();

/** A gap as results tell it. */
export const toBounds = ({ after_at, before_at }: Gap): GapBounds => ({ after: after_at, before: before_at });

function toPlay({ played_at, track }: FoundPlay): Play[] {
  if (track === null) return [];
  const { id, ...rest } = track;
  const source = 'spotify:recently-played';
  const times = { played_at, spotify_at: played_at, export_at: null, short_at: null };
  return [{ ...times, track_id: id, ...rest, source, song: null }];
}
