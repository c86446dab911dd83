import type { Page } from 'playwright-core';
import type { SimilarResult } from '../../core/events.ts';
import { ExploredPages } from '../support/explored-pages.ts';

const pages = new ExploredPages();
let page: Page;
const heading = () => page.locator('h1');
const titled = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

test('an artist by keyboard: searched for, its neighbours with why, one of them opened', async () => {
  page = await pages.open('#/map');
  await heading().waitFor();
  await pages.tabTo('Search artists');
  await page.keyboard.type('PLAÍN 1');
  const options = page.locator('[role=option]');
  await options.first().waitFor();
  expect((await options.allTextContents()).map((text) => /^Plain 1\d?/.test(text))).not.toContain(false);
  expect(await page.locator('[role=option][aria-selected=true]').textContent()).toContain('Plain 1');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Escape');
  expect(await options.count()).toBe(0);
  await page.keyboard.press('ArrowDown');
  await options.first().waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.neighbours li').first().waitFor();
  expect([pages.hash(), await pages.focused()]).toEqual(['#/artist/plain1', 'H1 Plain 1']);

  const { neighbours } = await pages.served.ask<SimilarResult>('/api/similar?artist=plain1&limit=10');
  const items = page.locator('.neighbours > li');
  expect(await items.count()).toBe(10);
  const [nearest] = neighbours as [SimilarResult['neighbours'][number]];
  const text = (await items.first().textContent()) ?? '';
  expect(text).toMatch(/^1/);
  expect(text).toContain(nearest.name);
  expect(text).toContain(`distance ${Number(nearest.distance.toPrecision(4))}`);
  expect(text).toMatch(/both |alike in /);
  // Bars stand under each other, whatever is said beside them.
  const bars = await items.locator('.measures .bar').all();
  const lefts = await Promise.all(bars.map(async (bar) => (await bar.boundingBox())?.x));
  expect([lefts.length, new Set(lefts).size]).toEqual([10, 1]);
  await pages.tabTo(`Feature by feature with ${nearest.name}`);
  await page.keyboard.press('Enter');
  const rows = items.first().locator('tbody tr');
  expect(await rows.count()).toBe(nearest.reasons.length);
  expect(await rows.last().textContent()).toContain(
    `${Math.round((nearest.reasons.at(-1)?.share ?? 0) * 100)} %`,
  );
  await pages.tabTo(neighbours[1]?.name as string);
  await page.keyboard.press('Enter');
  await titled(neighbours[1]?.name as string);
  await page.goBack();
  await titled('Plain 1');
});

test('an artist by mouse: more neighbours, the tracks, and links out that are only followed', async () => {
  page = await pages.open('#/map');
  await page.getByRole('combobox', { name: 'Search artists' }).fill('plain 1');
  await page.getByRole('option').first().click();
  await page.getByRole('button', { name: 'More neighbours' }).click();
  await page.locator('.neighbours > li').nth(28).waitFor();
  const track = page.getByRole('rowheader', { name: 'Track 1 of Plain 1' });
  expect(await track.locator('a').getAttribute('rel')).toBe('noreferrer noopener');
  expect(
    await page
      .getByRole('link', { name: /^Spotify/ })
      .first()
      .getAttribute('href'),
  ).toBe('https://open.spotify.com/artist/plain1');
  await page.locator('.neighbours .name').first().click();
  await heading()
    .filter({ hasNotText: /^Plain 1$/ })
    .waitFor();
});
