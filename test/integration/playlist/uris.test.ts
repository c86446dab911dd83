import { urisOf } from '../../../lambdas/playlist/uris.ts';

const ID = '4uLU6hMCjMI75M1A2tKUQC';

test('URIs, one a line; links are made URIs, empty lines and remarks left out, all else stays to be refused', () => {
  const text = `\uFEFF# mine\r\nspotify:track:${ID}\r\n\n  spotify:episode:${ID}  \nhttps://open.spotify.com/track/${ID}?si=x\nhttps://open.spotify.com/intl-de/track/${ID}\nhttps://open.spotify.com/album/${ID}\nspotify:track:${ID}`;
  expect(urisOf(text)).toEqual([
    `spotify:track:${ID}`,
    `spotify:episode:${ID}`,
    `spotify:track:${ID}`,
    `spotify:track:${ID}`,
    `https://open.spotify.com/album/${ID}`,
    `spotify:track:${ID}`,
  ]);
  expect(urisOf('')).toEqual([]);
});
