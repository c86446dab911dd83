/** Cuts items into batches of at most `size`, each item once, in order. */
export function* inBatches<T>(items: readonly T[], size: number): Generator<T[]> {
  const distinct = [...new Set(items)];
  for (let start = 0; start < distinct.length; start += size) yield distinct.slice(start, start + size);
}

/** Works on some items at once; after a failure it waits for what is under way, begins nothing more and throws it. */
export async function someAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (const some of inBatches(items, atOnce)) {
    const settled = await Promise.allSettled(some.map(work));
    for (const each of settled) if (each.status === 'rejected') throw each.reason;
  }
}

/** Rows in batches of `size`, as they are asked for; one batch where there are none. */
export async function* batched<T>(rows: Iterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for (const row of rows) {
    if (batch.push(row) < size) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/**
 * Asks about a batch and, where that fails, about its halves, until the items are found for which it fails alone; returns
 * those. `ask` returns whether it worked. Both halves are asked before either is halved again, so that one bad item never
 * makes more than three failures in a row.
 */
export async function askByHalves<T>(
  batch: readonly T[],
  ask: (part: readonly T[]) => Promise<boolean>,
): Promise<T[]> {
  const bad: T[] = [];
  for (let parts: (readonly T[])[] = [batch]; parts.length > 0; ) {
    const failed: (readonly T[])[] = [];
    for (const part of parts) if (!(await ask(part))) failed.push(part);
    bad.push(...failed.filter(({ length }) => length === 1).flat());
    parts = failed
      .filter(({ length }) => length > 1)
      .flatMap((part) => {
        const middle = Math.ceil(part.length / 2);
        return [part.slice(0, middle), part.slice(middle)];
      });
  }
  return bad;
}
