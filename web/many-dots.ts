/** A dot in pixels of the canvas; `colour` is `#rrggbb`, or `#rrggbbaa`. */
export interface Dot {
  x: number;
  y: number;
  colour: string;
}

/** Pixels of a disc around its middle, and how much of each it covers, 0 to 1. */
type Disc = { dx: number; dy: number; cover: number }[];

let image: ImageData | undefined;

/**
 * Replaces what is on a canvas by dots, pixel by pixel: to fill 10,000 circles, or to copy one as often, takes several
 * frames. Where dots overlap the more opaque pixel stays.
 */
export function drawManyDots(pen: CanvasRenderingContext2D, dots: Iterable<Dot>, radius: number): void {
  const { width, height } = pen.canvas;
  if (image?.width !== width || image.height !== height) image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer).fill(0);
  const disc = discOf(radius);
  const inks = new Map<string, Uint32Array>();
  for (const { x, y, colour } of dots) {
    const ink = inks.get(colour) ?? inkOf(colour, disc);
    inks.set(colour, ink);
    const [left, top] = [Math.round(x), Math.round(y)];
    for (let i = 0; i < disc.length; i++) {
      const { dx, dy } = disc[i] as Disc[number];
      const [column, row] = [left + dx, top + dy];
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      const at = row * width + column;
      const wet = ink[i] as number;
      if (wet >>> 24 >= (pixels[at] as number) >>> 24) pixels[at] = wet;
    }
  }
  pen.putImageData(image, 0, 0);
}

function discOf(radius: number): Disc {
  const disc: Disc = [];
  const reach = Math.ceil(radius);
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.min(1, radius + 0.5 - Math.hypot(dx, dy));
      if (cover > 0) disc.push({ dx, dy, cover });
    }
  }
  return disc;
}

/** Each pixel of a disc in a colour, as canvases hold pixels on the little-endian machines that browsers run on. */
function inkOf(colour: string, disc: Disc): Uint32Array {
  const part = (at: number) => Number.parseInt(colour.slice(at, at + 2) || 'ff', 16);
  const [red, green, blue, alpha] = [part(1), part(3), part(5), part(7)];
  return Uint32Array.from(
    disc,
    ({ cover }) => ((Math.round(alpha * cover) << 24) | (blue << 16) | (green << 8) | red) >>> 0,
  );
}
