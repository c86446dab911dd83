import { mkdirSync } from 'node:fs';

/** Makes a folder, with those above it, that its owner alone may enter whatever the umask; one that is there stays as it is. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}
