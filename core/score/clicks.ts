/** Songs that one click shows, and clicks after which one gives up: RecSys Challenge 2018. */
const PAGE = 10;
const MOST = 51;

/**
 * How often one has to ask for ten more songs until a hidden one is among them: 0 where it is among the first ten, 51
 * where it is not among the first 500 (Chen, Lamere, Schedl and Zamani, RecSys 2018). The fewer the better.
 */
export function clicks(ranked: readonly string[], hidden: readonly string[]): number {
  const wanted = new Set(hidden);
  const place = ranked.slice(0, PAGE * (MOST - 1)).findIndex((id) => wanted.has(id));
  return place === -1 ? MOST : Math.floor(place / PAGE);
}
