import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecommendationScores } from '../../core/events.ts';
import { documentOf, soundalike } from '../support/cli.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-score-'));
});
afterEach(() => rm(root, { recursive: true }));

const cli = (...args: string[]) => soundalike([...args, '--data', join(root, 'data')]);
const score = (...args: string[]) =>
  cli('score', '--recommendations', '--date', '2026-11-22', '--json', ...args);
const song = (n: number) => ({ id: `song${n}`.padEnd(22, '0'), name: `Song ${n}`, artist: `Artist ${n}` });
/** Ten songs of a hundred that follow each other. */
const list = (from: number) => Array.from({ length: 10 }, (_, i) => song((from + i) % 100));

/** Playlists of neighbouring songs, and three months of a listener who goes from song to song. */
async function putPlanted(): Promise<void> {
  const lines = Array.from({ length: 100 }, (_, p) =>
    JSON.stringify({
      ...{ playlist_id: `p${p}`, name: `List ${p}` },
      tracks: list(p).map(({ id, name, artist }) => ({ id, name, artists: [{ id: artist, name: artist }] })),
    }),
  );
  await writeFile(join(root, 'lists.jsonl'), `${lines.join('\n')}\n`);
  const plays = Array.from({ length: 90 }, (_, day) => {
    const { id, name, artist } = song(Math.floor(day / 2));
    return {
      ts: new Date(Date.UTC(2026, 7, 20 + day, 20)).toISOString().replace('.000', ''),
      ...{ ms_played: 200_000, master_metadata_track_name: name, master_metadata_album_artist_name: artist },
      spotify_track_uri: `spotify:track:${id}`,
    };
  });
  await writeFile(join(root, 'Streaming_History_Audio_2026_0.json'), JSON.stringify(plays));
  for (const file of ['lists.jsonl', 'Streaming_History_Audio_2026_0.json']) {
    expect((await cli('import', join(root, file))).status).toBe(0);
  }
}

test('a planted listener is served by playlists better than by chance; the same seed gives the same figures', async () => {
  await putPlanted();
  const ended = await score();
  expect(ended.status).toBe(0);
  const { playlists, listening, warnings, seed } = documentOf<RecommendationScores>(ended);
  expect([seed, warnings]).toEqual([1, [expect.stringMatching(/^the lake has no audio features/)]]);
  const rPrecision = (ways: NonNullable<typeof listening>['ways'], method: string) =>
    ways.find((way) => way.method === method)?.measures.find(({ name }) => name === 'rPrecision');
  for (const ways of [playlists?.ways ?? [], listening?.ways ?? []]) {
    const [items, random] = [rPrecision(ways, 'items'), rPrecision(ways, 'random')];
    expect(items?.low).toBeGreaterThan(random?.high as number);
  }
  expect(playlists?.heldOut).toBe(100);
  expect(listening?.asked).toBe(listening?.cuts.length);
  expect((await score()).stdout).toBe(ended.stdout);
  expect((await score('--seed', '2')).stdout).not.toBe(ended.stdout);

  const { stdout } = await cli('score', '--recommendations', '--date', '2026-11-22');
  const value = rPrecision(listening?.ways ?? [], 'items')?.value.toFixed(3);
  expect(stdout).toMatch(
    /^Of half the songs of 100 playlists, hidden from them, the ways find:\n +rPrecision/,
  );
  expect(stdout).toMatch(
    new RegExp(`Of the songs first heard in the 28 days [^]*hitRate@30[^]*\n {2}items .*${value} \\[`),
  );
});

test('of an empty lake nothing can be told: the notes say what to do', async () => {
  const ended = await score();
  expect(ended.status).toBe(0);
  expect(documentOf(ended)).toMatchObject({ playlists: null, listening: null });
  expect(ended.stderr).toMatch(/^Note: no playlists were held out: .*soundalike import/m);
  expect(ended.stderr).toMatch(/^Note: expected a history of at least 35 days/m);
});

test.each([['1.5'], ['-1'], ['4294967296']])('--seed %s is bad usage', async (seed) => {
  expect((await score('--seed', seed)).status).toBe(2);
});
