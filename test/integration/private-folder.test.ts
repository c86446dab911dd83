import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { openSqlite } from '../../adapters/database/sqlite.ts';
import { Workspace } from '../../adapters/dataset/workspace.ts';
import { FolderStore } from '../../adapters/lake/folder.ts';
import { FileSecret } from '../../adapters/secrets/file.ts';

let root: string;
let umask: number;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-private-'));
  umask = process.umask();
});
afterEach(async () => {
  process.umask(umask);
  await rm(root, { recursive: true });
});

const WRITERS: Record<string, (folder: string) => Promise<unknown>> = {
  database: async (folder) => (await openSqlite(join(folder, 'soundalike.db'))).close(),
  lake: (folder) => new FolderStore(join(folder, 'lake')).put('runs/dt=2026-11-22/x', Buffer.from('x')),
  mark: (folder) => new FolderStore(folder).put('provider', Buffer.from('x')),
  secret: (folder) => new FileSecret(join(folder, 'spotify-user.json'), z.unknown()).write({}),
  import: async (folder) => (await Workspace.open(join(folder, 'import'))).close(),
};

test.each(
  Object.keys(WRITERS).flatMap((writer) => ['000', '022', '077'].map((mask) => [writer, mask] as const)),
)(
  'whoever makes the data folder first, here the %s with the umask %s, makes it for its owner alone',
  async (writer, mask) => {
    process.umask(Number.parseInt(mask, 8));
    const folder = join(root, 'above', 'data');
    await WRITERS[writer]?.(folder);
    for (const name of ['', ...(await readdir(folder, { recursive: true }))]) {
      const stats = await stat(join(folder, name));
      if (stats.isDirectory()) expect([name, (stats.mode & 0o777).toString(8)]).toEqual([name, '700']);
    }
  },
);
