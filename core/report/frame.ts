import type { Layout } from '../map/layout.ts';

/** Pixels of the picture of a map, and units of its drawing. */
export const [WIDTH, HEIGHT] = [1200, 900];
/** Room around the points, and below them for a strip of the styles' colours. */
const MARGIN = 30;
const STRIP = { height: 20, gap: 10 };
export const STRIP_TOP = HEIGHT - STRIP.gap - STRIP.height;
export const STRIP_BOTTOM = HEIGHT - STRIP.gap;

/** Styles' colours by their numbers, which can be told apart on white and on black (Tableau 10). */
export const STYLE_COLOURS = [
  ...['#4e79a7', '#f28e2b', '#59a14f', '#e15759'],
  ...['#b07aa1', '#3aa39b', '#c9a227', '#d9669b'],
] as const;

/** A map's places, in pixels of the picture: as large as fits, as wide as high. */
export function framed({ x, y }: Layout): Layout {
  const [across, down] = [ends(x), ends(y)];
  const [width, height] = [WIDTH - 2 * MARGIN, STRIP_TOP - 2 * MARGIN];
  const span = (of: typeof across) => of.high - of.low;
  const scale = Math.min(width / (span(across) || 1), height / (span(down) || 1));
  const place =
    ({ low, high }: typeof across, middle: number) =>
    (value: number) =>
      middle + (value - (low + high) / 2) * scale;
  return { x: x.map(place(across, MARGIN + width / 2)), y: y.map(place(down, MARGIN + height / 2)) };
}

function ends(values: Float64Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { low, high };
}
