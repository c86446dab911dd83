import type { ArtistMap } from '../map/artist-map.ts';
import { framed, HEIGHT, STRIP_BOTTOM, STRIP_TOP, STYLE_COLOURS, WIDTH } from './frame.ts';

// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { ceil, floor, hypot, max, min, round } = Math;

/** How much of the ground a point hides. */
const OPACITY = 0.8;
/** Above so many artists points are smaller. */
const MANY = 3000;

type Colour = readonly [red: number, green: number, blue: number];

/**
 * A map as rows of pixels of four bytes (red, green, blue, opaque): on white a disc an artist in its style's colour, and
 * below them a strip whose parts are as wide as the styles are large, from the left by their numbers.
 */
export function pictureOf(map: ArtistMap): Uint8Array {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 4).fill(255);
  const colours = STYLE_COLOURS.map(parsed);
  const { x, y } = framed(map);
  const radius = x.length > MANY ? 2.5 : 5;
  for (let i = 0; i < x.length; i++) {
    const colour = colours[map.style[i] as number] as Colour;
    disc(pixels, x[i] as number, y[i] as number, radius, colour);
  }
  let left = 0;
  for (const [style, { artists }] of map.quality.styles.entries()) {
    const right = left + (artists / x.length) * WIDTH;
    for (let row = STRIP_TOP; row < STRIP_BOTTOM; row++) {
      for (let column = round(left); column < round(right); column++) {
        blend(pixels, column, row, colours[style] as Colour, 1);
      }
    }
    left = right;
  }
  return pixels;
}

function disc(pixels: Uint8Array, x: number, y: number, radius: number, colour: Colour): void {
  for (let row = max(0, floor(y - radius)); row <= min(HEIGHT - 1, ceil(y + radius)); row++) {
    for (let column = max(0, floor(x - radius)); column <= min(WIDTH - 1, ceil(x + radius)); column++) {
      // A pixel on the edge is covered in part.
      const covered = min(1, max(0, radius + 0.5 - hypot(column + 0.5 - x, row + 0.5 - y)));
      blend(pixels, column, row, colour, covered * OPACITY);
    }
  }
}

function blend(pixels: Uint8Array, column: number, row: number, colour: Colour, share: number): void {
  const at = (row * WIDTH + column) * 4;
  for (let c = 0; c < 3; c++) {
    pixels[at + c] = round((pixels[at + c] as number) * (1 - share) + (colour[c] as number) * share);
  }
}

const parsed = (hex: string): Colour =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Colour;
