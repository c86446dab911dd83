import { shuffled, type Xoshiro128 } from '../vectors/random.ts';

/**
 * Ranks tracks that go with those given (which come in the order of their playlist): at most `limit` ids, the best
 * first, each once and none that was given. Ids that a scorer does not know it passes over.
 */
export type Scorer = (given: readonly string[], limit: number) => readonly string[];

/** Always the tracks that stand in the most playlists; ties by id. */
export function popularityScorer(byPopularity: readonly string[]): Scorer {
  return (given, limit) => {
    const known = new Set(given);
    const best: string[] = [];
    for (let i = 0; i < byPopularity.length && best.length < limit; i++) {
      const id = byPopularity[i] as string;
      if (!known.has(id)) best.push(id);
    }
    return best;
  };
}

/** Any tracks, all equally likely; each call goes on with the generator. */
export function randomScorer(ids: readonly string[], random: Xoshiro128): Scorer {
  return (given, limit) => {
    const known = new Set(given);
    if (ids.length < 2 * (limit + given.length)) {
      return shuffled(ids, random)
        .filter((id) => !known.has(id))
        .slice(0, limit);
    }
    const drawn = new Set<string>();
    while (drawn.size < limit) {
      const id = ids[random.int(ids.length)] as string;
      if (!known.has(id)) drawn.add(id);
    }
    return [...drawn];
  };
}
