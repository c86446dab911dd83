/** Vectors of tracks, row by row in the order of `ids`. */
export interface TrackVectors {
  readonly ids: readonly string[];
  /** Numbers in a vector. */
  readonly size: number;
  readonly vectors: Float32Array;
  /** How often each stands in the playlists that they were learnt from; absent where nobody tells. */
  readonly counts?: Float64Array;
}
