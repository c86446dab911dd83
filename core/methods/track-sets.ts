import { runAtOnce, type Steps } from '../long-work.ts';
import { byId } from '../text.ts';

/** A track of an artist with its raw features; null where a value is not known. */
export interface ArtistTrack {
  artist_id: string;
  id: string;
  features: Readonly<Record<string, number | null>>;
}

/** Artists as sets of tracks: artist i's are the rows `starts[i]` to `starts[i + 1]` - 1, by id. */
export interface TrackSets {
  /** Artists, sorted bytewise, each with at least one track. */
  readonly ids: readonly string[];
  readonly starts: Int32Array;
  readonly features: readonly string[];
  /** A column a feature: raw values, NaN where not known. Each artist has at least one value of each. */
  readonly columns: readonly Float64Array[];
}

/** Sets of tracks, and the artists that cannot be compared. */
export interface GatheredSets {
  sets: TrackSets;
  /** By id. The reason is spelt as for `mean`: `no-features:<the first that the artist has no value of>`. */
  dropped: { id: string; reason: string }[];
}

/**
 * Gathers the tracks of each artist; a track that comes twice for an artist counts once, the first. A feature that no
 * track has a value of is left out, for all.
 */
export const trackSets = (tracks: Iterable<ArtistTrack>, wanted: readonly string[]): GatheredSets =>
  runAtOnce(setsInSteps(tracks, wanted));

/** As `trackSets`, in steps. */
export function* setsInSteps(tracks: Iterable<ArtistTrack>, wanted: readonly string[]): Steps<GatheredSets> {
  const byArtist = new Map<string, Map<string, ArtistTrack>>();
  for (const track of tracks) {
    const known = byArtist.get(track.artist_id) ?? new Map<string, ArtistTrack>();
    if (!known.has(track.id)) known.set(track.id, track);
    byArtist.set(track.artist_id, known);
  }
  const artists = [...byArtist].sort(([a], [b]) => byId(a, b));
  const measures = (feature: string) => (all: Map<string, ArtistTrack>) =>
    [...all.values()].some(({ features }) => isKnown(features[feature]));
  const features = wanted.filter((feature) => artists.some(([, all]) => measures(feature)(all)));
  const dropped: GatheredSets['dropped'] = [];
  yield { what: 'gathering tracks', done: 0, total: features.length + 1 };
  const kept = artists.filter(([id, all]) => {
    const missing = features.find((feature) => !measures(feature)(all));
    if (missing !== undefined) dropped.push({ id, reason: `no-features:${missing}` });
    return missing === undefined;
  });
  const rows = kept.flatMap(([, all]) => [...all.values()].sort((a, b) => byId(a.id, b.id)));
  const starts = new Int32Array(kept.length + 1);
  for (const [i, [, all]] of kept.entries()) starts[i + 1] = (starts[i] as number) + all.size;
  const columns: Float64Array[] = [];
  for (const [f, feature] of features.entries()) {
    yield { what: 'gathering tracks', done: f + 1, total: features.length + 1 };
    const values = Float64Array.from(rows, (row) => {
      const value = row.features[feature];
      return isKnown(value) ? value : Number.NaN;
    });
    columns.push(values);
  }
  return { sets: { ids: kept.map(([id]) => id), starts, features, columns }, dropped };
}

const isKnown = (value: number | null | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** Means of a column over the tracks of each artist, unknown values left out. */
export function meansOf(starts: Int32Array, column: Float64Array): Float64Array {
  const means = new Float64Array(starts.length - 1);
  for (let i = 0; i < means.length; i++) {
    let [sum, count] = [0, 0];
    for (let t = starts[i] as number; t < (starts[i + 1] as number); t++) {
      const value = column[t] as number;
      if (Number.isNaN(value)) continue;
      sum += value;
      count += 1;
    }
    means[i] = sum / count;
  }
  return means;
}
