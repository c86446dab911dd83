import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { DatasetError } from '../../core/errors.ts';
import { storageError } from '../storage-error.ts';

const Library = z.object({
  artists: z.array(z.object({ uri: z.string().startsWith('spotify:artist:') })),
});

/**
 * The ids of the artists that a person follows, by YourLibrary.json of a privacy export of Spotify. Throws `DatasetError`
 * where the file is none, and `StorageError`.
 */
export async function followedInLibrary(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw storageError(path, error);
  });
  const library = Library.safeParse(jsonOf(text));
  if (!library.success) {
    throw new DatasetError(
      `expected ${path} to be YourLibrary.json of a privacy export, got a file without its list of artists`,
      'unpack the export that Spotify sent, and name that file',
    );
  }
  return library.data.artists.map(({ uri }) => uri.slice('spotify:artist:'.length));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
