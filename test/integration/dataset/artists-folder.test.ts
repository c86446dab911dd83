import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readArtistsFolder } from '../../../adapters/dataset/artists-folder.ts';
import { pythonList } from '../../../adapters/dataset/python-list.ts';
import { CatalogueError } from '../../../core/errors.ts';

const REAL = join(import.meta.dirname, '../../../../shared/data/artists-20k');

const FILES = {
  'artist.csv': [
    'artist_id,artist_name,artist_genre,artist_popularity,artist_followers,artist_image,artist_homepage',
    `a1,"Ünö, ""Dos""","['pop', ""children's music""]",50,1000,https://images.example/1,https://example.com/a1`,
    'A1,다른,[],,,,',
    'a1,Second row of the same id,[],1,1,,',
  ],
  'track.csv': [
    'track_id,track_name,track_artist_id,track_album_id,track_number,track_popularity,track_explicit,track_homepage',
    't1,"Two\nlines",a1,b1,2,63,True,https://example.com/t1',
    't2,Of another,elsewhere,b1,,0,False,',
  ],
  'audio.csv': [
    'track_id,track_duration,danceability,energy,loudness,speechiness,acousticness,instrumentalness,liveness,valence,tempo,key,mode,time_signature',
    't1,157710,0.499,0.462,-5.308,0.0312,0.801,7.75e-06,0.0946,0.599,127.698,-1,1,0',
    't3,1000,,,,,,,,,,,,',
  ],
  'album.csv': [
    'album_id,album_name,album_release_date,album_total_tracks,album_artist_id,album_image,album_homepage',
    'b1,Eins,1999,12,a1,,',
  ],
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-dataset-'));
  for (const [name, lines] of Object.entries(FILES)) await put(name, lines.join('\r\n'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, content: string): Promise<void> =>
  writeFile(join(folder, name), `\ufeff${content}\n`);

test('a folder is read whole: BOM, quotes, lists, empty values, the first row of an id', async () => {
  expect(await readArtistsFolder(relative(process.cwd(), folder))).toEqual({
    name: folder,
    artists: [
      {
        id: 'a1',
        name: 'Ünö, "Dos"',
        genres: ['pop', "children's music"],
        popularity: 50,
        followers: 1000,
        image_url: 'https://images.example/1',
        url: 'https://example.com/a1',
      },
      { id: 'A1', name: '다른', genres: [], popularity: null, followers: null, image_url: null, url: null },
    ],
    albums: [
      { id: 'b1', name: 'Eins', release_date: '1999', total_tracks: 12, artist_id: 'a1', image_url: null },
    ],
    tracks: [
      {
        id: 't1',
        name: 'Two\nlines',
        artist_ids: ['a1'],
        popularity: 63,
        duration_ms: 157_710,
        isrc: null,
        explicit: true,
        album_id: 'b1',
        track_number: 2,
        url: 'https://example.com/t1',
      },
      {
        id: 't2',
        name: 'Of another',
        artist_ids: ['elsewhere'],
        popularity: 0,
        duration_ms: null,
        isrc: null,
        explicit: false,
        album_id: 'b1',
        track_number: null,
        url: null,
      },
    ],
    features: [
      expect.objectContaining({ id: 't1', danceability: 0.499, instrumentalness: 7.75e-6, key: -1, mode: 1 }),
      expect.objectContaining({ id: 't3', duration_ms: 1000, energy: null, key: null }),
    ],
    playlists: [],
    plays: [],
  });
});

test('albums may be missing: then there are some of twelve tracks', async () => {
  await rm(join(folder, 'album.csv'));
  const more = Array.from({ length: 13 }, (_, i) => `more${i},Name,a1,,,0,False,`);
  await put('track.csv', [...FILES['track.csv'], ...more].join('\r\n'));
  const { albums, tracks } = await readArtistsFolder(folder);
  const made = { release_date: '2000', image_url: null };
  expect(albums).toEqual([
    { ...made, id: 't1', name: 'Album 1', total_tracks: 12, artist_id: 'a1' },
    { ...made, id: 'more11', name: 'Album 2', total_tracks: 2, artist_id: 'a1' },
    { ...made, id: 't2', name: 'Album 1', total_tracks: 1, artist_id: 'elsewhere' },
  ]);
  const places = tracks.slice(-3).map(({ id, album_id, track_number }) => [id, album_id, track_number]);
  expect(places).toEqual([
    ['more10', 't1', 12],
    ['more11', 'more11', 1],
    ['more12', 'more11', 2],
  ]);
});

test.each(['artist.csv', 'track.csv', 'audio.csv'])(
  'without %s it is refused, naming the file',
  async (name) => {
    await rm(join(folder, name));
    const error = await readArtistsFolder(folder).catch((caught) => caught);
    expect(error).toBeInstanceOf(CatalogueError);
    expect(error.message).toBe(`${join(folder, name)}: there is no such file`);
    expect(error.hint).toMatch(/^expected is a CSV file with the columns (artist|track)_id, /);
  },
);

test.each([
  [
    'audio.csv',
    'track_id,energy\nt1,0.5',
    'audio.csv: column danceability, key, loudness, mode, .* is missing',
  ],
  ['track.csv', '', 'track.csv: column track_id, .* is missing'],
  [
    'artist.csv',
    'artist_id,artist_name,artist_genre\na1,Uno,pop',
    `artist.csv, row 2, column artist_genre: expected a list \\['a', 'b'\\], got "pop"`,
  ],
  [
    'track.csv',
    'track_id,track_name,track_artist_id,track_popularity\nt1,x,a1,5\nt2,y,a1,high',
    'track.csv, row 3, column track_popularity: expected a number, got "high"',
  ],
  [
    'track.csv',
    'track_id,track_name,track_artist_id,track_popularity\nt1,x,,5',
    'track.csv, row 2, column track_artist_id: expected a value, got ""',
  ],
  [
    'track.csv',
    'track_id,track_name,track_artist_id,track_popularity\nt1,x,a1,5.5',
    'expected a whole number, got "5.5"',
  ],
  ['artist.csv', 'artist_id,artist_name,artist_genre\na1,"Uno', 'artist.csv: Quote Not Closed'],
  ['artist.csv', 'artist_id,artist_name,artist_genre\na1', 'artist.csv: Invalid Record Length'],
])('%s with %j is refused', async (name, content, message) => {
  await put(name, content);
  await expect(readArtistsFolder(folder)).rejects.toThrow(new RegExp(message));
  await expect(readArtistsFolder(folder)).rejects.toThrow(CatalogueError);
});

test.each([
  ['[]', []],
  [`['a', "b's", 'c\\'d', 'caf\\xe9']`, ['a', "b's", "c'd", 'café']],
  ["[ 'a' , ]", ['a']],
  ["['a' 'b']", undefined],
  ["['a'", undefined],
  ['nan', undefined],
])('the Python list %s', (text, list) => {
  expect(pythonList(text)).toEqual(list);
});

if (!existsSync(REAL)) console.log('skipped: there is no ../shared/data/artists-20k');
const withRealData = existsSync(REAL) ? test : test.skip;

withRealData('artists-20k: 302 artists, 285 of them with tracks', async () => {
  const { artists, tracks, features, albums } = await readArtistsFolder(REAL);
  expect([artists.length, tracks.length, features.length, albums.length]).toEqual([
    302, 20_082, 20_081, 1603,
  ]);
  const withTracks = new Set(tracks.flatMap(({ artist_ids }) => artist_ids));
  expect(withTracks.size).toBe(459);
  expect(artists.filter(({ id }) => withTracks.has(id))).toHaveLength(285);
});

withRealData('artists-20k with a file taken out is refused', async () => {
  await cp(REAL, folder, { recursive: true });
  await rm(join(folder, 'audio.csv'));
  await expect(readArtistsFolder(folder)).rejects.toThrow('audio.csv: there is no such file');
});
