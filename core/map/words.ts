/** What an artist is called who has much of a feature, and who has little. */
export const FEATURE_WORDS: Record<string, readonly [much: string, little: string]> = {
  danceability: ['danceable', 'hardly danceable'],
  energy: ['energetic', 'calm'],
  loudness: ['loud', 'quiet'],
  speechiness: ['wordy', 'sung more than spoken'],
  acousticness: ['acoustic', 'electric'],
  instrumentalness: ['instrumental', 'vocal'],
  liveness: ['live', 'of the studio'],
  valence: ['cheerful', 'sombre'],
  tempo: ['fast', 'slow'],
};
/** Standard deviations from the mean of all from which on something stands out. */
const STANDS_OUT = 0.4;
/** Words of a style at first, and at the most. */
const [FEW, MOST] = [2, 4];

/**
 * What each style stands out by, as "loud and fast": two features, the strongest first, and as many more as it takes to
 * tell it from the styles before it. `centres[s][f]` is how many standard deviations style s has more of feature f than
 * all artists on average.
 */
export function wordsOf(features: readonly string[], centres: readonly ArrayLike<number>[]): string[] {
  const taken = new Set<string>();
  return centres.map((centre) => {
    const words = Array.from(features, (feature, f) => ({ feature, z: centre[f] as number }))
      .filter(({ z }) => Math.abs(z) >= STANDS_OUT)
      .sort((a, b) => Math.abs(b.z) - Math.abs(a.z))
      .flatMap(({ feature, z }) => FEATURE_WORDS[feature]?.[z > 0 ? 0 : 1] ?? []);
    let said = listed(words.slice(0, FEW));
    for (let count = FEW + 1; taken.has(said) && count <= Math.min(MOST, words.length); count++) {
      said = listed(words.slice(0, count));
    }
    taken.add(said);
    return said;
  });
}

function listed(words: readonly string[]): string {
  if (words.length === 0) return 'of everything the middle';
  const last = words.at(-1) as string;
  return words.length === 1 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
