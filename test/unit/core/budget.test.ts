import { estimateCollection, estimateWords, reserveOf } from '../../../core/budget.ts';

test.each([
  [1000, 200],
  [5000, 1000],
  [400, 100],
  [150, 75],
  [1, 0],
  [Number.POSITIVE_INFINITY, 0],
])('of %p requests a day %p are kept for what cannot wait', (daily, reserve) => {
  expect(reserveOf(daily)).toBe(reserve);
});

test.each([
  [
    1,
    10,
    1000,
    'a collection of 1 artist with up to 10 tracks each takes about 1 request: 1 day at 800 a day',
  ],
  [
    500,
    100,
    1000,
    'a collection of 500 artists with up to 100 tracks each takes about 5500 requests: 7 days at 800 a day',
  ],
  [
    801,
    5,
    1000,
    'a collection of 801 artists with up to 5 tracks each takes about 801 requests: 2 days at 800 a day',
  ],
  [
    60,
    10,
    Number.POSITIVE_INFINITY,
    'a collection of 60 artists with up to 10 tracks each takes about 60 requests',
  ],
])('%p artists with %p tracks at %p requests a day: %s', (artists, tracks, dailyRequests, words) => {
  expect(estimateWords(estimateCollection(artists, { tracks, dailyRequests }))).toBe(words);
});
