/** Cuts items into batches of at most `size`, each item once, in order. */
export function* inBatches<T>(items: readonly T[], size: number): Generator<T[]> {
  const distinct = [...new Set(items)];
  for (let start = 0; start < distinct.length; start += size) yield distinct.slice(start, start + size);
}
