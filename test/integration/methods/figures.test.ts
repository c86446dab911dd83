import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArtistsFolder } from '../../../adapters/dataset/artists-folder.ts';
import { runAtOnce } from '../../../core/long-work.ts';
import { Blend, DEPTH } from '../../../core/methods/blend.ts';
import { fitBlend } from '../../../core/methods/fit-blend.ts';
import type { Method } from '../../../core/methods/method.ts';
import { placeTracks, SPACE_FEATURES } from '../../../core/methods/space.ts';
import { type ArtistTrack, trackSets } from '../../../core/methods/track-sets.ts';
import { tracksMethod } from '../../../core/methods/tracks.ts';
import { whitenedMethod } from '../../../core/methods/whitened.ts';
import { scoreCard } from '../../../core/score/card.ts';
import { genreMeasures } from '../../../core/score/measures.ts';
import { artistPlaylists } from '../../../core/score/truth.ts';
import { byId } from '../../../core/text.ts';

const REAL = join(import.meta.dirname, '../../../../shared/data/artists-20k');
if (!existsSync(REAL)) console.log('skipped: there is no ../shared/data/artists-20k');
const PLAYLISTS = join(import.meta.dirname, '../../../../shared/data/playlists/playlists-250.jsonl');
const withRealData = existsSync(REAL) ? test : test.skip;

/** The first artists of each playlist's songs; playlists by id. */
const playlists = () =>
  readFileSync(PLAYLISTS, 'utf8')
    .trim()
    .split('\n')
    .map((line): { playlist_id: string; tracks: { artists: { id: string }[] }[] } => JSON.parse(line))
    .sort((a, b) => byId(a.playlist_id, b.playlist_id))
    .map(({ tracks }) => tracks.flatMap(({ artists: [first] }) => first?.id ?? []));

/** The most popular tracks, ties by id, of each artist of whom genres are known. */
async function topTracks(most: number) {
  const { artists, tracks, features } = await readArtistsFolder(REAL);
  const genres = new Map(artists.map(({ id, genres }) => [id, new Set(genres)]));
  const measured = new Map(features.map((row) => [row.id, row]));
  const byArtist = Map.groupBy(
    tracks.filter(({ id, artist_ids: [artist] }) => measured.has(id) && genres.get(artist as string)?.size),
    ({ artist_ids: [artist] }) => artist as string,
  );
  const taken = [...byArtist].flatMap(([artist_id, all]) =>
    all
      .sort((x, y) => y.popularity - x.popularity || byId(x.id, y.id))
      .slice(0, most)
      .map(({ id }): ArtistTrack => {
        const { id: _, ...features } = measured.get(id) as NonNullable<ReturnType<typeof measured.get>>;
        return { artist_id, id, features };
      }),
  );
  return { space: placeTracks(trackSets(taken, SPACE_FEATURES).sets), genres };
}

function sharedGenre(method: Method, genres: ReadonlyMap<string, Set<string>>) {
  const { k, rows } = runAtOnce(method.nearest(10));
  const measures = genreMeasures(
    method.ids.map((id) => genres.get(id) as Set<string>),
    10,
  );
  const nowhere = method.ids.map(() => null);
  return runAtOnce(
    scoreCard((artist) => rows.subarray(artist * k, (artist + 1) * k), nowhere, measures, 1),
  )[0];
}

withRealData('artists-20k, ten tracks: the figures of docs/method.md', async () => {
  const { space, genres } = await topTracks(10);
  expect(space.ids).toHaveLength(283);
  expect(sharedGenre(whitenedMethod(space), genres)?.value).toBeCloseTo(0.504, 3);
  expect(sharedGenre(tracksMethod(space), genres)?.value).toBeCloseTo(0.48, 3);
});

withRealData('artists-20k, all tracks: the figures of docs/method.md', async () => {
  const { space, genres } = await topTracks(Number.POSITIVE_INFINITY);
  expect(sharedGenre(whitenedMethod(space), genres)?.value).toBeCloseTo(0.554, 3);
  expect(sharedGenre(tracksMethod(space), genres)?.value).toBeCloseTo(0.565, 3);
  const [sound, lists] = [whitenedMethod(space), artistPlaylists(space.ids, playlists())];
  const nearest = runAtOnce(sound.nearest(DEPTH));
  const { weight } = runAtOnce(fitBlend(sound, nearest, lists, 1));
  expect(weight).toBe(2);
  expect(sharedGenre(new Blend(sound, lists, weight, nearest), genres)?.value).toBeCloseTo(0.612, 3);
});
