/** A song of a playlist that is written. */
export interface ListedSong {
  /** Spotify's. */
  id: string;
  name: string | null;
  artist: string | null;
}

/** The forms in which a playlist can be written. */
export const PLAYLIST_FORMATS = ['csv', 'm3u8', 'jspf', 'xspf'] as const;
export type PlaylistFormat = (typeof PLAYLIST_FORMATS)[number];

/**
 * Writes a playlist as CSV in Exportify's layout, M3U8, JSPF or XSPF (https://www.xspf.org), which players and transfer
 * services read without Spotify. `at` is when the songs were chosen, ISO 8601; `import` reads the CSV again.
 */
export function writePlaylist(
  format: PlaylistFormat,
  name: string,
  songs: readonly ListedSong[],
  at: string,
): string {
  return WRITERS[format](name, songs, at);
}

const WRITERS: Record<PlaylistFormat, (name: string, songs: readonly ListedSong[], at: string) => string> = {
  csv: (_, songs, at) =>
    [
      ['Track URI', 'Track Name', 'Artist Name(s)', 'Added At'],
      ...songs.map((song) => [uriOf(song), song.name ?? '', song.artist ?? '', at]),
    ]
      .map((values) => `${values.map(csvField).join(',')}\n`)
      .join(''),
  m3u8: (name, songs) =>
    [
      '#EXTM3U',
      `#PLAYLIST:${oneLine(name)}`,
      ...songs.flatMap((song) => [`#EXTINF:-1,${oneLine(titleOf(song))}`, linkOf(song)]),
      '',
    ].join('\n'),
  jspf: (title, songs, date) => {
    const track = songs.map((song) => ({
      title: song.name ?? undefined,
      creator: song.artist ?? undefined,
      identifier: [uriOf(song)],
      location: [linkOf(song)],
    }));
    return `${JSON.stringify({ playlist: { title, date, track } }, null, 2)}\n`;
  },
  xspf: (name, songs, at) =>
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<playlist version="1" xmlns="http://xspf.org/ns/0/">',
      `  ${element('title', name)}`,
      `  ${element('date', at)}`,
      '  <trackList>',
      ...songs.map((song) =>
        [
          '    <track>',
          element('location', linkOf(song)),
          element('identifier', uriOf(song)),
          song.name === null ? '' : element('title', song.name),
          song.artist === null ? '' : element('creator', song.artist),
          '</track>',
        ].join(''),
      ),
      '  </trackList>',
      '</playlist>',
      '',
    ].join('\n'),
};

const uriOf = ({ id }: ListedSong): string => `spotify:track:${id}`;
const linkOf = ({ id }: ListedSong): string => `https://open.spotify.com/track/${encodeURIComponent(id)}`;
const titleOf = ({ id, name, artist }: ListedSong): string =>
  [artist, name].filter((text) => text !== null).join(' - ') || id;
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const csvField = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** What XML 1.0 cannot hold is left out. */
const element = (tag: string, text: string): string => {
  const held = text.toWellFormed().replace(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, '');
  return `<${tag}>${held.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</${tag}>`;
};
