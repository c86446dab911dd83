import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { leadingTo } from '../adapters/explorer/page.ts';
import { serveExplorer } from '../adapters/explorer/server.ts';
import { openExplorer } from '../lambdas/explorer/explorer.ts';
import type { ExploreSources } from '../lambdas/explorer/sources.ts';
import { print, printJson, say, sayStack } from './output.ts';
import { type CommonOptions, requestOf, resultOf } from './perform.ts';

/** Options of `explore`. */
interface ExploreOptions extends CommonOptions {
  /** Any free one where the default is taken. */
  port?: number;
  /** False for `--no-open`. */
  open: boolean;
}

const DEFAULT_PORT = 8899;
const Port = z.int().min(0).max(65_535).optional();

/** `soundalike explore`: serves the explorer's page until Ctrl-C. */
export async function explore({ open: isToOpen, ...options }: ExploreOptions): Promise<void> {
  const port = requestOf(Port, options.port);
  const serve = async (sources: ExploreSources, folder: string = tmpdir()): Promise<void> => {
    const { bundlePage } = await import('../adapters/explorer/bundle.ts');
    const server = await serveExplorer({
      page: await bundlePage(join(import.meta.dirname, '../web')),
      answers: openExplorer(sources),
      token: randomBytes(32).toString('base64url'),
      port: port ?? DEFAULT_PORT,
      orAny: port === undefined,
      onFault: sayStack,
    });
    const ended = signalled();
    if (options.json) printJson({ url: server.url });
    else print(server.url);
    let close = async (): Promise<void> => {};
    if (isToOpen && process.stderr.isTTY) {
      say('Ctrl-C ends it.');
      close = await openBrowser(server.url, existsSync(folder) ? folder : tmpdir());
    }
    await ended;
    await Promise.all([server.close(), close()]);
  };
  await resultOf(options, {
    folder: { kind: 'try' },
    local: (local) => serve(local, local.folder),
    stack: async (stack) => serve(await stack.explored()),
  });
}

/**
 * Opens the browser by a file that leads to the URL and that this user alone may read: the machine's other users see the
 * arguments of a process. A browser in a sandbox may not read files outside the home folder, so it lies in the data
 * folder where there is one. Returns what removes the file.
 */
async function openBrowser(url: string, within: string): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(within, 'explore-'));
  const file = join(folder, 'explore.html');
  await writeFile(file, leadingTo(url), { mode: 0o600 });
  import('open').then(({ default: open }) => open(file)).catch(() => {});
  return () => rm(folder, { recursive: true, force: true });
}

/** Resolves at the first signal that asks for an end. */
const signalled = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
