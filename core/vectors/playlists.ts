import { byId } from '../text.ts';

/**
 * Playlists as rows of their tracks: list p is `tokens[starts[p]]` to `tokens[ends[p] - 1]`. Some of the lists share the
 * tokens of all.
 */
export interface Playlists {
  /** Ids of the tracks, each once, sorted bytewise, so that the order of rows is the order of ids. */
  readonly ids: readonly string[];
  /** Row of each id. */
  readonly rows: ReadonlyMap<string, number>;
  readonly tokens: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** The tracks of a list, in order. */
export const listAt = ({ tokens, starts, ends }: Playlists, p: number): Int32Array =>
  tokens.subarray(starts[p], ends[p]);

/** Those of the playlists, by their places, that `keeps` says yes to. */
export function playlistsWhere(playlists: Playlists, keeps: (p: number) => boolean): Playlists {
  const kept = playlists.starts.map((_, p) => p).filter(keeps);
  const of = (bounds: Int32Array) => kept.map((p) => bounds[p] as number);
  return { ...playlists, starts: of(playlists.starts), ends: of(playlists.ends) };
}

/** Tells playlists from others: a 32-bit hash (FNV-1a) of which tracks, by row, stand in which. */
export function fingerprint({ ids, tokens, starts, ends }: Playlists): number {
  const { imul } = Math;
  let hash = imul(0x811c9dc5 ^ ids.length, 0x01000193);
  for (const numbers of [starts, ends, tokens]) {
    for (let i = 0; i < numbers.length; i++) hash = imul(hash ^ (numbers[i] as number), 0x01000193);
  }
  return hash >>> 0;
}

/** Gathers playlists track by track: four bytes a place, and each id once. */
export class PlaylistsBuilder {
  readonly #rows = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #tokens = new GrowingInts();
  readonly #ends = new GrowingInts();

  /** How many playlists were begun. */
  get playlists(): number {
    return this.#ends.length;
  }

  /** Begins a playlist. */
  begin(): void {
    this.#ends.push(this.#tokens.length);
  }

  /** Adds a track to the playlist that was begun last; tells whether it stands in any for the first time. */
  add(id: string): boolean {
    const known = this.#rows.get(id);
    const row = known ?? this.#ids.length;
    if (known === undefined) {
      this.#rows.set(id, row);
      this.#ids.push(id);
    }
    this.#tokens.push(row);
    this.#ends.setLast(this.#tokens.length);
    return known === undefined;
  }

  /** The playlists. `order` tells of each row which of the tracks it is, by when they came first. */
  build(): { playlists: Playlists; order: Int32Array } {
    const found = this.#ids;
    const order = Int32Array.from(found, (_, i) => i).sort((a, b) =>
      byId(found[a] as string, found[b] as string),
    );
    const rowOf = new Int32Array(found.length);
    this.#rows.clear();
    for (const [row, from] of order.entries()) {
      rowOf[from] = row;
      this.#rows.set(found[from] as string, row);
    }
    const tokens = this.#tokens.values();
    for (let i = 0; i < tokens.length; i++) tokens[i] = rowOf[tokens[i] as number] as number;
    const ends = this.#ends.values();
    const starts = ends.map((_, p) => (p === 0 ? 0 : (ends[p - 1] as number)));
    const ids = Array.from(order, (from) => found[from] as string);
    return { playlists: { ids, rows: this.#rows, tokens, starts, ends }, order };
  }
}

/** Integers, as many as come. */
class GrowingInts {
  #held = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#held.length) {
      const larger = new Int32Array(Math.ceil(this.length * 1.5));
      larger.set(this.#held);
      this.#held = larger;
    }
    this.#held[this.length++] = value;
  }

  setLast(value: number): void {
    this.#held[this.length - 1] = value;
  }

  values(): Int32Array {
    return this.#held.subarray(0, this.length);
  }
}
