import type { Account, Gap } from '../ports.ts';

/** A time of which a source told every play: from a play to a play, ISO 8601 UTC. */
export interface Told {
  from: string;
  to: string;
  /**
   * How far its times may be off, in milliseconds; of a gap that it fills, nothing is left that is not longer. None
   * where it is the source that the gaps were found in.
   */
  slackMs?: number;
}

/** Between the beginnings of two plays that are closer than this no other can have been, in milliseconds. */
const NO_ROOM_MS = 60_000;

/** Slack of the extended export, which tells seconds, and of the short one, which tells minutes. */
export const SLACK_MS = { extended: NO_ROOM_MS, short: 2 * NO_ROOM_MS } as const;

/**
 * An account with one more time that is told of. What it does not reach becomes a gap, what it covers of a gap is one
 * no longer: the order in which times are told makes no difference. `foundAt` is for the gaps that are new.
 */
export function addTold({ extent, gaps }: Account, told: Told, foundAt: string): Account {
  if (!extent) return { extent: { first_at: told.from, last_at: told.to }, gaps: [] };
  const { first_at, last_at } = extent;
  const all = [...gaps];
  if (told.to < first_at) all.unshift({ after_at: told.to, before_at: first_at, found_at: foundAt });
  if (told.from > last_at) all.push({ after_at: last_at, before_at: told.from, found_at: foundAt });
  return {
    extent: {
      first_at: told.from < first_at ? told.from : first_at,
      last_at: told.to > last_at ? told.to : last_at,
    },
    gaps: all.flatMap((gap) => without(gap, told)),
  };
}

/** What a time that is told of leaves of a gap. */
function without(gap: Gap, { from, to, slackMs = 0 }: Told): Gap[] {
  const rests = [
    { ...gap, before_at: gap.before_at < from ? gap.before_at : from },
    { ...gap, after_at: gap.after_at > to ? gap.after_at : to },
  ];
  return rests.filter((rest) => {
    const isCut = rest.before_at === from || rest.after_at === to;
    const width = Date.parse(rest.before_at) - Date.parse(rest.after_at);
    return width > (isCut ? slackMs : 0);
  });
}
