import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ListedSong, PLAYLIST_FORMATS, writePlaylist } from '../../../core/playlist-formats.ts';
import type { Row } from '../../../core/tables.ts';
import { importFiles } from '../../support/import.ts';
import { type Machine, openMachine, TODAY } from '../../support/machine.ts';
import { playlistRows } from '../../support/playlists-in-lake.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SONGS: ListedSong[] = [
  { id: 't1', name: 'Rock & "Roll" <live>', artist: 'Tyler, The Creator' },
  { id: 't2', name: '봄날\u0001', artist: '방탄소년단' },
  { id: 't3', name: null, artist: null },
];
const AT = `${TODAY}T00:00:00Z`;

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

test('the CSV is read again by import, songs, names and order', async () => {
  const text = writePlaylist('csv', 'Mine', SONGS.slice(0, 2), AT);
  await importFiles(machine, { 'Mine.csv': text });
  expect(await playlistRows(machine, 'mine')).toMatchObject([
    {
      playlist_id: 'Mine',
      position: 0,
      track_id: 't1',
      name: 'Rock & "Roll" <live>',
      artist_name: 'Tyler, The Creator',
    },
    { playlist_id: 'Mine', position: 1, track_id: 't2', artist_name: '방탄소년단' },
  ]);
});

test('M3U8 has a title and a link for each song', () => {
  expect(writePlaylist('m3u8', 'My\nlist', SONGS, AT)).toBe(`#EXTM3U
#PLAYLIST:My list
#EXTINF:-1,Tyler, The Creator - Rock & "Roll" <live>
https://open.spotify.com/track/t1
#EXTINF:-1,방탄소년단 - 봄날\u0001
https://open.spotify.com/track/t2
#EXTINF:-1,t3
https://open.spotify.com/track/t3
`);
});

test('JSPF has lists of identifiers and locations, and nothing for what is not known', () => {
  expect(JSON.parse(writePlaylist('jspf', 'Mine', SONGS, AT))).toEqual({
    playlist: {
      title: 'Mine',
      date: AT,
      track: [
        {
          title: 'Rock & "Roll" <live>',
          creator: 'Tyler, The Creator',
          identifier: ['spotify:track:t1'],
          location: ['https://open.spotify.com/track/t1'],
        },
        expect.objectContaining({ creator: '방탄소년단' }),
        { identifier: ['spotify:track:t3'], location: ['https://open.spotify.com/track/t3'] },
      ],
    },
  });
});

test('XSPF escapes what XML reserves and leaves out what it cannot hold', () => {
  const text = writePlaylist('xspf', 'A & B', SONGS, AT);
  expect(text).toContain('<playlist version="1" xmlns="http://xspf.org/ns/0/">\n  <title>A &amp; B</title>');
  expect(text).toContain(
    '<track><location>https://open.spotify.com/track/t1</location><identifier>spotify:track:t1</identifier><title>Rock &amp; "Roll" &lt;live&gt;</title><creator>Tyler, The Creator</creator></track>',
  );
  expect(text).toContain('<title>봄날</title>');
});

describe('playlist export', () => {
  const run = (...given: string[]) =>
    spawnSync(
      process.execPath,
      [
        ...['--experimental-import-text', '--disable-warning=ExperimentalWarning', 'bin/soundalike.ts'],
        ...['playlist', 'export', '--data', machine.folder, ...given],
      ],
      { cwd: ROOT, encoding: 'utf8' },
    );

  test('writes the list that was recommended last, in the form of the ending', async () => {
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('try the sample (npm start)') });
    expect(run('--format', 'doc')).toMatchObject({ status: 2 });
    const row = (rank: number): Row<'recommendations'> => ({
      ...{ rank, id: `t${rank}`, name: `Song ${rank}`, artist_name: 'Ann', score: 1, method: 'sound' },
      ...{ nearness: 1, because_id: null, because_name: null, run: 'r' },
    });
    await machine.lake.write('recommendations', TODAY, [row(1), row(2)]);
    for (const format of PLAYLIST_FORMATS) {
      const output = join(machine.folder, `list.${format}`);
      const { status, stdout } = run('--output', output, '--json');
      expect([status, JSON.parse(stdout)]).toEqual([0, { file: output, format, date: TODAY, songs: 2 }]);
      expect(readFileSync(output, 'utf8')).toContain('Song 2');
    }
    expect(run().stdout).toContain('spotify:track:t1,Song 1,Ann,');
  }, 60_000);
});
