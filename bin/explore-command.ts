import { join } from 'node:path';
import * as z from 'zod';
import { serveExplorer } from '../adapters/explorer/server.ts';
import { openExplorer } from '../lambdas/explorer/explorer.ts';
import type { ExploreSources } from '../lambdas/explorer/sources.ts';
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
  const serve = async (sources: ExploreSources): Promise<void> => {
    const { bundlePage } = await import('../adapters/explorer/bundle.ts');
    const server = await serveExplorer({
      page: await bundlePage(join(import.meta.dirname, '../web')),
      answers: openExplorer(sources),
      port: port ?? DEFAULT_PORT,
      orAny: port === undefined,
      onFault: (error) => process.stderr.write(`${(error as Error).stack}\n`),
    });
    const ended = signalled();
    process.stdout.write(`${options.json ? JSON.stringify({ url: server.url }, null, 2) : server.url}\n`);
    if (isToOpen && process.stderr.isTTY) {
      process.stderr.write('Ctrl-C ends it.\n');
      import('open').then(({ default: open }) => open(server.url)).catch(() => {});
    }
    await ended;
    await server.close();
  };
  await resultOf(options, {
    folder: { kind: 'try' },
    local: serve,
    stack: async (stack) => serve(await stack.explored()),
  });
}

/** Resolves at the first signal that asks for an end. */
const signalled = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
