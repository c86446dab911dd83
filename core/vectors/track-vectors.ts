/** Vectors of tracks, row by row in the order of `ids`. */
export interface TrackVectors {
  readonly ids: readonly string[];
  /** Numbers in a vector. */
  readonly size: number;
  readonly vectors: Float32Array;
}
