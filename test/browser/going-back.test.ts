import type { Page } from 'playwright-core';
import { ExploredPages } from '../support/explored-pages.ts';

const pages = new ExploredPages();
let page: Page;

const titled = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const scrolled = () => page.evaluate<number>('scrollY');
const focusedLink = () => page.evaluate<string | null>("document.activeElement.getAttribute('href')");
/** The nth neighbour, counted from 1. */
const neighbour = (rank: number) => page.locator('.neighbours > li').nth(rank - 1);

/** Opens the longer list by keyboard, and goes on to its 15th artist. */
async function goOn(): Promise<{ name: string; href: string | null; top: number }> {
  page = await pages.open('#/artist/plain1');
  await neighbour(10).waitFor();
  await pages.tabTo('More neighbours');
  await page.keyboard.press('Enter');
  await neighbour(15).waitFor();
  const name = (await neighbour(15).locator('.name').textContent()) as string;
  await neighbour(15).locator('summary').focus();
  await page.keyboard.press('Enter');
  const link = neighbour(15).getByRole('link', { name: 'Side by side' });
  await page.keyboard.press('Tab');
  const href = await focusedLink();
  expect(href).toBe(await link.getAttribute('href'));
  const top = await scrolled();
  expect(top).toBeGreaterThan(500);
  await page.keyboard.press('Enter');
  await titled(`Plain 1 and ${name}`);
  expect([await pages.focused(), await scrolled()]).toEqual([`H1 Plain 1 and ${name}`, 0]);
  return { name, href, top };
}

test('going back by keyboard leads to the link that was followed, in the list as it was, and on again', async () => {
  const { name, href, top } = await goOn();
  await page.goBack();
  await titled('Plain 1');
  await page.locator('a:focus').waitFor();
  expect(await focusedLink()).toBe(href);
  expect(await neighbour(15).locator('details').getAttribute('open')).not.toBeNull();
  expect(await page.locator('.neighbours details[open]').count()).toBe(1);
  await page.waitForFunction(`Math.abs(scrollY - ${top}) <= 1`);
  // From there on as before.
  await page.goForward();
  await titled(`Plain 1 and ${name}`);
  expect(await scrolled()).toBe(0);
  await page.goBack();
  await page.locator('a:focus').waitFor();
  // What one goes to anew begins at its top, even where one has been before.
  await page.goto(`${pages.served.url}#/artist/plain2`);
  await titled('Plain 2');
  await page.goto(`${pages.served.url}#/artist/plain1`);
  await titled('Plain 1');
  await neighbour(10).waitFor();
  expect([await pages.focused(), await scrolled(), await neighbour(11).count()]).toEqual([
    'H1 Plain 1',
    0,
    0,
  ]);
});

test('what comes late takes the focus only where one has done nothing meanwhile', async () => {
  await goOn();
  let answer = () => {};
  const waits = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/api/similar*', async (route) => {
    await waits;
    await route.continue();
  });
  await page.goBack();
  await titled('Plain 1');
  expect(await pages.focused()).toBe('H1 Plain 1');
  await page.keyboard.press('Tab');
  answer();
  await neighbour(15).waitFor();
  expect([await pages.focused(), await scrolled()]).toEqual(['A On the map', 0]);
});

test('of two links to the same place the one that was followed has the focus again', async () => {
  page = await pages.open('#/map/plain1/hangul');
  const step = page.locator('.path a').first();
  await step.waitFor();
  expect(await page.getByRole('link', { name: 'Why, and its tracks' }).getAttribute('href')).toBe(
    await step.getAttribute('href'),
  );
  await step.focus();
  await page.keyboard.press('Enter');
  await titled('Plain 1');
  await page.goBack();
  await page.locator('.path a:focus').waitFor();
});

test('the longer list of plays is there again', async () => {
  page = await pages.open('#/listening');
  const plays = page.locator('table', { hasText: 'Last plays' }).locator('tbody tr');
  await page.getByRole('button', { name: 'All 30 of the last plays' }).click();
  const artist = plays.nth(28).locator('a');
  const name = (await artist.textContent()) as string;
  await artist.click();
  await titled(name);
  await page.goBack();
  await page.locator('a:focus').waitFor();
  expect([await plays.count(), await pages.focused()]).toEqual([30, `A ${name}`]);
});
