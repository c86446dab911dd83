import fc from 'fast-check';
import { addTold, SLACK_MS, type Told } from '../../../../core/listening/account.ts';
import type { Account } from '../../../../core/ports.ts';
import { tries } from '../../../support/long.ts';

const MINUTE = 60_000;
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 22) + minute * MINUTE).toISOString();
const told = (from: number, to: number, slackMs?: number): Told => ({ from: at(from), to: at(to), slackMs });
const NOTHING: Account = { extent: null, gaps: [] };
const FOUND = at(9999);

const after = (...all: Told[]): Account =>
  all.reduce((account, each) => addTold(account, each, FOUND), NOTHING);
const gapsOf = ({ gaps }: Account): [string, string][] =>
  gaps.map(({ after_at, before_at }) => [after_at, before_at]);
const gap = (from: number, to: number): [string, string] => [at(from), at(to)];

test('the first time that is told of leaves no gap', () => {
  expect(after(told(10, 60))).toEqual({ extent: { first_at: at(10), last_at: at(60) }, gaps: [] });
});

test('what begins after the last play leaves a gap, and what reaches it none', () => {
  expect(gapsOf(after(told(0, 60), told(90, 140)))).toEqual([gap(60, 90)]);
  expect(gapsOf(after(told(0, 60), told(60, 140)))).toEqual([]);
  expect(gapsOf(after(told(0, 60), told(30, 140)))).toEqual([]);
});

test('a gap is shrunk and split by what covers some of it, and goes with what covers it', () => {
  const lost = after(told(0, 60), told(200, 250));
  expect(gapsOf(addTold(lost, told(100, 120), FOUND))).toEqual([gap(60, 100), gap(120, 200)]);
  expect(gapsOf(addTold(lost, told(0, 100), FOUND))).toEqual([gap(100, 200)]);
  expect(gapsOf(addTold(lost, told(150, 220), FOUND))).toEqual([gap(60, 150)]);
  expect(gapsOf(addTold(lost, told(60, 200), FOUND))).toEqual([]);
});

test('an export that ends with the play that the gap ends with fills it, although its times are a little off', () => {
  const lost = after(told(0, 60), told(200, 250));
  const nearly = { from: at(60.5), to: at(199.5) };
  expect(gapsOf(addTold(lost, { ...nearly, slackMs: SLACK_MS.extended }, FOUND))).toEqual([]);
  expect(gapsOf(addTold(lost, nearly, FOUND))).toEqual([gap(60, 60.5), gap(199.5, 200)]);
});

test('a gap keeps when it was found', () => {
  const lost = addTold(after(told(0, 60)), told(90, 140), at(141));
  expect(addTold(lost, told(70, 75), at(500)).gaps.map(({ found_at }) => found_at)).toEqual([
    at(141),
    at(141),
  ]);
});

const span = fc
  .tuple(fc.nat(500), fc.integer({ min: 0, max: 60 }))
  .map(([from, length]) => told(from, from + length));

test('the order in which times are told makes no difference, and a gap is what none of them covers', () => {
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 12 }), fc.nat(), (spans, turn) => {
      const account = after(...spans);
      const others = spans.map((_, i) => spans[(i + turn) % spans.length] as Told).reverse();
      expect(after(...others)).toEqual(account);
      for (let minute = 0.5; minute < 560; minute++) {
        const time = at(minute);
        const isCovered = spans.some(({ from, to }) => from < time && time < to);
        const { first_at, last_at } = account.extent ?? { first_at: '', last_at: '' };
        const isGap = account.gaps.some(({ after_at, before_at }) => after_at < time && time < before_at);
        expect(isGap).toBe(!isCovered && first_at < time && time < last_at);
      }
    }),
    tries(60, 1000),
  );
});
