import type { ZoomTransform } from 'd3-zoom';
import { drawManyDots } from './many-dots.ts';
import { drawNames, type PlacedName } from './map-names.ts';

/** An artist that has a place on the map. */
export interface Point {
  /** Place in the list of artists. */
  artist: number;
  name: string;
  /** 0 to 1. */
  x: number;
  y: number;
}

/** What is shown of the artists. */
export interface Picture {
  /** Of each artist by its place in the list; null stands back. */
  colours: readonly (string | null)[];
  /** Places, in the list of artists, of each one's true nearest. */
  nearest(artist: number): readonly number[];
  selected: number | null;
  /** A way through artists. */
  path: readonly number[];
}

/** How it is looked at. */
interface Look {
  transform: ZoomTransform;
  /** CSS pixels. */
  width: number;
  height: number;
  hovered: number | null;
  /** Whether a cross stands in the middle, where the keys choose. */
  hasCross: boolean;
  /** What lies on the map. */
  over: HTMLElement | null;
  place(point: Point): [number, number];
}

/** Pixels around the cross in which an artist is meant. */
export const LABEL_REACH = 60;
/** How many of those in view are tried for a label, at most. */
const TRIED = 300;
/** In view, up to which the edges of all of them are drawn. */
const WITH_EDGES = 200;
const STEPPED_BACK = '#8c8e9440';
/** From so many on, dots are drawn all at once. */
const MANY = 1500;

type Pen = CanvasRenderingContext2D;
type Seen = { point: Point; x: number; y: number };

/** Draws points, edges, the path and as many names as fit. */
export function drawMap(
  canvas: HTMLCanvasElement,
  points: readonly Point[],
  picture: Picture,
  look: Look,
): void {
  const pen = canvas.getContext('2d');
  if (!pen) return;
  const ratio = devicePixelRatio;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, look.width, look.height);
  const style = getComputedStyle(canvas);
  const [ink, edge, accent, ground] = ['--ink', '--edge', '--accent', '--ground'].map((name) =>
    style.getPropertyValue(name),
  ) as [string, string, string, string];
  const { seen, places } = inView(points, look);
  const lines = (pairs: Iterable<readonly [number, number]>) => traced(pen, pairs, places, look);
  if (seen.length <= WITH_EDGES) {
    pen.globalAlpha = 0.6;
    stroked(pen, lines(edgesOf(seen, picture)), edge, 1);
    pen.globalAlpha = 1;
  }
  dots(pen, seen, picture, look, points.length, ratio);
  const { selected, path } = picture;
  if (selected !== null) {
    stroked(pen, lines(picture.nearest(selected).map((other) => [selected, other] as const)), accent, 1.5);
  }
  stroked(pen, lines(path.slice(1).map((step, i) => [path[i] as number, step] as const)), accent, 4);
  const marked = [selected, look.hovered, ...path].filter((artist) => artist !== null);
  for (const artist of marked) ring(pen, placeOf(artist, places, look), accent, ground);
  const near = selected === null ? [] : picture.nearest(selected);
  drawNames(pen, namesOf(seen, marked, near, places, look), { ink, ground, over: look.over });
  if (look.hasCross) cross(pen, look, ink);
}

function inView(points: readonly Point[], look: Look): { seen: Seen[]; places: Map<number, Point> } {
  const places = new Map<number, Point>();
  const seen: Seen[] = [];
  const { k, x: left, y: top } = look.transform;
  for (const point of points) {
    places.set(point.artist, point);
    const [px, py] = look.place(point);
    const x = px * k + left;
    const y = py * k + top;
    if (x > -8 && y > -8 && x < look.width + 8 && y < look.height + 8) seen.push({ point, x, y });
  }
  return { seen, places };
}

function placeOf(
  artist: number,
  places: ReadonlyMap<number, Point>,
  look: Look,
): [number, number] | undefined {
  const point = places.get(artist);
  return point && look.transform.apply(look.place(point));
}

function* edgesOf(seen: readonly Seen[], { nearest }: Picture): Generator<readonly [number, number]> {
  for (const { point } of seen) for (const other of nearest(point.artist)) yield [point.artist, other];
}

function traced(
  pen: Pen,
  pairs: Iterable<readonly [number, number]>,
  places: ReadonlyMap<number, Point>,
  look: Look,
): Pen {
  pen.beginPath();
  for (const [a, b] of pairs) {
    const [from, to] = [placeOf(a, places, look), placeOf(b, places, look)];
    if (!from || !to) continue;
    pen.moveTo(...from);
    pen.lineTo(...to);
  }
  return pen;
}

function stroked(pen: Pen, path: Pen, colour: string, width: number): void {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.lineCap = 'round';
  path.stroke();
}

/** A dot of each colour is drawn once and then copied. */
function dots(
  pen: Pen,
  seen: readonly Seen[],
  { colours }: Picture,
  { transform }: Look,
  count: number,
  ratio: number,
): void {
  const least = count > 3000 ? 2.5 : count > 300 ? 3.5 : 5;
  const radius = Math.round(Math.min(8, least * transform.k ** 0.3) * 2) / 2;
  const side = radius * 2 + 2;
  if (seen.length >= MANY) {
    const inPixels = seen.map(({ point, x, y }) => ({
      ...{ x: x * ratio, y: y * ratio },
      colour: colours[point.artist] ?? STEPPED_BACK,
    }));
    drawManyDots(pen, inPixels, radius * ratio);
    return;
  }
  for (const { point, x, y } of seen) {
    const dot = dotOf(colours[point.artist] ?? STEPPED_BACK, radius, ratio);
    pen.drawImage(dot, x - side / 2, y - side / 2, side, side);
  }
}

const made = new Map<string, HTMLCanvasElement>();

function dotOf(colour: string, radius: number, ratio: number): HTMLCanvasElement {
  const key = `${colour} ${radius} ${ratio}`;
  const before = made.get(key);
  if (before) return before;
  const dot = document.createElement('canvas');
  const side = (radius * 2 + 2) * ratio;
  dot.width = Math.ceil(side);
  dot.height = Math.ceil(side);
  const pen = dot.getContext('2d') as Pen;
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(side / 2, side / 2, radius * ratio, 0, 2 * Math.PI);
  pen.fill();
  made.set(key, dot);
  return dot;
}

function ring(pen: Pen, place: [number, number] | undefined, accent: string, ground: string): void {
  if (!place) return;
  for (const [colour, width] of [
    [ground, 5],
    [accent, 2.5],
  ] as const) {
    pen.beginPath();
    pen.arc(...place, 9, 0, 2 * Math.PI);
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }
}

/** Those that are marked first, then the best known. */
function* namesOf(
  seen: readonly Seen[],
  marked: readonly number[],
  near: readonly number[],
  places: ReadonlyMap<number, Point>,
  look: Look,
): Generator<PlacedName> {
  for (const [i, artist] of [...marked, ...near].entries()) {
    const place = placeOf(artist, places, look);
    const isRinged = i < marked.length;
    if (place) yield { name: places.get(artist)?.name ?? '', x: place[0], y: place[1], isRinged };
  }
  for (const { point, x, y } of seen.slice(0, TRIED)) yield { name: point.name, x, y };
}

function cross(pen: Pen, { width, height }: Look, ink: string): void {
  const [x, y] = [width / 2, height / 2];
  pen.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    pen.moveTo(x + dx * 4, y + dy * 4);
    pen.lineTo(x + dx * 14, y + dy * 14);
  }
  pen.strokeStyle = ink;
  pen.lineWidth = 1.5;
  pen.stroke();
}
