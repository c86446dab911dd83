/** A binary heap of places by how far they are, the nearest first, ties by place. Adding and taking cost O(log n). */
export class NearestFirst {
  readonly #places: number[] = [];
  readonly #distances: number[] = [];

  add(place: number, distance: number): void {
    let at = this.#places.length;
    this.#places.push(place);
    this.#distances.push(distance);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Removes the nearest and gives it; undefined where nothing is left. */
  take(): { place: number; distance: number } | undefined {
    const last = this.#places.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    const taken = { place: this.#places.pop() as number, distance: this.#distances.pop() as number };
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < last && this.#isBefore(child, least)) least = child;
      }
      if (least === at) return taken;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#distances[a] as number, this.#distances[b] as number];
    return x < y || (x === y && (this.#places[a] as number) < (this.#places[b] as number));
  }

  #swap(a: number, b: number): void {
    for (const list of [this.#places, this.#distances]) {
      [list[a], list[b]] = [list[b] as number, list[a] as number];
    }
  }
}
