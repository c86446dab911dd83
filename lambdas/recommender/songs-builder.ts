import type { SongNames } from '../../core/recommend/heard.ts';
import type { SongColumns } from '../../core/recommend/way.ts';
import type { TrackVectors } from '../../core/vectors/track-vectors.ts';

/** Songs with a vector each, and what they are called. */
export interface NamedVectors {
  vectors: TrackVectors;
  columns: SongColumns;
}

/** Gathers songs one by one: four bytes a number, and each artist's name once. */
export class SongsBuilder {
  readonly #ids: string[] = [];
  readonly #names: (string | null)[] = [];
  readonly #artists: (string | null)[] = [];
  readonly #isrcs: (string | null)[] = [];
  readonly #artist = new Map<string | null, string | null>();
  readonly #size: number;
  #vectors: Float32Array;

  /** Vectors have so many numbers. */
  constructor(size: number) {
    this.#size = size;
    this.#vectors = new Float32Array(1024 * size);
  }

  add(id: string, { name, artist, isrc }: SongNames, vector: ArrayLike<number>): void {
    const at = this.#ids.length * this.#size;
    if (at === this.#vectors.length) {
      const larger = new Float32Array(Math.ceil((this.#ids.length * 3) / 2) * this.#size);
      larger.set(this.#vectors);
      this.#vectors = larger;
    }
    this.#vectors.set(vector, at);
    if (!this.#artist.has(artist)) this.#artist.set(artist, artist);
    this.#ids.push(id);
    this.#names.push(name);
    this.#artists.push(this.#artist.get(artist) ?? null);
    this.#isrcs.push(isrc);
  }

  build(): NamedVectors {
    const [ids, size] = [this.#ids, this.#size];
    return {
      vectors: { ids, size, vectors: this.#vectors.subarray(0, ids.length * size) },
      columns: { ids, names: this.#names, artists: this.#artists, isrcs: this.#isrcs },
    };
  }
}
