import type { Playlists } from './playlists.ts';

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
export function buildVocabulary({ ids, tokens, starts, ends }: Playlists, minCount: number): Vocabulary {
  const counts = new Int32Array(ids.length);
  for (let p = 0; p < starts.length; p++) {
    for (let i = starts[p] as number; i < (ends[p] as number); i++) {
      const row = tokens[i] as number;
      counts[row] = (counts[row] as number) + 1;
    }
  }
  const kept = counts.map((_, row) => row).filter((row) => (counts[row] as number) >= minCount);
  kept.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  return {
    ids: Array.from(kept, (row) => ids[row] as string),
    counts: Float64Array.from(kept, (row) => counts[row] as number),
  };
}

/**
 * The playlists in the words of a vocabulary. What is not in it is left out, so that its neighbours come closer, as in
 * word2vec.c; lists of fewer than two tracks teach nothing and are left out too.
 */
export function buildCorpus({ ids, rows, tokens, starts, ends }: Playlists, vocabulary: Vocabulary): Corpus {
  const wordOf = new Int32Array(ids.length).fill(-1);
  for (const [word, id] of vocabulary.ids.entries()) {
    const row = rows.get(id);
    if (row !== undefined) wordOf[row] = word;
  }
  const words = new Int32Array(ends.reduce((sum, end, p) => sum + end - (starts[p] as number), 0));
  const firsts = new Int32Array(starts.length + 1);
  let [lists, length] = [0, 0];
  for (let p = 0; p < starts.length; p++) {
    const first = length;
    for (let i = starts[p] as number; i < (ends[p] as number); i++) {
      const word = wordOf[tokens[i] as number] as number;
      if (word !== -1) words[length++] = word;
    }
    if (length - first < 2) length = first;
    else firsts[++lists] = length;
  }
  return { tokens: words.subarray(0, length), starts: firsts.subarray(0, lists + 1) };
}
