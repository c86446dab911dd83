import { orderById, type UnitVectors, unitVectors } from '../vectors/nearest.ts';
import type { TrackVectors } from '../vectors/track-vectors.ts';
import type { Scorer } from './scorer.ts';
import { vectorScorer } from './vector-scorer.ts';

/**
 * Songs by sound: each feature minus its mean, over its standard deviation, both over these songs (0 where all have the
 * same value), brought to length 1. Rows of `songs` come in any order, each with as many numbers as there are features;
 * a song right in the middle has no direction and is left out. Throws as `unitVectors` does.
 */
export function soundVectors(songs: TrackVectors): UnitVectors {
  const { ids, size, vectors } = songs;
  // Sums depend on the order of what is added, in their last bits.
  const order = orderById(ids);
  const scaled = new Float32Array(vectors.length);
  for (let f = 0; f < size; f++) {
    let sum = 0;
    for (const row of order) sum += vectors[row * size + f] as number;
    const mean = sum / order.length;
    let squares = 0;
    for (const row of order) squares += ((vectors[row * size + f] as number) - mean) ** 2;
    const deviation = Math.sqrt(squares / order.length);
    // Of equal values it is exactly 0: sums of numbers of single precision are exact here.
    const scale = deviation > 0 ? 1 / deviation : 0;
    for (const row of order) {
      scaled[row * size + f] = ((vectors[row * size + f] as number) - mean) * scale;
    }
  }
  return unitVectors({ ids, size, vectors: scaled });
}

/** Ranks songs by the cosine of their sound with that of the given ones together. */
export const soundScorer = (vectors: UnitVectors): Scorer => vectorScorer(vectors);
