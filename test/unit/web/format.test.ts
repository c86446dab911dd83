import { day, featureValue, songUrl, trackValue } from '../../../web/format.ts';

test('a track has a key by name and a mode, an artist the share of those in major', () => {
  expect([0, 1, 11, -1, null].map((key) => trackValue('key', key))).toEqual(['C', 'C♯', 'B', '–', '–']);
  expect([0, 1, null].map((mode) => trackValue('mode', mode))).toEqual(['minor', 'major', '–']);
  expect(trackValue('loudness', -6.524)).toBe('-6.5 dB');
  expect([featureValue('key', 8), featureValue('mode', 0.625), featureValue('key', null)]).toEqual([
    '8.00',
    '63 % major',
    '–',
  ]);
});

test('a day is said, and what is none stays', () => {
  expect([day('2026-11-02'), day('2026-11-32'), day('')]).toEqual(['2 Nov 2026', '2026-11-32', '']);
});

test('only what has an id of Spotify leads there', () => {
  const id = '4uLU6hMCjMI75M1A2tKUQC';
  expect(songUrl(id)).toBe(`https://open.spotify.com/track/${id}`);
  expect([songUrl(`${id}x`), songUrl('../'.repeat(8).slice(0, 22)), songUrl('')]).toEqual([null, null, null]);
});
