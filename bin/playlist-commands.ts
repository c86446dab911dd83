import { readFile, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { text } from 'node:stream/consumers';
import { codeOf, storageError } from '../adapters/storage-error.ts';
import { InvalidInputError, NoDataError, UsageError } from '../core/errors.ts';
import { PLAYLIST_FORMATS, type PlaylistFormat, writePlaylist } from '../core/playlist-formats.ts';
import { pushPlaylist } from '../lambdas/playlist/push.ts';
import { urisOf } from '../lambdas/playlist/uris.ts';
import { asUser } from './as-user.ts';
import type { Machine } from './local.ts';
import { print, printDocument, printJson } from './output.ts';
import { type CommonOptions, perform, resultOf } from './perform.ts';
import { brings, type ProviderOptions } from './provider.ts';
import { pushWords } from './user-words.ts';

/** Options of `playlist push`. */
interface PushOptions extends CommonOptions, ProviderOptions {
  name?: string;
  description?: string;
  private?: boolean;
  newEachTime?: boolean;
}

/** `soundalike playlist push`. */
export async function playlistPush(file: string, options: PushOptions): Promise<void> {
  if (options.stack !== undefined) {
    throw new UsageError(
      'expected playlist push without --stack: it writes to the account of who has logged in on this machine',
      'leave out --stack, after soundalike login without it',
    );
  }
  const uris = urisOf(await textOf(file));
  const { name, description, newEachTime } = options;
  const request = { uris, name, description, public: !options.private, newEachTime };
  await perform(options, {
    folder: brings(options),
    local: (local) => asUser(local, options, (user) => pushPlaylist({ ...local, ...user }, request)),
    words: pushWords,
  });
}

/** Options of `playlist export`. */
interface ExportOptions extends CommonOptions {
  format?: string;
  output?: string;
  name?: string;
}

/** `soundalike playlist export`: the songs that were recommended last, or on `--date`, to a file or to stdout. */
export async function playlistExport(options: ExportOptions): Promise<void> {
  const { output, name, date } = options;
  const format = formatOf(options);
  const { text: written, ...told } = await resultOf(options, {
    local: async ({ lake }) => {
      const { day, songs } = await recommendedIn(lake, date);
      const title = name ?? `Soundalike ${day}`;
      const listed = songs.map(({ id, name, artist_name: artist }) => ({ id: id ?? '', name, artist }));
      const text = writePlaylist(format, title, listed, `${day}T00:00:00Z`);
      return { file: output ?? null, format, date: day, songs: songs.length, text };
    },
  });
  if (output === undefined) return printDocument(written);
  await writeFile(output, written).catch((error: unknown) => {
    throw storageError(output, error);
  });
  if (options.json) printJson(told);
  else print(`Wrote ${told.songs} songs, recommended on ${told.date}, to ${output} (${format}).`);
}

function formatOf({ format, output = '' }: ExportOptions): PlaylistFormat {
  const given = (format ?? (extname(output).slice(1) || 'csv')).toLowerCase();
  const known = PLAYLIST_FORMATS.find((name) => name === given);
  if (known) return known;
  throw new UsageError(
    `expected a format of ${PLAYLIST_FORMATS.join(', ')}, got ${given}`,
    'give --format, or --output with that ending',
  );
}

async function recommendedIn(lake: Machine['lake'], date?: string) {
  const day = date ?? (await lake.days('recommendations')).at(-1);
  const songs = day === undefined ? undefined : await lake.read('recommendations', day);
  if (day !== undefined && songs?.length) return { day, songs };
  throw new NoDataError(
    `expected a list of recommended songs${date ? ` of ${date}` : ''}, got none`,
    'run soundalike recommend first',
  );
}

async function textOf(file: string): Promise<string> {
  if (file === '-') return await text(process.stdin);
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InvalidInputError(
      `expected a file of URIs at ${file}, got ${codeOf(error)}`,
      'correct the path, or give - for standard input',
      { cause: error },
    );
  });
}
