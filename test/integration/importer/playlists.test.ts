import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { followedInLibrary } from '../../../adapters/dataset/library.ts';
import { DatasetError } from '../../../core/errors.ts';
import { importDataset } from '../../../lambdas/importer/import.ts';
import { FEATURE_COLUMNS, featureValues, importDeps, importFiles } from '../../support/import.ts';
import { type Machine, openMachine, TODAY } from '../../support/machine.ts';
import { playlistLine, slice, sliceTrack, songs } from '../../support/playlist-files.ts';
import { playlistRows, playlistsFile, playlistTracks } from '../../support/playlists-in-lake.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const fileOf = (dataset: string): Promise<Buffer> => playlistsFile(machine, dataset);
const datasets = (): Promise<string[]> => machine.lake.days('playlists');
const tracksOf = (dataset: string): Promise<Record<string, string[]>> => playlistTracks(machine, dataset);
const rows = (dataset: string) => playlistRows(machine, dataset);

const failed = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('nothing failed'),
    (error: Error) => error,
  );

const lines = (...all: string[]): string => `${all.join('\n')}\n`;

describe('JSON lines', () => {
  test('names in every script, unknown fields, a BOM, CRLF and blank lines', async () => {
    const hangul = [
      { id: 't2', name: '봄날', artists: [{ id: 'a2', name: '방탄소년단' }], more: { x: [1] } },
      { id: 't1', name: '💥, "quoted"\n', artists: [{ id: 'a1', name: 'Ärtist, the' }, { name: 'Guest' }] },
    ];
    const text = `\ufeff${playlistLine('p2', hangul, { followers: 3, tags: ['x'] })}\r\n\r\n${playlistLine('p10', songs(1))}`;
    const result = await importFiles(machine, { 'my playlists.jsonl': text });
    expect(result).toMatchObject({
      date: TODAY,
      files: [{ layout: 'playlists-jsonl', rows: 2 }],
      ...{ artists: 0, tracks: 0, features: 0, playlists: 2, entries: 3, notSongs: 0, rejectedCount: 0 },
      datasets: [{ name: 'my-playlists', playlists: 2, entries: 3 }],
    });
    const [first, ...others] = await rows('my-playlists');
    expect(first).toMatchObject({ playlist_id: 'p10', position: 0, track_id: 't0' });
    expect(others).toEqual([
      ...[{ playlist_id: 'p2', position: 0, track_id: 't2', name: '봄날', artist_id: 'a2' }].map((row) => ({
        ...row,
        artist_name: '방탄소년단',
      })),
      {
        ...{ playlist_id: 'p2', position: 1, track_id: 't1', name: '💥, "quoted"\n' },
        ...{ artist_id: 'a1', artist_name: 'Ärtist, the' },
      },
    ]);
    expect(await machine.lake.read('playlists', 'my-playlists')).toEqual([first, ...others]);
  });

  test('what is no song is left out and counted, and what is not known is null', async () => {
    const odd = [
      { id: null, name: 'A local file' },
      { id: 't1', name: '', artists: [] },
      null,
      { id: 'spotify:local:x:y:z:1' },
      { id: 'spotify:track:t2', artists: [{ id: null, name: 'Somebody' }] },
      { id: 'spotify:episode:e1' },
      { id: 't3', artists: null },
    ];
    expect(await importFiles(machine, { 'a.jsonl': playlistLine('p', odd) })).toMatchObject({
      ...{ playlists: 1, entries: 3, notSongs: 4, rejectedCount: 0 },
    });
    const nothing = { name: null, artist_id: null, artist_name: null };
    expect(await rows('a')).toEqual([
      { playlist_id: 'p', position: 0, track_id: 't1', ...nothing },
      { playlist_id: 'p', position: 1, track_id: 't2', ...nothing, artist_name: 'Somebody' },
      { playlist_id: 'p', position: 2, track_id: 't3', ...nothing },
    ]);
  });

  test('of a doubled playlist the first with a song counts; a song may stand twice in one', async () => {
    const text = lines(
      playlistLine('p', []),
      playlistLine('p', [...songs(2), ...songs(1)]),
      playlistLine('empty', []),
      playlistLine('q', songs(1, 5)),
      playlistLine('p', songs(3, 90)),
    );
    const result = await importFiles(machine, { 'a.jsonl': text });
    expect(result).toMatchObject({ files: [{ rows: 5 }], playlists: 2, entries: 4 });
    expect(await tracksOf('a')).toEqual({ p: ['t0', 't1', 't0'], q: ['t5'] });
  });

  const good = (n: number): string[] => Array.from({ length: n }, (_, i) => playlistLine(`p${i}`, songs(2)));

  test.each([
    [
      'cut in the middle',
      playlistLine('x', songs(9)).slice(0, 300),
      'expected a playlist as JSON, got what is no JSON or breaks off',
    ],
    ['something else', '[1, 2]', 'the playlist: Invalid input: expected object, received array; got [1,2]'],
    [
      'an id with a space',
      playlistLine('a b', []),
      'the playlist, field playlist_id: expected an id of 1 to 64 ASCII characters without spaces; got "a b"',
    ],
    [
      'no songs',
      '{"playlist_id": "x"}',
      'the playlist, field tracks: Invalid input: expected array, received undefined; got nothing',
    ],
    [
      'a song of another kind',
      '{"playlist_id": "x", "tracks": [{"id": "t1"}, 7]}',
      'track 2: Invalid input: expected object, received number; got 7',
    ],
    [
      'a link in the place of an id',
      playlistLine('x', [{ id: 'https://open.spotify.com/track/1' }]),
      'track 1, its id: expected an id or spotify:track: and an id; got "https://open.spotify.com/track/1"',
    ],
    [
      'a name that is none',
      playlistLine('x', [{ id: 't1', name: 'x'.repeat(10_001) }]),
      'track 1, field name: Too big: expected string to have <=10000 characters',
    ],
    ['a huge line', 'x'.repeat((32 << 20) + 1), 'expected a line of at most 33554432 bytes, got more'],
  ])('%s is rejected by its line', async (_, line, reason) => {
    const result = await importFiles(machine, { 'a.jsonl': lines(...good(30), line, ...good(1)) });
    expect(result.rejectedCount).toBe(1);
    expect(result.rejected).toEqual([{ file: 'a.jsonl', line: 31, reason: expect.stringContaining(reason) }]);
    expect(result.playlists).toBeGreaterThanOrEqual(30);
  });

  test('more than 5 % of playlists, or of songs, that cannot be read leave all as it was', async () => {
    await importFiles(machine, { 'a.jsonl': lines(...good(19), '{') });
    const before = await fileOf('a');
    const error = await failed(importFiles(machine, { 'a.jsonl': lines(...good(18), '{') }));
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.message).toContain('expected at least 95 % of the rows');
    expect(error.message).toContain('got 18 of 19; line 19: expected a playlist as JSON');
    const bad = songs(19).map((song, i) => (i === 7 ? { ...song, id: 'a b' } : song));
    const other = await failed(importFiles(machine, { 'a.jsonl': playlistLine('p', bad) }));
    expect(other.message).toMatch(
      /95 % of the entries of .*a\.jsonl to be readable, got 18 of 19; line 1: track 8/,
    );
    expect(await importFiles(machine, { 'b.jsonl': playlistLine('p', [...bad, ...songs(1)]) })).toMatchObject(
      {
        ...{ playlists: 1, entries: 19, rejectedCount: 1 },
      },
    );
    expect(await fileOf('a')).toEqual(before);
    expect(readdirSync(machine.folder)).not.toContain('import');
  });
});

describe('slices of the Million Playlist Dataset', () => {
  test('are one dataset, whatever their number, their folder and the order of their positions', async () => {
    const folder = join(machine.folder, 'data');
    await mkdir(folder);
    const [t0, t1, t2] = [sliceTrack(0, 't0'), sliceTrack(1, 't1'), sliceTrack(2, 't2')];
    await writeFile(join(folder, 'mpd.slice.0-999.json'), slice({ 9: [t2, t0, t1], 10: [t0] }));
    await writeFile(join(folder, 'mpd.slice.1000-1999.json'), slice({ 1000: [t1], 1001: [] }));
    const result = await importDataset(importDeps(machine), { paths: [folder] });
    expect(result).toMatchObject({
      ...{ playlists: 3, entries: 5, rejectedCount: 0 },
      datasets: [{ name: 'mpd', playlists: 3, entries: 5 }],
    });
    expect(result.files.map(({ layout, rows }) => [layout, rows])).toEqual([
      ['mpd', 2],
      ['mpd', 2],
    ]);
    expect(await tracksOf('mpd')).toEqual({ 9: ['t0', 't1', 't2'], 10: ['t0'], 1000: ['t1'] });
    expect((await rows('mpd'))[0]).toEqual({
      ...{ playlist_id: '10', position: 0, track_id: 't0', name: 'Song t0' },
      ...{ artist_id: 'of-t0', artist_name: 'Artist of t0' },
    });
  });

  test('positions that are doubled or have holes are counted anew; local files and episodes are left out', async () => {
    const tracks = [
      sliceTrack(7, 't7'),
      sliceTrack(3, 'first'),
      sliceTrack(3, 'second'),
      sliceTrack(5, 'x', { track_uri: 'spotify:local:a:b:c:1' }),
      sliceTrack(6, 'x', { track_uri: 'spotify:episode:x' }),
      sliceTrack(9, 't9', { artist_uri: 'spotify:local:x', artist_name: '' }),
    ];
    expect(await importFiles(machine, { 'mpd.slice.0-999.json': slice({ 1: tracks }) })).toMatchObject({
      ...{ entries: 4, notSongs: 2, rejectedCount: 0 },
    });
    expect(await tracksOf('mpd')).toEqual({ 1: ['first', 'second', 't7', 't9'] });
    expect((await rows('mpd'))[3]).toMatchObject({ artist_id: null, artist_name: null });
  });

  test('one of another name is known by its content, and has its own dataset', async () => {
    await importFiles(machine, { 'challenge_set.json': slice({ 1: [sliceTrack(0, 't')] }) });
    expect(await datasets()).toEqual(['challenge-set']);
  });

  test('one that breaks off fails the import, and names the file', async () => {
    const whole = slice({ 1: [sliceTrack(0, 't0')] });
    await importFiles(machine, { 'mpd.slice.0-999.json': whole });
    for (const text of [whole.slice(0, -40), '{"info": {}}', '{"playlists": {}}']) {
      const error = await failed(
        importFiles(machine, { 'mpd.slice.0-999.json': whole, 'mpd.slice.1000-1999.json': text }),
      );
      expect(error).toBeInstanceOf(DatasetError);
      expect(error.message).toContain('mpd.slice.1000-1999.json to be a slice of playlists');
    }
    expect(await tracksOf('mpd')).toEqual({ 1: ['t0'] });
  });
});

describe('the 30,000 songs', () => {
  const header = `track_id,track_name,track_artist,playlist_name,playlist_id,${FEATURE_COLUMNS}`;
  const song = (id: string, playlist: string) =>
    `${id},Song ${id}, Ann ,A list,${playlist},${featureValues(0.5)}`;
  const text = lines(
    header,
    song('t2', 'p2'),
    song('t1', 'p1'),
    song('t3', 'p2'),
    song('t2', 'p1'),
    song('t4', ''),
  );

  test('its playlists go to the lake beside the day, in the order of the file', async () => {
    const result = await importFiles(machine, { 'spotify_songs.csv': text });
    expect(result).toMatchObject({
      ...{ artists: 1, tracks: 4, features: 4, playlists: 2, entries: 4, rejectedCount: 0 },
      datasets: [{ name: 'spotify-songs', playlists: 2, entries: 4 }],
    });
    expect(await tracksOf('spotify-songs')).toEqual({ p1: ['t1', 't2'], p2: ['t2', 't3'] });
    expect((await rows('spotify-songs'))[0]).toEqual({
      ...{ playlist_id: 'p1', position: 0, track_id: 't1', name: 'Song t1' },
      ...{ artist_id: null, artist_name: 'Ann' },
    });
    expect(await machine.lake.read('top_tracks', TODAY)).toHaveLength(4);
  });

  test('the same file in two folders counts once', async () => {
    const paths = ['a', 'b'].map((folder) => join(machine.folder, folder, 'songs.csv'));
    for (const path of paths) {
      await mkdir(dirname(path));
      await writeFile(path, text);
    }
    const result = await importDataset(importDeps(machine), { paths });
    expect(result.datasets).toEqual([{ name: 'songs', playlists: 2, entries: 4 }]);
  });

  test('a name may stand for the id, and without either there are none', async () => {
    await importFiles(machine, { 'named.csv': text.replaceAll('playlist_id', 'playlist_genre') });
    expect(await tracksOf('named')).toEqual({ 'A list': ['t2', 't1', 't3', 't2', 't4'] });
    const bare = text.replaceAll('playlist_id', 'playlist_genre').replaceAll('playlist_name', 'album');
    expect(await importFiles(machine, { 'songs.csv': bare })).toMatchObject({ tracks: 4, datasets: [] });
    expect(await datasets()).toEqual(['named']);
  });

  test('together with a file of playlists, both are imported', async () => {
    const files = { 'songs.csv': text, 'mine.jsonl': playlistLine('p', songs(2)) };
    expect(await importFiles(machine, files)).toMatchObject({
      ...{ tracks: 4, playlists: 3, entries: 6 },
      datasets: [{ name: 'songs' }, { name: 'mine' }],
    });
    expect((await machine.runs.ofDay(TODAY)).map(({ kind, status }) => [kind, status])).toEqual([
      ['import', 'done'],
    ]);
  });
});

test('JSON of another kind is none, and a long first line with its id at the end is one', async () => {
  const payments = JSON.stringify({ tracks: [], payments: [{ amount: 1 }] }, null, 2);
  const error = await failed(importFiles(machine, { 'Payments.json': payments }));
  expect(error).toBeInstanceOf(DatasetError);
  expect(error).toMatchObject({ hint: expect.stringContaining('mpd ({"playlists": [{"pid"') });
  const { tracks } = JSON.parse(playlistLine('p', songs(2000))) as { tracks: unknown[] };
  const result = await importFiles(machine, { 'long.ndjson': JSON.stringify({ tracks, playlist_id: 'p' }) });
  expect(result).toMatchObject({ files: [{ layout: 'playlists-jsonl' }], entries: 2000 });
});

describe('a privacy export', () => {
  const item = (name: string, id: string | null) => ({
    track: id && { trackName: name, artistName: 'Ann', albumName: 'Al', trackUri: `spotify:track:${id}` },
    episode: null,
    localTrack: null,
  });

  test('Playlist1.json: playlists by their names, of which two may be one', async () => {
    const playlists = [
      { name: 'Evenings', items: [item('Two', 't2'), item('A show', null), item('One', 't1')] },
      { name: 'Evenings', items: [item('Three', 't3')] },
    ];
    expect(await importFiles(machine, { 'Playlist1.json': JSON.stringify({ playlists }) })).toMatchObject({
      files: [{ layout: 'spotify-playlists', rows: 2 }],
      playlists: 2,
      entries: 3,
      notSongs: 1,
    });
    expect(await tracksOf('playlist1')).toEqual({ Evenings: ['t2', 't1'], 'Evenings (2)': ['t3'] });
  });

  test('YourLibrary.json: liked songs are a playlist, and its artists can be followed', async () => {
    const library = {
      tracks: [{ artist: 'Ann', album: 'Al', track: 'One', uri: 'spotify:track:t1' }],
      artists: [{ name: 'Ann', uri: 'spotify:artist:a1' }],
    };
    expect(
      await importFiles(machine, { 'YourLibrary.json': JSON.stringify(library, null, 1) }),
    ).toMatchObject({
      files: [{ layout: 'spotify-library' }],
      datasets: [{ name: 'yourlibrary', playlists: 1, entries: 1 }],
    });
    expect(await tracksOf('yourlibrary')).toEqual({ 'Liked Songs': ['t1'] });
    expect(await followedInLibrary(join(machine.folder, 'YourLibrary.json'))).toEqual(['a1']);
    await writeFile(join(machine.folder, 'other.json'), '{}');
    await expect(followedInLibrary(join(machine.folder, 'other.json'))).rejects.toThrow(
      'to be YourLibrary.json of a privacy export',
    );
  });
});
