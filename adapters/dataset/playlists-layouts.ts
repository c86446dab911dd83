import * as z from 'zod';
import { DatasetError, InvalidInputError } from '../../core/errors.ts';
import { parseInput } from '../../core/events.ts';
import { isId } from './csv-row.ts';
import { textLines } from './playlists-lines.ts';
import { isSlice } from './playlists-name.ts';
import { contentOf } from './table-bytes.ts';

/** A song at its place in a playlist. */
export interface PlaylistEntry {
  track_id: string;
  name: string | null;
  /** The first artist's. */
  artist_id: string | null;
  artist_name: string | null;
}

/** A playlist of a file. */
export interface DatasetPlaylist {
  id: string;
  /** In order. */
  entries: PlaylistEntry[];
  /** How many others are no songs of Spotify's: local files, episodes, songs without an id. */
  notSongs: number;
  /** Why others cannot be read. */
  unreadable: string[];
}

/** A playlist that could be read, or why not. `line` counts the playlists where they do not stand in lines, from 1. */
export type ReadPlaylist = { line: number; bytes: number } & (
  | { playlist: DatasetPlaylist }
  | { reason: string }
);

/** A file, gzipped or not. */
interface PackedFile {
  path: string;
  isPacked: boolean;
}

/** A kind of file with playlists, recognised by its beginning or its name. */
export interface PlaylistsLayout {
  name: string;
  /** What it looks like, for the message that lists the layouts. */
  looks: string;
  /** Whether a file with this beginning is one. */
  matches: (path: string, head: string) => boolean;
  /** The playlists of a file, in order. Throws `DatasetError` where nothing of it can be read. */
  read: (file: PackedFile) => AsyncGenerator<ReadPlaylist>;
}

/** Slices have 33 MB; what is parsed as one must fit into memory several times over. */
const LARGEST_SLICE = 256 << 20;
/** A playlist holds 11,000 songs at most, which is some megabytes. */
const LONGEST_LINE = 32 << 20;

/** Every layout of playlists. */
export const PLAYLISTS_LAYOUTS: readonly PlaylistsLayout[] = [
  {
    name: 'mpd',
    looks: '{"playlists": [{"pid", "tracks": [{"pos", "track_uri", …}]}]}',
    matches: (path, head) =>
      isSlice(path) || (/"playlists"\s*:\s*\[/.test(head) && /"tracks"\s*:\s*\[/.test(head)),
    read: readSlice,
  },
  {
    name: 'playlists-jsonl',
    looks: 'a line each: {"playlist_id", "tracks": [{"id", "name", "artists": [{"id", "name"}]}]}',
    matches: (path, head) =>
      /"playlist_id"\s*:/.test(head) || (/\.(jsonl|ndjson)$/i.test(path) && /"tracks"\s*:/.test(head)),
    read: readLines,
  },
  {
    name: 'spotify-playlists',
    looks: 'Playlist1.json of a privacy export: {"playlists": [{"name", "items": [{"track", …}]}]}',
    matches: (_, head) => /"playlists"\s*:\s*\[/.test(head) && /"items"\s*:\s*\[/.test(head),
    read: readOwnPlaylists,
  },
  {
    name: 'spotify-library',
    looks: 'YourLibrary.json of a privacy export: {"tracks": [{"artist", "track", "uri"}], …}',
    matches: (_, head) => /"tracks"\s*:\s*\[\s*\{\s*"artist"\s*:/.test(head),
    read: readLikedSongs,
  },
];

/** The layout of a file with playlists, by its beginning; undefined where it is none. */
export const playlistsLayoutOf = (path: string, head: string): PlaylistsLayout | undefined =>
  head.trimStart().startsWith('{')
    ? PLAYLISTS_LAYOUTS.find(({ matches }) => matches(path, head.trimStart()))
    : undefined;

const id = z.string().refine(isId, 'expected an id of 1 to 64 ASCII characters without spaces');
/** Nothing that has a longer name is a song; it would not fit into a line of the workspace. */
const text = z.string().max(10_000).nullish();
const Slice = z.object({ playlists: z.array(z.unknown()) });
const SlicePlaylist = z.object({ pid: z.int().nonnegative(), tracks: z.array(z.unknown()) });
const SliceTrack = z.object({
  pos: z.int(),
  track_uri: text,
  track_name: text,
  artist_uri: text,
  artist_name: text,
});
const Export = z.object({ playlists: z.array(z.unknown()) });
const ExportPlaylist = z.object({ name: text, items: z.array(z.unknown()) });
const ExportItem = z.object({
  track: z.object({ trackUri: text, trackName: text, artistName: text }).nullish(),
});
const Library = z.object({ tracks: z.array(z.unknown()) });
const LibraryTrack = z.object({ uri: text, track: text, artist: text });
const LinePlaylist = z.object({ playlist_id: id, tracks: z.array(z.unknown()) });
const LineTrack = z
  .object({ id: text, name: text, artists: z.array(z.object({ id: text, name: text })).nullish() })
  .nullable();

/** An entry as the file has it, with its place where that is told; `uri` may be an id too, or be missing. */
type Told = Omit<PlaylistEntry, 'track_id'> & { uri: string | null; position?: number };

async function* readSlice(file: PackedFile): AsyncGenerator<ReadPlaylist> {
  const { value, bytes } = await parseWhole(file, Slice, 'a slice of playlists ({"playlists": […]})');
  yield* readEach(value.playlists, bytes, (given) => {
    const { pid, tracks } = parseInput(SlicePlaylist, given, 'the playlist');
    return playlistOf(String(pid), tracks, (track, what) => {
      const { pos, track_uri, track_name, artist_uri, artist_name } = parseInput(SliceTrack, track, what);
      return {
        uri: track_uri || null,
        position: pos,
        name: track_name || null,
        artist_id: idIn('artist', artist_uri),
        artist_name: artist_name || null,
      };
    });
  });
}

/** Playlists of a privacy export, which have names alone; of several of one name each after the first gets a number. */
async function* readOwnPlaylists(file: PackedFile): AsyncGenerator<ReadPlaylist> {
  const { value, bytes } = await parseWhole(file, Export, 'playlists of a privacy export');
  const seen = new Map<string, number>();
  yield* readEach(value.playlists, bytes, (given) => {
    const { name, items } = parseInput(ExportPlaylist, given, 'the playlist');
    const title = name?.trim() || 'Untitled';
    const count = (seen.get(title) ?? 0) + 1;
    seen.set(title, count);
    return playlistOf(count === 1 ? title : `${title} (${count})`, items, (item, what) => {
      const { track } = parseInput(ExportItem, item, what);
      return {
        uri: track?.trackUri || null,
        name: track?.trackName || null,
        artist_id: null,
        artist_name: track?.artistName || null,
      };
    });
  });
}

/** The liked songs of a privacy export, as one playlist. */
async function* readLikedSongs(file: PackedFile): AsyncGenerator<ReadPlaylist> {
  const { value, bytes } = await parseWhole(file, Library, 'the library of a privacy export');
  yield* readEach([value.tracks], bytes, (tracks) =>
    playlistOf('Liked Songs', tracks as unknown[], (given, what) => {
      const { uri, track, artist } = parseInput(LibraryTrack, given, what);
      return { uri: uri || null, name: track || null, artist_id: null, artist_name: artist || null };
    }),
  );
}

function* readEach(
  playlists: readonly unknown[],
  bytes: number,
  read: (playlist: unknown) => DatasetPlaylist,
): Generator<ReadPlaylist> {
  for (const [i, playlist] of playlists.entries()) {
    yield {
      line: i + 1,
      bytes: Math.round((bytes * (i + 1)) / playlists.length),
      ...attempt(() => read(playlist)),
    };
  }
}

async function parseWhole<T>(
  { path, isPacked }: PackedFile,
  schema: z.ZodType<T>,
  what: string,
): Promise<{ value: T; bytes: number }> {
  const refused = (got: string) =>
    new DatasetError(
      `expected ${path} to be ${what} of at most ${LARGEST_SLICE} bytes, got ${got}`,
      'nothing was imported: get the file again, or leave it out',
    );
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of contentOf(path, isPacked)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > LARGEST_SLICE) throw refused('more');
  }
  const parsed = schema.safeParse(parseJson(new TextDecoder().decode(Buffer.concat(chunks))));
  if (!parsed.success) throw refused('what is no JSON or breaks off, or has no such list');
  return { value: parsed.data, bytes };
}

async function* readLines({ path, isPacked }: PackedFile): AsyncGenerator<ReadPlaylist> {
  for await (const { line, text: given, bytes } of textLines(contentOf(path, isPacked), LONGEST_LINE)) {
    if (given?.trim() === '') continue;
    const at = { line, bytes };
    const value = given === null ? undefined : parseJson(given);
    if (given === null) yield { ...at, reason: `expected a line of at most ${LONGEST_LINE} bytes, got more` };
    else if (value === undefined) {
      yield { ...at, reason: 'expected a playlist as JSON, got what is no JSON or breaks off' };
    } else yield { ...at, ...attempt(() => linePlaylist(value)) };
  }
}

function linePlaylist(value: unknown): DatasetPlaylist {
  const { playlist_id, tracks } = parseInput(LinePlaylist, value, 'the playlist');
  return playlistOf(playlist_id, tracks, (given, what) => {
    const track = parseInput(LineTrack, given, what);
    const [artist] = track?.artists ?? [];
    return {
      uri: track?.id || null,
      name: track?.name || null,
      artist_id: idIn('artist', artist?.id),
      artist_name: artist?.name || null,
    };
  });
}

/** The playlist with its entries in the order of their places; where these are doubled, of the file. */
function playlistOf(
  playlist: string,
  tracks: readonly unknown[],
  read: (track: unknown, what: string) => Told,
): DatasetPlaylist {
  const found: DatasetPlaylist = { id: playlist, entries: [], notSongs: 0, unreadable: [] };
  const told: { position: number; entry: PlaylistEntry }[] = [];
  for (const [i, track] of tracks.entries()) {
    try {
      const what = `track ${i + 1}`;
      const { uri, position = i, ...rest } = read(track, what);
      if (uri === null || /^spotify:(?!track:)/.test(uri)) found.notSongs += 1;
      else told.push({ position, entry: { track_id: trackId(uri, what), ...rest } });
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      found.unreadable.push(error.message);
    }
  }
  found.entries = told.sort((a, b) => a.position - b.position).map(({ entry }) => entry);
  return found;
}

const songId = id.refine((text) => !/[:/]/.test(text), 'expected an id or spotify:track: and an id');
const trackId = (uri: string, what: string): string =>
  parseInput(songId, uri.replace(/^spotify:track:/, ''), `${what}, its id`);

/** The id in a URI of this kind, or that stands for itself; null where it is none. */
function idIn(kind: string, uri: string | null | undefined): string | null {
  const value = (uri ?? '').replace(`spotify:${kind}:`, '');
  return isId(value) && !value.startsWith('spotify:') ? value : null;
}

/** Undefined where a text is no JSON. */
function parseJson(given: string): unknown {
  try {
    return JSON.parse(given) as unknown;
  } catch {
    return undefined;
  }
}

function attempt(read: () => DatasetPlaylist): { playlist: DatasetPlaylist } | { reason: string } {
  try {
    return { playlist: read() };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { reason: error.message };
  }
}
