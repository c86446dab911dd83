/** A play by a source that gives its start and its end, epoch milliseconds; `id` is the track's. */
export interface Span {
  start: number;
  end: number;
  id: string;
}

/** A play by a source that gives one moment of it. */
export interface Moment {
  at: number;
  id: string;
}

/** How sure the times are, in milliseconds. */
export interface Precision {
  /** How far a moment may lie outside of its span. */
  slack: number;
  /**
   * How much closer an end must be than a start. The end of a play is the start of the next one where a song is on
   * repeat: by a start, no two plays come to lie at one time.
   */
  toStart: number;
}

/** A pair of indices: of a span and of a moment. */
export type Pair = [span: number, moment: number];

/** How much closer a moment of another id must be than one of the same. */
export const OTHER_ID_MS = 60_000;

/**
 * Pairs plays of two sources one to one, each moment no more than `slack` outside of its span: as many pairs as there can
 * be; of the largest pairings in the order of both lists, the one whose moments lie closest to the start or the end of
 * their spans. A pairing is out of order only where it has more pairs by that, which takes a span within another.
 *
 * `spans` are sorted by start, `moments` by time. One pass finds the pairing in order: for every span only the moments
 * within its reach, or an earlier span's, are looked at.
 */
export function pairPlays(
  spans: readonly Span[],
  moments: readonly Moment[],
  { slack, toStart }: Precision,
): Pair[] {
  const rows: Row[] = [{ low: 0, best: [NONE] }];
  const reaches: Reach[] = [];
  let [low, furthest] = [0, 0];
  for (const span of spans) {
    while (low < moments.length && (moments[low] as Moment).at < span.start - slack) low++;
    let high = low;
    while (high < moments.length && (moments[high] as Moment).at <= span.end + slack) high++;
    furthest = Math.max(furthest, high);
    const before = rows.at(-1) as Row;
    const best = [at(before, low)];
    for (let j = low; j < furthest; j++) {
      const skipped = better(at(before, j + 1), best.at(-1) as Score);
      const apart = apartOf(span, moments[j] as Moment, toStart);
      best.push(j < high ? better(skipped, plus(at(before, j), apart)) : skipped);
    }
    rows.push({ low, best });
    reaches.push({ low, high });
  }
  return withMost(trace(rows), reaches);
}

function apartOf({ start, end, id }: Span, moment: Moment, toStart: number): number {
  const apart = Math.min(Math.abs(moment.at - start), Math.abs(moment.at - end) + toStart);
  return apart + (id === moment.id ? 0 : OTHER_ID_MS);
}

/** How many pairs, and how far they are apart together. */
interface Score {
  pairs: number;
  apart: number;
}

/** The best of the spans so far with the first `low`, `low + 1`, ... moments. */
interface Row {
  low: number;
  best: Score[];
}

/** The moments that a span may be paired with, `high` not included. */
interface Reach {
  low: number;
  high: number;
}

const NONE: Score = { pairs: 0, apart: 0 };

const plus = ({ pairs, apart }: Score, more: number): Score => ({ pairs: pairs + 1, apart: apart + more });

/** The first of equals. */
const better = (x: Score, y: Score): Score =>
  y.pairs > x.pairs || (y.pairs === x.pairs && y.apart < x.apart) ? y : x;

/** Moments beyond a row's reach change nothing in it. */
const at = ({ low, best }: Row, j: number): Score => best[Math.min(j - low, best.length - 1)] as Score;

function trace(rows: readonly Row[]): Pair[] {
  const pairs: Pair[] = [];
  let j = Infinity;
  for (let i = rows.length - 1; i > 0; i--) {
    const [row, before] = [rows[i] as Row, rows[i - 1] as Row];
    j = Math.min(j, row.low + row.best.length - 1);
    while (j > row.low && at(row, j) === at(row, j - 1)) j--;
    if (at(row, j) === at(before, j)) continue;
    pairs.push([i - 1, --j]);
  }
  return pairs.reverse();
}

/** A largest pairing, by augmenting paths (Berge 1957) from the spans that have no partner. */
function withMost(pairs: readonly Pair[], reaches: readonly Reach[]): Pair[] {
  const momentOf = new Map(pairs);
  const spanOf = new Map(pairs.map(([i, j]) => [j, i]));
  // What a search in vain has seen leads nowhere ever after.
  const seen = new Set<number>();
  for (const span of reaches.keys()) {
    if (!momentOf.has(span)) augment(span, reaches, { momentOf, spanOf, seen });
  }
  return [...momentOf].sort(([a], [b]) => a - b);
}

interface Pairing {
  momentOf: Map<number, number>;
  spanOf: Map<number, number>;
  seen: Set<number>;
}

/** Gives a span a moment, where the spans that have those within its reach can take others. */
function augment(span: number, reaches: readonly Reach[], { momentOf, spanOf, seen }: Pairing): void {
  const cameFrom = new Map<number, number>();
  const queue = [span];
  for (const from of queue) {
    const { low, high } = reaches[from] as Reach;
    for (let j = low; j < high; j++) {
      if (seen.has(j) || cameFrom.has(j)) continue;
      cameFrom.set(j, from);
      const owner = spanOf.get(j);
      if (owner !== undefined) {
        queue.push(owner);
        continue;
      }
      for (let free: number | undefined = j; free !== undefined; ) {
        const taker = cameFrom.get(free) as number;
        const left = momentOf.get(taker);
        momentOf.set(taker, free);
        spanOf.set(free, taker);
        free = left;
      }
      return;
    }
  }
  for (const j of cameFrom.keys()) seen.add(j);
}
