const LABELS = 28;
const FONT = '12px system-ui, sans-serif';
/** Pixels between the lines of two names. */
const LINE = 16;
/** Pixels from the middle of a dot to its name, and where a ring is around it. */
const [ASIDE, ASIDE_RING] = [10, 15];
const LONGEST = 28;

/** A name and the dot that it belongs to, in CSS pixels. */
export interface PlacedName {
  name: string;
  x: number;
  y: number;
  /** Whether a ring is around the dot. */
  isRinged?: boolean;
}

/** Writes names in their order, but for those that would cover another, until there are enough. */
export function drawNames(
  pen: CanvasRenderingContext2D,
  names: Iterable<PlacedName>,
  { ink, ground }: { ink: string; ground: string },
): void {
  pen.font = FONT;
  pen.textBaseline = 'middle';
  pen.lineJoin = 'round';
  pen.strokeStyle = ground;
  pen.lineWidth = 4;
  pen.fillStyle = ink;
  const edge = pen.canvas.clientWidth;
  const taken: { left: number; right: number; y: number }[] = [];
  for (const { name, x, y, isRinged } of names) {
    if (taken.length === LABELS) return;
    const text = shortened(name);
    const width = widthOf(pen, text);
    const aside = isRinged ? ASIDE_RING : ASIDE;
    const left = x + aside + width > edge ? x - aside - width : x + aside;
    const right = left + width;
    const isFree = taken.every(
      (other) => left > other.right || right < other.left || Math.abs(y - other.y) > LINE,
    );
    if (!isFree) continue;
    taken.push({ left, right, y });
    pen.strokeText(text, left, y);
    pen.fillText(text, left, y);
  }
}

const shortened = (name: string): string =>
  name.length <= LONGEST ? name : `${Array.from(name).slice(0, LONGEST).join('')}…`;

const widths = new Map<string, number>();

function widthOf(pen: CanvasRenderingContext2D, text: string): number {
  const width = widths.get(text) ?? pen.measureText(text).width;
  widths.set(text, width);
  return width;
}
