import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { leadingTo } from '../../adapters/explorer/page.ts';
import { testBrowser } from '../support/chromium.ts';
import { ExploredPages } from '../support/explored-pages.ts';

const pages = new ExploredPages();
const browser = testBrowser();

test('the page asks by its cookie, which no script can read and no URL shows', async () => {
  const page = await pages.open('#/artist/plain1');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.locator('.neighbours li').first().waitFor();
  await page.reload();
  await page.locator('.neighbours li').first().waitFor();
  const answers = asked.filter((url) => url.includes('/api/'));
  expect(answers.length).toBeGreaterThan(0);
  expect(answers.filter((url) => url.includes('token'))).toEqual([]);
  expect(await page.evaluate('document.cookie')).toBe('');
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/', expires: -1 });
  // Who comes again, by the address alone.
  await page.goto(new URL('/', pages.served.url).href);
  await page.locator('nav').first().waitFor();
});

test('a file that leads to the URL opens the page, also when it is loaded anew', async () => {
  const page = await pages.open('');
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-leading-'));
  const context = await browser().newContext();
  try {
    await writeFile(join(folder, 'explore.html'), leadingTo(pages.served.url));
    const led = await context.newPage();
    await led.goto(pathToFileURL(join(folder, 'explore.html')).href);
    await led.waitForURL(pages.served.url);
    for (let times = 0; times < 2; times++) {
      await led.goto(`${pages.served.url}#/artist/plain1`);
      await led.locator('.neighbours li').first().waitFor();
      await led.reload();
    }
  } finally {
    await context.close();
    await rm(folder, { recursive: true });
    await page.close();
  }
});

test('another user of the machine, who has no token, sees why and nothing else', async () => {
  const page = await pages.open('');
  const context = await browser().newContext();
  const other = await context.newPage();
  const answer = await other.goto(`${new URL('/', pages.served.url).href}#/artist/plain1`);
  expect(answer?.status()).toBe(403);
  expect(await other.locator('body').textContent()).toContain('open the URL that the command printed');
  await context.close();
  await page.close();
});
