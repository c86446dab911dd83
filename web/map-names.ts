const LABELS = 28;
const FONT = '12px system-ui, sans-serif';
/** Pixels between the lines of two names. */
const LINE = 16;
/** Pixels from the middle of a dot to its name, and where a ring is around it. */
const [ASIDE, ASIDE_RING] = [10, 15];
const LONGEST = 28;
/** Pixels that stay free around what lies on the map. */
const APART = 6;

/** A name and the dot that it belongs to, in CSS pixels. */
export interface PlacedName {
  name: string;
  x: number;
  y: number;
  /** Whether a ring is around the dot. */
  isRinged?: boolean;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/**
 * Writes names in their order, but for those that would cover another or lie under `over`, until there are enough.
 */
export function drawNames(
  pen: CanvasRenderingContext2D,
  names: Iterable<PlacedName>,
  { ink, ground, over }: { ink: string; ground: string; over: HTMLElement | null },
): void {
  pen.font = FONT;
  pen.textBaseline = 'middle';
  pen.lineJoin = 'round';
  pen.strokeStyle = ground;
  pen.lineWidth = 4;
  pen.fillStyle = ink;
  const edge = pen.canvas.clientWidth;
  const covered = over ? [boxAround(over)] : [];
  const taken: Box[] = [];
  for (const { name, x, y, isRinged } of names) {
    if (taken.length === LABELS) return;
    const text = shortened(name);
    const width = widthOf(pen, text);
    const aside = isRinged ? ASIDE_RING : ASIDE;
    const boxFrom = (left: number): Box => ({
      ...{ left, right: left + width },
      ...{ top: y - LINE / 2, bottom: y + LINE / 2 },
    });
    const right = boxFrom(x + aside);
    const box = right.right > edge || meets(right, covered) ? boxFrom(Math.max(0, x - aside - width)) : right;
    if (meets(box, covered) || meets(box, taken)) continue;
    taken.push(box);
    pen.strokeText(text, box.left, y);
    pen.fillText(text, box.left, y);
  }
}

const meets = (box: Box, others: readonly Box[]): boolean =>
  others.some(
    ({ left, right, top, bottom }) =>
      box.left <= right && box.right >= left && box.top <= bottom && box.bottom >= top,
  );

const boxAround = ({ offsetLeft, offsetTop, offsetWidth, offsetHeight }: HTMLElement): Box => ({
  ...{ left: offsetLeft - APART, right: offsetLeft + offsetWidth + APART },
  ...{ top: offsetTop - APART, bottom: offsetTop + offsetHeight + APART },
});

const shortened = (name: string): string =>
  name.length <= LONGEST ? name : `${Array.from(name).slice(0, LONGEST).join('')}…`;

const widths = new Map<string, number>();

function widthOf(pen: CanvasRenderingContext2D, text: string): number {
  const width = widths.get(text) ?? pen.measureText(text).width;
  widths.set(text, width);
  return width;
}
