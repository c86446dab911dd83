import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { codeOf } from '../adapters/storage-error.ts';
import { InvalidInputError, UsageError } from '../core/errors.ts';
import { pushPlaylist } from '../lambdas/playlist/push.ts';
import { urisOf } from '../lambdas/playlist/uris.ts';
import { asUser } from './as-user.ts';
import { type CommonOptions, perform } from './perform.ts';
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
