import type { Space } from './space.ts';

/** From this spread on an artist's tracks fall into several styles, and one list of neighbours does not do for them. */
export const SEVERAL_STYLES = 1.5;

/**
 * How far the tracks of each artist lie apart, over what is usual in the catalogue: the mean of their squared deviations
 * from the artist's mean in whitened axes, by the axes and the tracks less one. 1 is usual; NaN for a single track.
 */
export function spreads({ ids, starts, points, ruler }: Space): Float64Array {
  const d = ruler.features.length;
  // A feature that is the same everywhere has none.
  const axes = ruler.whitening.filter((row) => row.some((weight) => weight !== 0)).length;
  return Float64Array.from(ids, (_, i) => {
    const [first, last] = [(starts[i] as number) * d, (starts[i + 1] as number) * d];
    const tracks = (last - first) / d;
    let squares = 0;
    for (let f = 0; f < d; f++) {
      let mean = 0;
      for (let at = first + f; at < last; at += d) mean += (points[at] as number) / tracks;
      for (let at = first + f; at < last; at += d) squares += ((points[at] as number) - mean) ** 2;
    }
    return tracks > 1 ? squares / axes / (tracks - 1) : Number.NaN;
  });
}
