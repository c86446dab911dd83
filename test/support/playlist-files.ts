/** A song of a playlist in a generated file. */
export interface Song {
  id: string | null;
  name?: string;
  artists?: { id?: string | null; name?: string }[] | null;
}

/** A playlist as a line of JSON lines; `more` are fields that stand beside. */
export const playlistLine = (
  playlist_id: string,
  songs: readonly (Song | null)[],
  more: object = {},
): string =>
  JSON.stringify({
    ...more,
    playlist_id,
    name: `Playlist ${playlist_id}`,
    tracks: songs.map((song) => song && { duration_s: 200, ...song }),
  });

/** So many songs of different names. */
export const songs = (count: number, first = 0): Song[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `t${first + i}`,
    name: `Song ${first + i}`,
    artists: [{ id: `a${i % 7}`, name: `Artist ${i % 7}` }, { name: 'Guest' }],
  }));

/** A track of a slice of the Million Playlist Dataset. */
export const sliceTrack = (pos: number, id: string, change: object = {}): object => ({
  pos,
  artist_name: `Artist of ${id}`,
  track_uri: `spotify:track:${id}`,
  artist_uri: `spotify:artist:of-${id}`,
  track_name: `Song ${id}`,
  album_uri: 'spotify:album:x',
  duration_ms: 1000,
  album_name: 'Album',
  ...change,
});

/** A slice as the Million Playlist Dataset has them. */
export const slice = (playlists: Readonly<Record<number, readonly object[]>>): string =>
  JSON.stringify(
    {
      info: { generated_on: '2017-12-03', slice: '0-999', version: 'v1' },
      playlists: Object.entries(playlists).map(([pid, tracks]) => ({
        name: `Playlist ${pid}`,
        collaborative: 'false',
        pid: Number(pid),
        modified_at: 1_493_424_000,
        num_tracks: tracks.length,
        tracks,
      })),
    },
    null,
    4,
  );
