import { byId } from '../text.ts';

/** The tracks that get a vector: the most frequent first, ties by id. */
export interface Vocabulary {
  readonly ids: readonly string[];
  /** How often each stands in the playlists. */
  readonly counts: Float64Array;
}

/** Playlists as rows of a vocabulary: list p is `tokens[starts[p]]` to `tokens[starts[p + 1] - 1]`. */
export interface Corpus {
  readonly tokens: Int32Array;
  readonly starts: Int32Array;
}

/** The tracks that stand in the playlists at least `minCount` times; a track that stands in one twice counts twice. */
export function buildVocabulary(playlists: Iterable<readonly string[]>, minCount: number): Vocabulary {
  const counts = new Map<string, number>();
  for (const playlist of playlists) {
    for (const id of playlist) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const kept = [...counts].filter(([, count]) => count >= minCount);
  kept.sort(([a, x], [b, y]) => y - x || byId(a, b));
  return { ids: kept.map(([id]) => id), counts: Float64Array.from(kept, ([, count]) => count) };
}

/**
 * The playlists in the words of a vocabulary. What is not in it is left out, so that its neighbours come closer, as in
 * word2vec.c; lists of fewer than two tracks teach nothing and are left out too.
 */
export function buildCorpus(playlists: Iterable<readonly string[]>, { ids }: Vocabulary): Corpus {
  const rows = new Map(ids.map((id, row) => [id, row]));
  const lists: Int32Array[] = [];
  let total = 0;
  for (const playlist of playlists) {
    const known = playlist.map((id) => rows.get(id)).filter((row) => row !== undefined);
    if (known.length < 2) continue;
    lists.push(Int32Array.from(known));
    total += known.length;
  }
  const tokens = new Int32Array(total);
  const starts = new Int32Array(lists.length + 1);
  for (const [p, list] of lists.entries()) {
    const start = starts[p] as number;
    tokens.set(list, start);
    starts[p + 1] = start + list.length;
  }
  return { tokens, starts };
}
