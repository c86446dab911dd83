import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportResult } from '../../../core/events.ts';
import type { Row } from '../../../core/tables.ts';
import { importDataset } from '../../../lambdas/importer/import.ts';
import { FEATURE_COLUMNS, featureValues, importDeps, importFiles } from '../../support/import.ts';
import { type Machine, openMachine, TODAY } from '../../support/machine.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const imported = (files: Record<string, string>): Promise<ImportResult> => importFiles(machine, files);

const tracks = async (): Promise<Row<'top_tracks'>[]> => (await machine.lake.read('top_tracks', TODAY)) ?? [];
const artists = async (): Promise<Row<'artists'>[]> => (await machine.lake.read('artists', TODAY)) ?? [];
const nameId = (folded: string) => `name:${createHash('sha256').update(folded).digest('hex').slice(0, 32)}`;

const FEATURES = FEATURE_COLUMNS;
const values = featureValues;

test('artists-20k: artists that occur only in the tracks have their id as name', async () => {
  const result = await imported({
    'artist.csv': `\ufeffartist_id,artist_name,artist_genre,artist_popularity,artist_followers,artist_image,artist_homepage\r\na1,Ärtist,"['pop', ""b's""]",7,12,img,home\r\n`,
    'track.csv':
      'track_id,track_name,track_artist_id,track_popularity\nt1,One,a1,5\nt2,Two,a1,9\nt3,Three,a2,1\n',
    'audio.csv': `track_id,track_duration,${FEATURES},time_signature\nt1,1000,${values(0.1)},4\nt2,2000,${values(0.2)},0\nt9,3000,${values(0.3)},3\n`,
    'album.csv': 'album_id,album_name\nx,y\n',
  });
  expect(result).toMatchObject({ artists: 2, tracks: 3, features: 3, rejectedCount: 0 });
  expect(result.files.map(({ layout, rows }) => [layout, rows])).toEqual([
    ['artists', 1],
    ['tracks', 3],
    ['audio-features', 3],
    ['albums', 1],
  ]);
  expect(await artists()).toMatchObject([
    {
      id: 'a1',
      name: 'Ärtist',
      url: 'home',
      image_url: 'img',
      genres: ['pop', "b's"],
      followers: 12,
      popularity: 7,
    },
    { id: 'a2', name: 'a2', genres: [] },
  ]);
  expect(await tracks()).toMatchObject([
    { artist_id: 'a1', id: 't1', rank: 2, duration_ms: 1000, source: 'dataset:track.csv' },
    { artist_id: 'a1', id: 't2', rank: 1, duration_ms: 2000 },
    { artist_id: 'a2', id: 't3', rank: 1, duration_ms: null },
  ]);
  expect((await machine.lake.read('audio_features', TODAY))?.[1]).toEqual({
    id: 't2',
    danceability: 0.2,
    energy: 0.5,
    key: 1,
    loudness: -7.5,
    mode: 1,
    speechiness: 0.04,
    acousticness: 0.1,
    instrumentalness: 0,
    liveness: 0.2,
    valence: 0.6,
    tempo: 120.5,
    time_signature: 0,
    duration_ms: 2000,
    source: 'dataset:audio.csv',
  });
});

test('30,000 songs: artists get an id of their folded name, and doubled tracks count once', async () => {
  const header = `track_id,track_name,track_artist,track_popularity,track_album_id,playlist_genre,${FEATURES},duration_ms`;
  const result = await imported({
    'songs.csv': `${header}\nt1,"Line\nbreak", ＢＬＵＲ ,50,al,pop,${values('2.33e-05')},1000\nt1,Again,Blur,50,al,rock,${values(0.9)},1000\nt2,Two,blur,50,al,pop,${values('')},2000\n`,
  });
  expect(result).toMatchObject({
    artists: 1,
    tracks: 2,
    features: 2,
    files: [{ layout: 'songs-30k', rows: 3 }],
  });
  expect(await artists()).toMatchObject([{ id: nameId('blur'), name: 'ＢＬＵＲ', url: null }]);
  expect(await tracks()).toMatchObject([
    { id: 't1', name: 'Line\nbreak', rank: 1 },
    { id: 't2', rank: 2 },
  ]);
  const features = await machine.lake.read('audio_features', TODAY);
  expect(features?.map(({ danceability }) => danceability)).toEqual([2.33e-5, null]);
});

test('Kaggle 114k: artists joined by semicolons, one of them with a bracket', async () => {
  const result = await imported({
    'dataset.csv': `,track_id,artists,album_name,track_name,popularity,duration_ms,explicit,${FEATURES},time_signature,track_genre\n0,t1,[:SITD:];Blur,Al,One,3,1000,False,${values(0.1)},4,industrial\n1,t1,[:SITD:];Blur,Al,One,3,1000,False,${values(0.1)},4,ebm\n`,
  });
  expect(result).toMatchObject({ artists: 2, tracks: 1, features: 1, files: [{ layout: 'kaggle-114k' }] });
  expect((await artists()).map(({ name }) => name).sort()).toEqual(['Blur', '[:SITD:]']);
});

test('Kaggle 160k: names alone, as a Python list', async () => {
  const result = await imported({
    'data.csv': `id,name,popularity,artists,${FEATURES},duration_ms,year\nt1,One,3,"['Ol\\'  Dirty', ""D'Angelo""]",${values(0.1)},1000,1999\n`,
  });
  expect(result).toMatchObject({ artists: 2, tracks: 1, files: [{ layout: 'kaggle-160k' }] });
  expect((await artists()).map(({ name }) => name).sort()).toEqual(["D'Angelo", "Ol'  Dirty"]);
});

test('Kaggle 600k: ids with the names beside them; the table of artists knows more', async () => {
  const result = await imported({
    'tracks.csv': `id,name,popularity,duration_ms,explicit,artists,id_artists,release_date,${FEATURES},time_signature\nt1,One,3,1000,0,"['Ann', 'Bob']","['a1', 'a2']",1999,${values(0.1)},4\n`,
    'artists.csv': `id,followers,genres,name,popularity\na1,12.0,"['folk']",Ann B.,44\n`,
  });
  expect(result).toMatchObject({
    artists: 2,
    tracks: 1,
    files: [{ layout: 'kaggle-600k' }, { layout: 'artists' }],
  });
  expect(await artists()).toMatchObject([
    { id: 'a1', name: 'Ann B.', genres: ['folk'], followers: 12, popularity: 44 },
    { id: 'a2', name: 'Bob', genres: [], followers: null },
  ]);
});

test('Kaggle 1.2M: no popularity, so tracks are ranked by id', async () => {
  const result = await imported({
    'tracks_features.csv': `id,name,album,album_id,artists,artist_ids,track_number,${FEATURES},duration_ms,time_signature\nt2,Two,Al,al,['Ann'],['4Z8W4fKeB5YxbusRsdQVPb'],1,${values(0.1)},1000,4.0\nt1,One,Al,al,['Ann'],['4Z8W4fKeB5YxbusRsdQVPb'],1,${values(0.1)},1000,4.0\n`,
  });
  expect(result).toMatchObject({ artists: 1, tracks: 2, files: [{ layout: 'kaggle-1.2m' }] });
  expect(await artists()).toMatchObject([
    { name: 'Ann', url: 'https://open.spotify.com/artist/4Z8W4fKeB5YxbusRsdQVPb' },
  ]);
  expect((await tracks()).map(({ id, rank }) => [id, rank])).toEqual([
    ['t1', 1],
    ['t2', 2],
  ]);
});

test('a plain table of audio features may tell name and popularity of its tracks', async () => {
  await imported({
    'audio_features.csv': `track_id,name,popularity,${FEATURES}\nt1,One,3,${values(0.1)}\nt2,Two,9,${values(0.2)}\n`,
    'mapping.csv': 'artist_id,track_id\na1,t1\na1,t2\na1,t3\n',
  });
  expect(await tracks()).toMatchObject([
    { id: 't1', name: 'One', rank: 2 },
    { id: 't2', name: 'Two', rank: 1 },
    { id: 't3', name: null, popularity: null, rank: 3 },
  ]);
});

test('three plain tables that map many to many, found by their headers in a folder', async () => {
  const folder = join(machine.folder, 'plain');
  await mkdir(folder);
  await writeFile(join(folder, 'a.csv'), 'id;name\na1;Ann\na2;Bob\n');
  await writeFile(
    join(folder, 'b.csv'),
    `id|${FEATURES.replaceAll(',', '|')}\nt1|${values(0.1).replaceAll(',', '|')}\n`,
  );
  await writeFile(join(folder, 'c.tsv'), 'artist_id\ttrack_id\na1\tt1\na2\tt1\na2\tt2\n');
  await writeFile(join(folder, 'readme.txt'), 'nothing to see');
  const said: string[] = [];
  const deps = { ...importDeps(machine), say: (line: string) => said.push(line) };
  const result = await importDataset(deps, { paths: [folder] });
  expect(result).toMatchObject({ artists: 2, tracks: 2, features: 1 });
  expect(result.files.map(({ layout }) => layout)).toEqual(['artists', 'audio-features', 'artist-tracks']);
  expect(said).toEqual([`Left out ${join(folder, 'readme.txt')}: its layout is not known.`]);
});
