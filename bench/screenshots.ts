import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { bundlePage } from '../adapters/explorer/bundle.ts';
import { serveExplorer } from '../adapters/explorer/server.ts';
import { openLocal } from '../bin/local.ts';
import type { ExploredCatalogue } from '../core/explore.ts';
import { openExplorer } from '../lambdas/explorer/explorer.ts';
import { openChromium, watchedPage } from '../test/support/chromium.ts';

// Takes README's pictures of the explorer: of the sample, in Debian's Chromium (with fonts-noto-cjk and
// fonts-noto-color-emoji, names in Hangul, kana and emoji are drawn as such).

const ROOT = join(import.meta.dirname, '..');
const IMAGES = join(ROOT, 'docs/images');
const DESK = { width: 1200, height: 800 };
const PHONE = { width: 390, height: 780 };

/** By name: where to look, by the id of the artist in the middle, and how. */
const PICTURES: Record<string, { hash: (id: string) => string; options: BrowserContextOptions }> = {
  artist: { hash: (id) => `artist/${id}`, options: { viewport: DESK } },
  map: { hash: () => 'map', options: { viewport: DESK } },
  phone: { hash: (id) => `artist/${id}`, options: { viewport: PHONE } },
  dark: { hash: (id) => `map/${id}`, options: { viewport: DESK, colorScheme: 'dark' } },
};

const folder = mkdtempSync(join(tmpdir(), 'soundalike-screenshots-'));
try {
  const command = ['start', '--silent', '--', '--data', folder, '--date', '2026-11-22'];
  const { status, stderr } = spawnSync('npm', command, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm start ended with ${status}: ${stderr}`);
  mkdirSync(IMAGES, { recursive: true });
  await takeAll();
} finally {
  rmSync(folder, { recursive: true });
}

async function takeAll(): Promise<void> {
  const local = await openLocal(folder);
  const server = await serveExplorer({
    page: await bundlePage(join(ROOT, 'web')),
    answers: openExplorer(local),
    token: 'screenshots',
    ...{ port: 0, orAny: true, onFault: (error) => process.stderr.write(`${String(error)}\n`) },
  });
  const browser = await openChromium();
  const { artists } = (await (
    await fetch(new URL('/api/catalogue?token=screenshots', server.url))
  ).json()) as ExploredCatalogue;
  const [best] = [...artists].sort((a, b) => (b.popularity ?? 0) - (a.popularity ?? 0));
  for (const [name, { hash, options }] of Object.entries(PICTURES)) {
    const { page } = await watchedPage(browser, server.url, options);
    await page.goto(`${server.url}#/${hash(best?.id ?? '')}`);
    await page.locator('.neighbours li, .walk li').first().waitFor();
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(IMAGES, `${name}.png`) });
    await page.context().close();
  }
  await browser.close();
  await server.close();
  await local.close();
}
