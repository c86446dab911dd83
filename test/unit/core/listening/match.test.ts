import fc from 'fast-check';
import { type Moment, pairPlays, type Span } from '../../../../core/listening/match.ts';
import { tries } from '../../../support/long.ts';

type Pair = [number, number];

const TO_START = 2000;
const pair = (spans: readonly Span[], found: readonly Moment[], slack: number): Pair[] =>
  pairPlays(spans, found, { slack, toStart: TO_START });

const id = fc.constantFrom('t', 'u');
const second = (most: number) => fc.nat(most).map((seconds) => seconds * 1000);
const moments = (most: number, until: number) =>
  fc
    .array(fc.record({ at: second(until), id }), { maxLength: most })
    .map((list) => list.sort((x, y) => x.at - y.at));
/** Spans of whatever kind: they may overlap, and lie one within another. */
const anySpans = (most: number, until: number) =>
  fc
    .array(fc.record({ start: second(until), length: second(40), id }), {
      maxLength: most,
    })
    .map((list) =>
      list.map((span) => ({ ...span, end: span.start + span.length })).sort((x, y) => x.start - y.start),
    );
/** Spans of which none lies within another: both their starts and their ends are in order. */
const spansInOrder = (most: number, until: number) =>
  anySpans(most, until).map((list) => {
    const ends = list.map(({ end }) => end).sort((x, y) => x - y);
    return list.map((span, i) => ({ ...span, end: ends[i] as number }));
  });
const slack = second(10);

const reaches = (span: Span, { at }: Moment, slackMs: number): boolean =>
  at >= span.start - slackMs && at <= span.end + slackMs;
const distance = ({ start, end }: Span, { at }: Moment): number =>
  Math.min(Math.abs(at - start), Math.abs(at - end) + TO_START);

/** The size of a largest pairing, by augmenting paths, in whatever order. */
function mostPairs(spans: readonly Span[], found: readonly Moment[], slackMs: number): number {
  const partner = new Map<number, number>();
  const augment = (i: number, seen: Set<number>): boolean =>
    found.some((moment, j) => {
      if (seen.has(j) || !reaches(spans[i] as Span, moment, slackMs)) return false;
      seen.add(j);
      const other = partner.get(j);
      if (other !== undefined && !augment(other, seen)) return false;
      partner.set(j, i);
      return true;
    });
  return spans.filter((_, i) => augment(i, new Set())).length;
}

/** Every pairing in the order of both lists. */
function* pairings(
  spans: readonly Span[],
  found: readonly Moment[],
  slackMs: number,
  i = 0,
  from = 0,
): Generator<Pair[]> {
  const span = spans[i];
  if (!span) {
    yield [];
    return;
  }
  yield* pairings(spans, found, slackMs, i + 1, from);
  for (let j = from; j < found.length; j++) {
    if (!reaches(span, found[j] as Moment, slackMs)) continue;
    for (const rest of pairings(spans, found, slackMs, i + 1, j + 1)) yield [[i, j], ...rest];
  }
}

/** How many pairs, how many of them of equal ids, and how far they are apart together. */
function scoreOf(pairs: readonly Pair[], spans: readonly Span[], found: readonly Moment[]): number[] {
  const both = pairs.map(([i, j]) => [spans[i], found[j]] as [Span, Moment]);
  return [
    pairs.length,
    both.filter(([span, moment]) => span.id === moment.id).length,
    both.reduce((sum, [span, moment]) => sum + distance(span, moment), 0),
  ];
}

const isBetter = (
  [pairs = 0, same = 0, apart = 0]: number[],
  [most = 0, mostSame = 0, least = 0]: number[],
) => pairs - most || same - mostSame || least - apart;

test('of all pairings in order it is one with the most pairs, then the most equal ids, then the closest', () => {
  fc.assert(
    fc.property(anySpans(5, 60), moments(5, 80), slack, (spans, found, slackMs) => {
      const all = [...pairings(spans, found, slackMs)].map((pairs) => scoreOf(pairs, spans, found));
      const best = all.reduce((a, b) => (isBetter(b, a) > 0 ? b : a));
      const pairs = pair(spans, found, slackMs);
      expect(scoreOf(pairs, spans, found)).toEqual(best);
      for (const [i, j] of pairs) expect(reaches(spans[i] as Span, found[j] as Moment, slackMs)).toBe(true);
      for (const side of [0, 1] as const) {
        const indices = pairs.map((pair) => pair[side]);
        expect(indices).toEqual([...new Set(indices)].sort((x, y) => x - y));
      }
    }),
    tries(500, 10_000),
  );
});

test('where no span lies within another, no pairing has more pairs, in whatever order', () => {
  fc.assert(
    fc.property(spansInOrder(40, 300), moments(40, 340), slack, (spans, found, slackMs) => {
      expect(pair(spans, found, slackMs)).toHaveLength(mostPairs(spans, found, slackMs));
    }),
    tries(300, 5000),
  );
});

test.each<[string, number[], Pair[]]>([
  [
    'at the starts',
    [0, 200, 400],
    [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
  ],
  [
    'at the ends',
    [200, 400, 600],
    [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
  ],
  [
    'at a start, an end and within',
    [1, 399, 480],
    [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
  ],
  [
    'in the middle of two',
    [90, 500],
    [
      [0, 0],
      [2, 1],
    ],
  ],
  [
    'outside of all, within the slack',
    [-5, 605],
    [
      [0, 0],
      [2, 1],
    ],
  ],
  ['beyond the slack', [-6, 606], []],
])('three spans in a row, moments %s', (_, times, pairs) => {
  const spans = [0, 200, 400].map((start) => ({ start, end: start + 200, id: 't' }));
  const found = times.map((at) => ({ at, id: 't' }));
  expect(pair(spans, found, 5)).toEqual(pairs);
});

test('a year of one song on repeat is paired', () => {
  const year = Array.from({ length: 175_000 }, (_, i) => ({
    start: i * 180_000,
    end: (i + 1) * 180_000,
    id: 't',
  }));
  const late = year.slice(1).map(({ start }) => ({ at: start + 900, id: 't' }));
  const pairs = pair(year, late, 10_000);
  expect(pairs).toHaveLength(late.length);
});
