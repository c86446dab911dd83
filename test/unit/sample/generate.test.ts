import { createHash } from 'node:crypto';
import { DEFAULT_FEATURES, FEATURES, type Feature } from '../../../core/features.ts';
import type { FoundFeatures } from '../../../core/ports.ts';
import { byId } from '../../../core/text.ts';
import { sampleCatalogue } from '../../../sample/generate.ts';
import { mulberry32 } from '../../../sample/random.ts';
import { MEASURES, STYLES } from '../../../sample/styles.ts';

const catalogue = sampleCatalogue();
const { artists, albums, tracks, features, playlists, plays } = catalogue;
const featuresOf = new Map(features.map((row) => [row.id, row]));
const tracksOf = (id: string) => tracks.filter(({ artist_ids }) => artist_ids.includes(id));
const ownTracks = (id: string) => tracks.filter(({ artist_ids }) => artist_ids[0] === id);
const named = (name: string) => artists.filter((artist) => artist.name === name);
const only = (name: string) => named(name)[0] as (typeof artists)[number];

/** The artist's ten most popular tracks, ties by id. */
const topTracks = (id: string) =>
  tracksOf(id)
    .sort((a, b) => b.popularity - a.popularity || byId(a.id, b.id))
    .slice(0, 10);

function mean(id: string, feature: Feature): number | undefined {
  const values = topTracks(id)
    .map((track) => featuresOf.get(track.id)?.[feature])
    .filter((value) => typeof value === 'number');
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b) / values.length;
}

/** The artist's means of the default features, each in units of the spread within a style. */
function vector(id: string): number[] | undefined {
  const means = DEFAULT_FEATURES.map((feature) => mean(id, feature));
  if (means.some((value) => value === undefined)) return undefined;
  return means.map(
    (value, i) => (value ?? 0) / MEASURES[DEFAULT_FEATURES[i] as keyof typeof MEASURES].spread,
  );
}

test('the random numbers are those of mulberry32', () => {
  const random = mulberry32(1);
  expect([random.uniform(), random.uniform()]).toEqual([0.6270739405881613, 0.002735721180215478]);
});

test('the sample is the same at every call and on every platform', () => {
  const digest = createHash('sha256').update(JSON.stringify(catalogue)).digest('hex');
  expect(JSON.stringify(sampleCatalogue())).toBe(JSON.stringify(catalogue));
  expect(digest).toBe('d132c947d20697fdc3a04d0e957ef93f55454018b4c5498e69194ec1ff01598f');
});

test('about 150 artists in twelve styles, with names in several scripts', () => {
  expect(artists).toHaveLength(152);
  expect(new Set(artists.map(({ genres }) => genres[0])).size).toBe(12);
  expect(artists.every(({ genres }) => genres.length >= 1 && genres.length <= 3)).toBe(true);
  const scripts = [
    /\p{sc=Hangul}/u,
    /\p{sc=Hiragana}/u,
    /\p{sc=Katakana}/u,
    /\p{sc=Cyrillic}/u,
    /\p{sc=Greek}/u,
  ];
  for (const script of [...scripts, /[éüøÅçó]/i, /\p{Extended_Pictographic}/u]) {
    expect(artists.filter(({ name }) => script.test(name)).length).toBeGreaterThan(2);
  }
});

test('ids are 22 base62 characters, each once; one pair differs by case alone', () => {
  const ids = [...artists, ...albums, ...tracks, ...playlists].map(({ id }) => id);
  expect(ids.filter((id) => !/^[0-9A-Za-z]{22}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(ids.map((id) => id.toLowerCase())).size).toBe(ids.length - 1);
});

test('10 to 14 tracks an artist, on albums that exist', () => {
  const counts = artists.map(({ id }) => ownTracks(id).length).filter((count) => count > 0);
  expect(counts).toHaveLength(151);
  expect([Math.min(...counts), Math.max(...counts)]).toEqual([10, 14]);
  const byAlbum = new Map(albums.map((album) => [album.id, album]));
  for (const track of tracks) expect(byAlbum.get(track.album_id ?? '')?.artist_id).toBe(track.artist_ids[0]);
  expect(new Set(albums.map(({ release_date }) => release_date.length))).toEqual(new Set([4, 7, 10]));
});

test('features keep to their ranges', () => {
  const outside = (row: FoundFeatures) =>
    Object.entries(MEASURES).filter(([name, { min, max }]) => {
      const value = row[name as Feature];
      return value !== null && (value < min || value > max);
    });
  expect(features.flatMap(outside)).toEqual([]);
  const values = (name: 'key' | 'mode' | 'time_signature') => new Set(features.map((row) => row[name] ?? 0));
  expect([...values('key')].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect([...values('mode')].sort()).toEqual([0, 1]);
  expect([...values('time_signature')].sort()).toEqual([3, 4, 5, 6, 7]);
});

test('nearly every artist can be compared, and sounds most like one of its own style', () => {
  const compared = artists.flatMap((artist) => {
    const at = vector(artist.id);
    return at ? [{ style: artist.genres[0], at }] : [];
  });
  expect(compared.length / artists.length).toBeGreaterThan(0.95);
  const distance = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + (x - (b[i] ?? 0)) ** 2, 0);
  const faithful = compared.filter((one) => {
    const others = compared.filter((other) => other !== one);
    const nearest = others.reduce((a, b) => (distance(b.at, one.at) < distance(a.at, one.at) ? b : a));
    return nearest.style === one.style;
  });
  expect(faithful.length / compared.length).toBeGreaterThan(0.9);
});

test('the oddities of real catalogues', () => {
  expect(tracksOf(only('Silent Quarrywick').id)).toEqual([]);
  const unmeasured = ownTracks(only('Lake Unmeasured').id);
  expect(unmeasured.length).toBeGreaterThan(9);
  expect(unmeasured.filter(({ id }) => featuresOf.has(id))).toEqual([]);
  const twins = ['Left Twyndle', 'Right Twyndle'].map((name) => only(name).id);
  expect(new Set(twins.map((id) => FEATURES.map((feature) => mean(id, feature)).join()))).toHaveProperty(
    'size',
    1,
  );
  expect(named('Aurelindo')).toHaveLength(2);
  expect(only('Ombrelle Vey & the Long Tide').name.startsWith(only('Ombrelle Vey').name)).toBe(true);
  expect(tracks.filter(({ artist_ids }) => artist_ids.length === 2).length).toBeGreaterThan(5);
  expect(tracks.filter(({ isrc }) => isrc === null).length).toBeGreaterThan(20);
  expect(features.filter(({ energy }) => energy === null).length).toBeGreaterThan(5);
  const silent = tracks.length - features.length - unmeasured.length;
  expect(silent).toBeGreaterThan(3);
});

test('playlists keep to a style, and the plays are days of listening, oldest first', () => {
  expect(playlists).toHaveLength(60);
  const styleOf = new Map(artists.map(({ id, genres }) => [id, genres[0]]));
  const byTrack = new Map(tracks.map((track) => [track.id, styleOf.get(track.artist_ids[0] ?? '')]));
  for (const [i, { track_ids }] of playlists.entries()) {
    expect(track_ids.length).toBeGreaterThanOrEqual(20);
    expect(track_ids.length).toBeLessThanOrEqual(40);
    expect(new Set(track_ids).size).toBe(track_ids.length);
    const own = track_ids.filter((id) => byTrack.get(id) === STYLES[i % STYLES.length]?.genres[0]);
    expect(own.length / track_ids.length).toBeGreaterThan(0.6);
  }
  const minutes = plays.map(({ minutesAgo }) => minutesAgo);
  expect(minutes).toEqual(minutes.toSorted((a, b) => b - a));
  expect(minutes[0]).toBeGreaterThan(5 * 24 * 60);
  expect(minutes.at(-1)).toBeGreaterThan(0);
  expect(plays.filter(({ track_id }) => !byTrack.has(track_id))).toEqual([]);
});
