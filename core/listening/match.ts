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

/**
 * Pairs plays of two sources one to one, each moment no more than `slack` outside of its span: as many pairs as there can
 * be in the order of both lists, of these pairings one with the most pairs of equal ids, and of these one whose moments
 * lie closest to the start or the end of their spans. Gives pairs of indices, in order.
 *
 * `spans` are sorted by start, `moments` by time. One pass finds the pairing: for every span only the moments within its
 * reach, or an earlier span's, are looked at. Where no span lies within another, no pairing out of order has more pairs.
 */
export function pairPlays(
  spans: readonly Span[],
  moments: readonly Moment[],
  { slack, toStart }: Precision,
): [number, number][] {
  const rows: Row[] = [{ low: 0, best: [NONE] }];
  let [low, high] = [0, 0];
  for (const span of spans) {
    while (low < moments.length && (moments[low] as Moment).at < span.start - slack) low++;
    high = Math.max(high, low);
    while (high < moments.length && (moments[high] as Moment).at <= span.end + slack) high++;
    const before = rows.at(-1) as Row;
    const best = [at(before, low)];
    for (let j = low; j < high; j++) {
      const skipped = better(at(before, j + 1), best.at(-1) as Score);
      const moment = moments[j] as Moment;
      const isWithin = moment.at <= span.end + slack;
      best.push(isWithin ? better(skipped, plus(at(before, j), span, moment, toStart)) : skipped);
    }
    rows.push({ low, best });
  }
  return trace(rows);
}

/** How many pairs, how many of them of equal ids, and how far they are apart together. */
interface Score {
  pairs: number;
  same: number;
  apart: number;
}

/** The best of the spans so far with the first `low`, `low + 1`, ... moments. */
interface Row {
  low: number;
  best: Score[];
}

const NONE: Score = { pairs: 0, same: 0, apart: 0 };

const plus = (
  { pairs, same, apart }: Score,
  { start, end, id }: Span,
  moment: Moment,
  toStart: number,
): Score => ({
  pairs: pairs + 1,
  same: same + (id === moment.id ? 1 : 0),
  apart: apart + Math.min(Math.abs(moment.at - start), Math.abs(moment.at - end) + toStart),
});

/** The first of equals. */
function better(x: Score, y: Score): Score {
  const order = y.pairs - x.pairs || y.same - x.same || x.apart - y.apart;
  return order > 0 ? y : x;
}

/** Moments beyond a row's reach change nothing in it. */
const at = ({ low, best }: Row, j: number): Score => best[Math.min(j - low, best.length - 1)] as Score;

function trace(rows: readonly Row[]): [number, number][] {
  const pairs: [number, number][] = [];
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
