import type { JSX } from 'preact';

const [WIDTH, HEIGHT] = [240, 72];

/** What is drawn. */
interface HistogramProps {
  min: number;
  max: number;
  counts: readonly number[];
  /** Values of the first artist and of the second. */
  marks: readonly (number | null)[];
}

/** A distribution, and where artists lie in it; a table says the same in numbers. */
export function Histogram({ min, max, counts, marks }: HistogramProps): JSX.Element {
  const most = Math.max(1, ...counts);
  const step = WIDTH / counts.length;
  const at = (value: number) => (max > min ? ((value - min) / (max - min)) * WIDTH : WIDTH / 2);
  return (
    <svg class="histogram" viewBox={`-6 -8 ${WIDTH + 12} ${HEIGHT + 8}`} aria-hidden="true">
      {counts.map((artists, part) => {
        const height = (artists / most) * HEIGHT;
        return (
          <rect key={part} class="bin" x={part * step} y={HEIGHT - height} width={step - 1} height={height} />
        );
      })}
      {marks.map(
        (value, artist) =>
          value !== null && (
            <g key={artist} class={artist === 0 ? 'a' : 'b'}>
              <line x1={at(value)} x2={at(value)} y1={0} y2={HEIGHT} />
              {artist === 0 ? (
                <circle cx={at(value)} cy={-3} r={4} />
              ) : (
                <rect x={at(value) - 4} y={-7} width={8} height={8} />
              )}
            </g>
          ),
      )}
    </svg>
  );
}
