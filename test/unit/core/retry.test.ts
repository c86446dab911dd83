import { fullJitter, parseRetryAfter } from '../../../core/retry.ts';

const NOW = Date.UTC(2026, 10, 22, 12);

test.each([
  ['0', 0],
  ['2', 2000],
  [' 60 ', 60_000],
  ['1.5', 1500],
  ['50000', 50_000_000],
  ['99999999999999999999', 604_800_000],
  ['Sun, 22 Nov 2026 12:00:07 GMT', 7000],
  ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
  ['Sun, nonsense', undefined],
  ['-5', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %p is %p ms', (header, expected) => {
  expect(parseRetryAfter(header, NOW)).toBe(expected);
});

test('full jitter doubles from 500 ms to 10 s, between nothing and all of it', () => {
  const longest = [1, 2, 3, 4, 5, 6, 60].map((attempt) => fullJitter(attempt, () => 1));
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  expect(fullJitter(3, () => 0)).toBe(0);
  expect(fullJitter(3, () => 0.25)).toBe(500);
});
