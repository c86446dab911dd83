import type { Page } from 'playwright-core';
import { axeViolations } from '../support/axe.ts';
import { ODD_NAMES } from '../support/explored.ts';
import { ExploredPages } from '../support/explored-pages.ts';

const pages = new ExploredPages();
let page: Page;
const heading = () => page.locator('h1');

const VIEWS = {
  map: '#/map',
  'the map, from one artist to another': '#/map/plain1/hangul',
  artist: '#/artist/plain1',
  pair: '#/pair/plain1/hangul',
  time: '#/time/plain1',
  listening: '#/listening',
  runs: '#/runs',
};

describe.each([
  ['a phone, dark', { width: 360, height: 740 }, true],
  ['a desk, light', { width: 1440, height: 900 }, false],
] as const)('on %s', (_, viewport, isDark) => {
  test.each(Object.entries(VIEWS))('%s is without violations and fits', async (_, hash) => {
    page = await pages.open(hash, { viewport, colorScheme: isDark ? 'dark' : 'light' });
    await heading().waitFor();
    await page.waitForLoadState('networkidle');
    await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
    expect(await page.locator('.failure').count()).toBe(0);
  });
});

test.each(Object.keys(ODD_NAMES) as (keyof typeof ODD_NAMES)[])('a name is text: %s', async (id) => {
  page = await pages.open(`#/artist/${id}`, { viewport: { width: 360, height: 740 } });
  await page.locator('.neighbours li').first().waitFor();
  expect(await heading().textContent()).toBe(ODD_NAMES[id]);
  expect(await page.title()).toBe(`${ODD_NAMES[id]} · Soundalike`);
  expect(await page.locator('main :is(img, script, b, u, i)').count()).toBe(0);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  // In a list it is cut, and its title has all of it.
  await page.goto(`${pages.served.url}#/map/${id}`);
  expect(await page.locator('.beside h2').getAttribute('title')).toBe(ODD_NAMES[id]);
  await page.locator('.walk li').first().waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
});

test('light and dark by the system, until one is chosen, which lasts', async () => {
  page = await pages.open('#/runs');
  const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const light = await ground();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator(':root[data-theme="dark"]').waitFor();
  expect(await ground()).not.toBe(light);
  const button = page.getByRole('button', { name: 'Dark' });
  expect(await button.getAttribute('aria-pressed')).toBe('true');
  const chosen = page.locator(':root[data-theme="light"]');
  await button.click();
  await chosen.waitFor();
  expect(await ground()).toBe(light);
  await page.reload();
  await chosen.waitFor();
  expect(await ground()).toBe(light);
});

test('the first Tab leads past the header, and what has the focus is seen', async () => {
  page = await pages.open('#/artist/plain1');
  await page.locator('.neighbours li').first().waitFor();
  await page.keyboard.press('Tab');
  expect(await pages.focused()).toBe('A Skip to the content');
  expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect([await pages.focused(), pages.hash()]).toEqual(['A On the map', '#/artist/plain1']);
});

test('what the server refuses is shown with what to do, and an unknown hash is the map', async () => {
  page = await pages.open('#/map/plain1/nobody');
  await page.locator('.failure').waitFor();
  expect(await page.locator('.failure').textContent()).toContain('What to do: ');
  expect(await axeViolations(page)).toEqual([]);
  await page.goto(`${pages.served.url}#/artist/nobody`);
  await page.getByRole('heading', { name: 'No such artist' }).waitFor();
  await page.goto(`${pages.served.url}#/%E0%A4%A/..`);
  await page.getByRole('heading', { name: 'Map of 30 artists' }).waitFor();
  // The browser says of each refusal that it was one.
  pages.faults = pages.faults.filter((fault) => !/status of 404/.test(fault));
});

test('where no answer comes it is said what to do, and asking again helps', async () => {
  page = await pages.open('#/runs');
  await heading().waitFor();
  await page.route('**/api/similar*', (route) => route.abort());
  await page.goto(`${pages.served.url}#/artist/plain1`);
  const failure = page.locator('.failure');
  await failure.waitFor();
  expect(await failure.textContent()).toMatch(/^The explorer does not answer.*soundalike explore/);
  expect(await axeViolations(page)).toEqual([]);
  await page.unroute('**/api/similar*');
  await pages.tabTo('Try again');
  await page.keyboard.press('Enter');
  await page.locator('.neighbours > li').nth(9).waitFor();
  expect(await failure.count()).toBe(0);
  expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN');
  pages.faults = pages.faults.filter((fault) => !/ERR_FAILED/.test(fault));
});

test.each(['#/artist/plain1', '#/map/plain1'])(
  'a run that was published meanwhile is told: %s',
  async (hash) => {
    page = await pages.open('#/runs');
    await heading().waitFor();
    await page.route('**/api/similar*', async (route) => {
      const answer = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...answer, run: 'another' } });
    });
    await page.goto(`${pages.served.url}${hash}`);
    await page.getByText('A newer run has been published').waitFor();
    await page.unroute('**/api/similar*');
    await page.getByRole('button', { name: 'Load it' }).click();
    await page.getByText('A newer run has been published').waitFor({ state: 'detached' });
    expect(pages.hash()).toBe(hash);
  },
);

const SHIFTED = `
  window.shifted = 0;
  new PerformanceObserver((list) => { for (const { value } of list.getEntries()) shifted += value; })
    .observe({ type: 'layout-shift', buffered: true });`;

test.each(Object.entries(VIEWS))('%s says that it loads, and then nothing jumps', async (_, hash) => {
  page = await pages.open('#/runs');
  await page.waitForLoadState('networkidle');
  let answer = () => {};
  const waits = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/api/*', async (route) => {
    if (!route.request().url().endsWith('/catalogue')) await waits;
    await route.continue();
  });
  await page.addInitScript(SHIFTED);
  await page.goto(`${pages.served.url}${hash}`);
  await page.reload();
  await heading().waitFor();
  if (hash !== VIEWS.map) await page.getByText('Loading…').first().waitFor();
  answer();
  await page.getByText('Loading…').first().waitFor({ state: 'detached' });
  await page.waitForLoadState('networkidle');
  expect(await page.evaluate('shifted')).toBeLessThan(0.01);
});

const WIDER =
  "[...document.querySelectorAll('.scrolls')].filter((table) => table.scrollWidth > table.clientWidth).length";

test('a table is reached by Tab where it is cut off, and only there', async () => {
  const tracks = () => page.locator('.scrolls', { hasText: '4 tracks' });
  // At a desk all of it is seen, however long the names.
  page = await pages.open('#/artist/wordy');
  await tracks().waitFor();
  expect(await page.evaluate(WIDER)).toBe(0);
  expect(await tracks().getAttribute('tabindex')).toBeNull();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.locator('.scrolls[tabindex="0"]', { hasText: '4 tracks' }).waitFor();
});
