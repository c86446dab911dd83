import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { aptInstall } from './apt.ts';

/** Time for a package to be fetched, once on a machine. */
const INSTALL_MS = 300_000;

/**
 * Opens Debian's Chromium without a window. Throws, in one line that says what to do, where none can be had.
 */
export async function openChromium(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return await chromium.launch({
    executablePath: find() ?? install(),
    // Its sandbox cannot be had by root.
    args: isRoot ? ['--no-sandbox'] : [],
  });
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function find(): string | undefined {
  const given = process.env.TEST_CHROMIUM;
  if (given) return given;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync);
}

function install(): string {
  if (process.getuid?.() === 0) aptInstall('command -v chromium', ['chromium']);
  const installed = find();
  if (installed) return installed;
  throw new Error(
    'The tests of the explorer need a browser: install Chromium (apt-get install chromium), or name its program in TEST_CHROMIUM',
  );
}

/** A page, and what went wrong in it. */
export interface WatchedPage {
  page: Page;
  /** What it said as an error, what it threw, and each request that went elsewhere than to its own server. */
  faults: string[];
}

/** Opens a page of a server, in a context of its own. */
export async function watchedPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== 'data:' && asked.origin !== new URL(url).origin) faults.push(request.url());
  });
  return { page, faults };
}

/** Opens a browser before the first test of a file, and closes it after the last. */
export function testBrowser(): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
  }, INSTALL_MS);
  afterAll(() => browser?.close());
  return () => browser;
}
