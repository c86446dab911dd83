/** A bar with its interval, in a group that its label names. */
export interface Bar {
  label: string;
  value: number;
  low: number;
  high: number;
}

/** What a chart shows. */
export interface BarChart {
  title: string;
  /** What the numbers are, and of what. */
  caption: string;
  groups: readonly { label: string; bars: readonly Bar[] }[];
  /** Draws powers of ten at equal distances, and a line at 1. */
  logarithmic?: boolean;
  /** Of a value at the end of its bar; two digits by default. */
  format?: (value: number) => string;
}

const [WIDTH, LABELS, PLOT, ROW, TOP] = [860, 380, 400, 20, 64];
const STYLE = `text{font:13px system-ui,sans-serif;fill:#24292f}.t{font-weight:600;font-size:15px}.q{fill:#57606a}
.b{fill:#2f81f7}.i,.r{stroke:#24292f;fill:none}.r{stroke-dasharray:3 3}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.q{fill:#9198a1}.b{fill:#4493f8}.i,.r{stroke:#e6edf3}}`;

/** Horizontal bars with intervals as an SVG that reads in the light and in the dark, with its numbers as text. */
export function barChart({ title, caption, groups, logarithmic = false, format = short }: BarChart): string {
  const bars = groups.flatMap((group) => group.bars);
  const place = placeOf(bars, logarithmic);
  const zero = place(logarithmic ? 1 : 0);
  const parts: string[] = [];
  let y = TOP;
  for (const { label, bars: rows } of groups) {
    parts.push(`<text class="q" x="12" y="${y + 14}">${escaped(label)}</text>`);
    y += ROW;
    for (const bar of rows) {
      const [from, to] = [zero, place(bar.value)].sort((a, b) => a - b) as [number, number];
      const middle = y + ROW / 2;
      parts.push(
        `<text x="24" y="${y + 14}">${escaped(bar.label)}</text>`,
        `<rect class="b" x="${at(from)}" y="${y + 4}" width="${at(Math.max(to - from, 1))}" height="${ROW - 8}"/>`,
        `<path class="i" d="M${at(place(bar.low))} ${middle}H${at(place(bar.high))}"/>`,
        `<text x="${at(Math.max(to, place(bar.high)) + 8)}" y="${y + 14}">${format(bar.value)}</text>`,
      );
      y += ROW;
    }
    y += ROW / 2;
  }
  if (logarithmic) parts.push(`<path class="r" d="M${at(zero)} ${TOP}V${y}"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}</style>
<text class="t" x="12" y="24">${escaped(title)}</text>
<text class="q" x="12" y="46">${escaped(caption)}</text>
${parts.join('\n')}
</svg>
`;
}

/** Where a value stands from left to right. */
function placeOf(bars: readonly Bar[], logarithmic: boolean): (value: number) => number {
  const scale = logarithmic ? (value: number) => Math.log10(value) : (value: number) => value;
  const ends = bars.flatMap(({ low, high, value }) => [low, high, value]).map(scale);
  const [first, last] = [Math.min(0, ...ends), Math.max(logarithmic ? 0.1 : 0, ...ends)];
  return (value) => LABELS + ((scale(value) - first) / (last - first || 1)) * PLOT;
}

const at = (x: number): string => x.toFixed(1);
const short = (value: number): string => String(Number(value.toPrecision(2)));
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
