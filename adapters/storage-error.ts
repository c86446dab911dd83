import { SoundalikeError, StorageError } from '../core/errors.ts';

/** The code of a failed system call. */
export const codeOf = (error: unknown): string | undefined =>
  (error as NodeJS.ErrnoException | undefined)?.code;

const HINTS: Record<string, string> = {
  ENOSPC: 'the disk is full: free some space and run the command again, it goes on where it stopped',
  EDQUOT: 'the quota is used up: free some space and run the command again, it goes on where it stopped',
  EFBIG: 'the file-size limit is reached: raise it (ulimit -f) and run the command again',
  EACCES: 'give this user the right to write there, or name another folder with --data',
  EROFS: 'the file system is read-only: name another folder with --data',
};

/** What went wrong at a path of the file system, and what to do about it; an error that says so itself stays. */
export function storageError(path: string, error: unknown): SoundalikeError {
  if (error instanceof SoundalikeError) return error;
  const code = codeOf(error) ?? 'unknown error';
  return new StorageError(
    `expected to read or write ${path}, got ${code}`,
    HINTS[code] ?? 'check the folder, or name another one with --data',
    { cause: error },
  );
}
