/**
 * Pairs times of two sorted lists one to one, each pair less than `tolerance` apart: as many pairs as there can be, and
 * of all such pairings one whose pairs lie closest together. Gives pairs of indices, in order.
 *
 * Some such pairing is in order (two pairs that cross can be uncrossed, which makes none of them wider), so that one
 * pass over the lists finds it: for every time of `a` only those of `b` within its reach are looked at.
 */
export function pairTimes(a: readonly number[], b: readonly number[], tolerance: number): [number, number][] {
  const rows: Row[] = [{ low: 0, best: [NONE] }];
  let [low, high] = [0, 0];
  for (const time of a) {
    while (low < b.length && (b[low] as number) <= time - tolerance) low++;
    while (high < b.length && (b[high] as number) < time + tolerance) high++;
    const before = rows.at(-1) as Row;
    const best = [at(before, low)];
    for (let j = low; j < high; j++) {
      const paired = plus(at(before, j), Math.abs(time - (b[j] as number)));
      best.push(better(better(at(before, j + 1), best.at(-1) as Score), paired));
    }
    rows.push({ low, best });
  }
  return trace(rows);
}

/** How many pairs, and how far apart they are together. */
interface Score {
  pairs: number;
  apart: number;
}

/** The best of the times of `a` so far with the first `low`, `low + 1`, ... times of `b`. */
interface Row {
  low: number;
  best: Score[];
}

const NONE: Score = { pairs: 0, apart: 0 };

const plus = ({ pairs, apart }: Score, more: number): Score => ({ pairs: pairs + 1, apart: apart + more });

/** The first of equals. */
const better = (x: Score, y: Score): Score =>
  y.pairs > x.pairs || (y.pairs === x.pairs && y.apart < x.apart) ? y : x;

/** Times of `b` beyond a row's reach change nothing in it. */
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
