import { similaritySearch } from '../vectors/most-similar.ts';
import type { UnitVectors } from '../vectors/nearest.ts';
import type { Scorer } from './scorer.ts';

/**
 * Ranks by cosine, times the prior, with the sum of the given tracks' unit vectors, in which the last track counts 1 and each one before
 * it `fading` times the one after it; 1: all alike.
 */
export function vectorScorer(vectors: UnitVectors, fading = 1): Scorer {
  const { rows, size, ids } = vectors;
  const mostSimilar = similaritySearch(vectors);
  return (given, limit) => {
    const known = new Set<number>();
    const query = new Float64Array(size);
    let weight = 1;
    for (let i = given.length - 1; i >= 0; i--, weight *= fading) {
      const row = rows.get(given[i] as string);
      if (row === undefined) continue;
      known.add(row);
      for (let f = 0; f < size; f++) {
        query[f] = (query[f] as number) + weight * (vectors.vectors[row * size + f] as number);
      }
    }
    if (known.size === 0) return [];
    return Array.from(mostSimilar(query, limit, known).rows, (row) => ids[row] as string);
  };
}
