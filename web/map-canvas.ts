import { type Quadtree, quadtree } from 'd3-quadtree';
import { type Selection, select } from 'd3-selection';
import { type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { drawMap, LABEL_REACH, type Picture, type Point } from './map-drawing.ts';

/** What the map tells of. */
interface MapEvents {
  /** The pointer, or the cross of the keyboard, is on an artist, or on none. */
  hovered(artist: number | null): void;
  selected(artist: number): void;
  /** The artists in view have changed, the best known first. */
  viewed(artists: number[]): void;
  /** One finger drags on the map, which leaves that to the page; or no longer. */
  refused(is: boolean): void;
}

/** Marks in the browser's timeline when the map was drawn. */
const DRAWN = 'map drawn';
const LARGEST = 400;
/** The largest that is chosen without being asked for. */
const FAR_IN = 60;
/** How far from the middle, of the smaller side, true neighbours are to be. */
const NEAR = [0.12, 0.3] as const;
const VIEWED = 30;
/** Pixels around a point in which it is meant, by mouse and by finger. */
const [REACH, TOUCH_REACH] = [14, 24];
/** Of the map's smaller side, which a path fills. */
const FRAMED = 0.75;
/** Of the smaller side, which the map fills at first. */
const FILLED = 0.92;

/**
 * The map on its canvas: zoomed and panned by mouse, touch and keys, drawn when something has changed and then once a
 * frame at most.
 */
export class MapCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #points: readonly Point[];
  readonly #events: MapEvents;
  readonly #tree: Quadtree<Point>;
  readonly #selection: Selection<HTMLCanvasElement, unknown, null, undefined>;
  readonly #zoom: ZoomBehavior<HTMLCanvasElement, unknown>;
  readonly #resizes: ResizeObserver;
  #picture: Picture;
  #transform: ZoomTransform = zoomIdentity;
  #size = { width: 0, height: 0 };
  #hovered: number | null = null;
  #hasKeys = false;
  #frame = 0;
  #telling = 0;
  /** What is to be done as soon as the size is known. */
  #awaited: (() => void) | null = null;

  constructor(canvas: HTMLCanvasElement, points: readonly Point[], picture: Picture, events: MapEvents) {
    this.#canvas = canvas;
    this.#points = points;
    this.#picture = picture;
    this.#events = events;
    this.#tree = quadtree(
      [...points],
      ({ x }) => x,
      ({ y }) => y,
    );
    this.#zoom = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([0.7, LARGEST])
      .filter((event: Event) => isMeant(event))
      .on('zoom', ({ transform }: { transform: ZoomTransform }) => this.#moved(transform));
    this.#selection = select(canvas).call(this.#zoom);
    this.#resizes = new ResizeObserver(() => this.#resize());
    this.#resizes.observe(canvas);
    for (const [type, listener] of this.#listeners) canvas.addEventListener(type, listener);
    addEventListener('themechange', this.redraw);
  }

  readonly #listeners: [string, (event: Event) => void][] = [
    ['pointermove', (event) => this.#hover(this.#at(event as PointerEvent))],
    ['pointerleave', () => this.#hover(null)],
    ['touchmove', (event) => this.#events.refused((event as TouchEvent).targetTouches.length === 1)],
    ['touchend', () => this.#events.refused(false)],
    ['touchcancel', () => this.#events.refused(false)],
    ['click', (event) => this.#select(this.#at(event as PointerEvent))],
    ['keydown', (event) => this.#key(event as KeyboardEvent)],
    ['focus', () => this.#keys(this.#canvas.matches(':focus-visible'))],
    ['blur', () => this.#keys(false)],
  ];

  /** Shows something else of the same artists. */
  show(picture: Picture): void {
    this.#picture = picture;
    this.redraw();
  }

  /** Brings an artist to the middle, so large that the others can be told apart and are in view. */
  centre(artist: number, others: readonly number[]): void {
    const point = this.#points.find((other) => other.artist === artist);
    if (!point) return;
    const { width, height } = this.#size;
    if (width === 0) {
      this.#awaited = () => this.centre(artist, others);
      return;
    }
    const [x, y] = this.#place(point);
    const k = this.#scaleFor([x, y], others);
    this.#zoom.transform(
      this.#selection,
      zoomIdentity.translate(width / 2 - x * k, height / 2 - y * k).scale(k),
    );
  }

  /** Brings several artists into view, as large as they fit. */
  frame(artists: readonly number[]): void {
    const { width, height } = this.#size;
    if (width === 0) {
      this.#awaited = () => this.frame(artists);
      return;
    }
    const places = this.#points.filter(({ artist }) => artists.includes(artist)).map((p) => this.#place(p));
    if (places.length === 0) return;
    const [left, right] = extent(places.map(([x]) => x));
    const [top, bottom] = extent(places.map(([, y]) => y));
    const fits = Math.min(width / (right - left), height / (bottom - top)) * FRAMED;
    const k = Math.min(FAR_IN, fits);
    this.#zoom.transform(
      this.#selection,
      zoomIdentity
        .translate(width / 2 - ((left + right) / 2) * k, height / 2 - ((top + bottom) / 2) * k)
        .scale(k),
    );
  }

  /** The scale as it is where it does, so that one walks on quietly; those that are far off do not count. */
  #scaleFor([x, y]: [number, number], others: readonly number[]): number {
    const distances = this.#points
      .filter((other) => others.includes(other.artist))
      .map((other) => this.#place(other))
      .map(([otherX, otherY]) => Math.hypot(otherX - x, otherY - y))
      .sort((a, b) => a - b);
    const middle = distances[distances.length >> 1] ?? 0;
    const side = Math.min(this.#size.width, this.#size.height);
    const share = (middle * this.#transform.k) / side;
    if (middle === 0) return Math.max(this.#transform.k, 3);
    return share >= NEAR[0] && share <= NEAR[1]
      ? this.#transform.k
      : Math.min(FAR_IN, (NEAR[1] * side) / middle);
  }

  /** Zooms by a factor around the middle. */
  scale(factor: number): void {
    this.#zoom.scaleBy(this.#selection, factor);
  }

  /** Shows the whole map. */
  reset(): void {
    this.#zoom.transform(this.#selection, zoomIdentity);
  }

  /** Lets go of everything. */
  close(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#telling);
    this.#resizes.disconnect();
    removeEventListener('themechange', this.redraw);
    for (const [type, listener] of this.#listeners) this.#canvas.removeEventListener(type, listener);
    this.#selection.on('.zoom', null);
  }

  /** Draws in the next frame. */
  readonly redraw = (): void => {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      drawMap(this.#canvas, this.#points, this.#picture, {
        ...{ transform: this.#transform, ...this.#size, hovered: this.#hovered, hasCross: this.#hasKeys },
        over: this.#canvas.parentElement?.querySelector('.zoom') ?? null,
        place: (point) => this.#place(point),
      });
      performance.mark(DRAWN);
    });
  };

  /** Pixels of a point before zooming. */
  #place({ x, y }: { x: number; y: number }): [number, number] {
    const { width, height } = this.#size;
    const side = Math.min(width, height) * FILLED;
    return [(width - side) / 2 + x * side, (height - side) / 2 + y * side];
  }

  #nearest(left: number, top: number, reach: number): number | null {
    const { width, height } = this.#size;
    const side = Math.min(width, height) * FILLED;
    const [x, y] = this.#transform.invert([left, top]);
    const found = this.#tree.find(
      (x - (width - side) / 2) / side,
      (y - (height - side) / 2) / side,
      reach / (this.#transform.k * side),
    );
    return found?.artist ?? null;
  }

  #at({ offsetX, offsetY, pointerType }: PointerEvent): number | null {
    return this.#nearest(offsetX, offsetY, pointerType === 'touch' ? TOUCH_REACH : REACH);
  }

  #atCross(): number | null {
    return this.#nearest(this.#size.width / 2, this.#size.height / 2, LABEL_REACH);
  }

  #hover(artist: number | null): void {
    if (artist === this.#hovered) return;
    this.#hovered = artist;
    this.#events.hovered(artist);
    this.redraw();
  }

  #select(artist: number | null): void {
    if (artist !== null) this.#events.selected(artist);
  }

  #keys(hasKeys: boolean): void {
    this.#hasKeys = hasKeys;
    this.#hover(hasKeys ? this.#atCross() : null);
    this.redraw();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = 60 / this.#transform.k;
    const pan = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[
      event.key
    ];
    this.#hasKeys = true;
    if (pan) this.#zoom.translateBy(this.#selection, pan[0] as number, pan[1] as number);
    else if (event.key === '+' || event.key === '=') this.scale(1.4);
    else if (event.key === '-') this.scale(1 / 1.4);
    else if (event.key === '0') this.reset();
    else if (event.key === 'Enter' || event.key === ' ') this.#select(this.#atCross());
    else return;
    event.preventDefault();
    this.#hover(this.#atCross());
  }

  #moved(transform: ZoomTransform): void {
    this.#transform = transform;
    this.redraw();
    this.#tell();
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    this.#size = { width, height };
    const ratio = devicePixelRatio;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.#zoom.extent([
      [0, 0],
      [width, height],
    ]);
    this.#awaited?.();
    this.#awaited = null;
    this.redraw();
    this.#tell();
  }

  /** Lists are drawn when the map stands still, since they take longer than a frame. */
  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = setTimeout(() => {
      const { width, height } = this.#size;
      const inView = this.#points.filter((point) => {
        const [x, y] = this.#transform.apply(this.#place(point));
        return x >= 0 && y >= 0 && x <= width && y <= height;
      });
      this.#events.viewed(inView.slice(0, VIEWED).map(({ artist }) => artist));
    }, 200) as unknown as number;
  }
}

/** One finger scrolls the page, since on a phone the map fills most of it; else as d3-zoom has it. */
const isMeant = (event: Event): boolean =>
  event.type === 'touchstart'
    ? (event as TouchEvent).targetTouches.length > 1
    : (!(event as MouseEvent).ctrlKey || event.type === 'wheel') && !(event as MouseEvent).button;

const extent = (values: readonly number[]): [least: number, most: number] => [
  Math.min(...values),
  Math.max(...values),
];
