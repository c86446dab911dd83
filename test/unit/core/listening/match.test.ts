import fc from 'fast-check';
import {
  type Moment,
  OTHER_ID_MS,
  type Pair,
  pairPlays,
  type Span,
} from '../../../../core/listening/match.ts';
import { tries } from '../../../support/long.ts';

const TO_START = 2000;
const PRECISION = { slack: 5, toStart: TO_START };

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
const distance = (span: Span, { at, id }: Moment): number =>
  Math.min(Math.abs(at - span.start), Math.abs(at - span.end) + TO_START) +
  (id === span.id ? 0 : OTHER_ID_MS);

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

/** How many pairs, and how far they are apart together. */
const scoreOf = (
  pairs: readonly Pair[],
  spans: readonly Span[],
  found: readonly Moment[],
): [number, number] => [
  pairs.length,
  pairs.reduce((sum, [i, j]) => sum + distance(spans[i] as Span, found[j] as Moment), 0),
];

test('of all pairings in order it is one with the most pairs, and of these the closest', () => {
  fc.assert(
    fc.property(spansInOrder(5, 60), moments(5, 80), slack, (spans, found, slackMs) => {
      const all = [...pairings(spans, found, slackMs)].map((pairs) => scoreOf(pairs, spans, found));
      const best = all.reduce((a, b) => ((b[0] - a[0] || a[1] - b[1]) > 0 ? b : a));
      const pairs = pairPlays(spans, found, { slack: slackMs, toStart: TO_START });
      expect(scoreOf(pairs, spans, found)).toEqual(best);
      const indices = pairs.map(([, j]) => j);
      expect(indices).toEqual([...new Set(indices)].sort((x, y) => x - y));
    }),
    tries(500, 10_000),
  );
});

test('there are as many pairs as there can be, each span and moment once and within reach', () => {
  fc.assert(
    fc.property(anySpans(40, 300), moments(40, 340), slack, (spans, found, slackMs) => {
      const pairs = pairPlays(spans, found, { slack: slackMs, toStart: TO_START });
      expect(pairs).toHaveLength(mostPairs(spans, found, slackMs));
      for (const [i, j] of pairs) expect(reaches(spans[i] as Span, found[j] as Moment, slackMs)).toBe(true);
      for (const side of [0, 1]) expect(new Set(pairs.map((pair) => pair[side])).size).toBe(pairs.length);
    }),
    tries(300, 5000),
  );
});

test('of spans that lie one within another, the closest in order are paired, where none is left by that', () => {
  fc.assert(
    fc.property(anySpans(5, 60), moments(5, 80), slack, (spans, found, slackMs) => {
      const all = [...pairings(spans, found, slackMs)].map((pairs) => scoreOf(pairs, spans, found));
      const best = all.reduce((a, b) => ((b[0] - a[0] || a[1] - b[1]) > 0 ? b : a));
      fc.pre(best[0] === mostPairs(spans, found, slackMs));
      const pairs = pairPlays(spans, found, { slack: slackMs, toStart: TO_START });
      expect(scoreOf(pairs, spans, found)).toEqual(best);
    }),
    tries(500, 10_000),
  );
});

test('a play that is sent late has its moment, wherever the plays within its span have theirs', () => {
  const spans = [
    { start: 0, end: 1000, id: 't' },
    { start: 100, end: 300, id: 't' },
  ];
  const found = [200, 999].map((at) => ({ at, id: 't' }));
  expect(pairPlays(spans, found, PRECISION)).toEqual([
    [0, 1],
    [1, 0],
  ]);
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
  expect(pairPlays(spans, found, PRECISION)).toEqual(pairs);
});

test('a year of one song on repeat is paired', () => {
  const year = Array.from({ length: 175_000 }, (_, i) => ({
    start: i * 180_000,
    end: (i + 1) * 180_000,
    id: 't',
  }));
  const late = year.slice(1).map(({ start }) => ({ at: start + 900, id: 't' }));
  const pairs = pairPlays(year, late, { slack: 10_000, toStart: TO_START });
  expect(pairs).toHaveLength(late.length);
});
