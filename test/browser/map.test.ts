import type { Page } from 'playwright-core';
import type { SimilarResult } from '../../core/events.ts';
import type { ExploredCatalogue } from '../../core/explore.ts';
import { ExploredPages } from '../support/explored-pages.ts';

const pages = new ExploredPages();
let page: Page;

/** Where an artist is on the whole map, in pixels of the canvas. */
async function placeOf(id: string): Promise<{ x: number; y: number }> {
  const { artists } = await pages.served.ask<ExploredCatalogue>('/api/catalogue');
  const { x, y } = artists.find((artist) => artist.id === id) as { x: number; y: number };
  const { width, height } = (await page.locator('canvas').boundingBox()) as { width: number; height: number };
  const side = Math.min(width - 2, height - 2) * 0.92;
  // A border of one pixel is around what is drawn.
  return { x: 1 + (width - 2 - side) / 2 + x * side, y: 1 + (height - 2 - side) / 2 + y * side };
}

test('the map by mouse: the name under the pointer, chosen, walked on, coloured, a path', async () => {
  page = await pages.open('#/map');
  const canvas = page.locator('canvas');
  await canvas.hover({ position: await placeOf('plain3') });
  expect(await page.locator('.hovered').textContent()).toBe('Plain 3');
  await canvas.click({ position: await placeOf('plain3') });
  await page.getByRole('heading', { name: 'Plain 3' }).waitFor();
  expect(pages.hash()).toBe('#/map/plain3');
  expect(await page.locator('.quality').textContent()).toMatch(/10 true nearest, 62 %.*0\.9312.*30 artists/);

  const { neighbours } = await pages.served.ask<SimilarResult>('/api/similar?artist=plain3&limit=10');
  const walk = page.locator('.walk li');
  await walk.first().waitFor();
  expect(await walk.locator('a').allTextContents()).toEqual(neighbours.map(({ name }) => name));
  await walk.first().locator('a').click();
  await page.waitForURL(`**#/map/${neighbours[0]?.id}`);
  await page.getByRole('combobox', { name: 'Path to' }).fill('plain 7');
  await page.getByRole('option', { name: 'Plain 7' }).click();
  await page.locator('.path li').first().waitFor();
  const steps = await page.locator('.path a').allTextContents();
  expect([steps[0], steps.at(-1)]).toEqual([neighbours[0]?.name, 'Plain 7']);

  expect(await page.locator('.mapkey li').count()).toBe(2);
  await page.getByRole('button', { name: /^loud and fast/ }).click();
  expect(await page.locator('.mapkey [aria-pressed="true"]').count()).toBe(1);
  await page.getByLabel('Colour by').selectOption('genre');
  expect(await page.locator('.mapkey li').allTextContents()).toEqual([
    'pop 30',
    'genre 0 10',
    'genre 1 10',
    'genre 2 10',
  ]);
});

test('the map by keyboard: zoomed, moved, shown whole, an artist chosen at the cross', async () => {
  page = await pages.open('#/map');
  await page.locator('canvas').waitFor();
  const picture = () => page.locator('canvas').screenshot();
  await pages.tabTo('Map of the artists');
  const pictures = [await picture()];
  for (const key of ['+', 'ArrowLeft', 'ArrowUp', '-', '0']) {
    await page.keyboard.press(key);
    pictures.push(await picture());
  }
  const differ = pictures.slice(1).map((after, i) => !after.equals(pictures[i] as Buffer));
  expect(differ).toEqual([true, true, true, true, true]);
  for (let i = 0; i < 3; i++) await page.keyboard.press('+');
  for (let i = 0; i < 40 && (await page.locator('.hovered').textContent()) === ''; i++)
    await page.keyboard.press('ArrowUp');
  const name = await page.locator('.hovered').textContent();
  await page.keyboard.press('Enter');
  await page
    .locator('.beside h2')
    .filter({ hasText: name as string })
    .waitFor();
  // The focus stays on the map, from which one walks on.
  expect(await page.evaluate('document.activeElement.tagName')).toBe('CANVAS');
});

test('walked on by a link, the focus is at the next artist, whose list comes after it', async () => {
  page = await pages.open('#/map/plain1');
  const heading = page.locator('.beside h2');
  const walked = [await heading.textContent()];
  for (let step = 0; step < 3; step++) {
    const link = page.locator('.walk li a').nth(step);
    const name = await link.textContent();
    await link.focus();
    await page.keyboard.press('Enter');
    await heading.filter({ hasText: name as string }).waitFor();
    walked.push(name);
    const at = await pages.focused();
    expect([`H2 ${name}`, `A ${name}`]).toContain(at);
  }
  expect(new Set(walked).size).toBeGreaterThan(2);
  await page.getByRole('link', { name: 'Back to all artists' }).focus();
  await page.keyboard.press('Enter');
  await heading.filter({ hasText: 'In view' }).waitFor();
  expect(await pages.focused()).toBe('H2 In view');
});

type Box = Record<'x' | 'y' | 'width' | 'height', number>;

/** Keeps what is written on the map, in each drawing anew. */
const WRITTEN = `
  const { strokeText, clearRect } = CanvasRenderingContext2D.prototype;
  window.written = [];
  Object.assign(CanvasRenderingContext2D.prototype, {
    clearRect(...box) { written = []; clearRect.apply(this, box); },
    strokeText(text, x, y) { written.push({ x, y: y - 6, width: this.measureText(text).width, height: 12 }); strokeText.call(this, text, x, y); },
  });`;

test('no name is written under the buttons, wherever the map is', async () => {
  page = await pages.open('#/runs');
  await page.addInitScript(WRITTEN);
  await page.goto(`${pages.served.url}#/map`);
  await page.reload();
  const canvas = (await page.locator('canvas').boundingBox()) as Box;
  const buttons = (await page.locator('.zoom').boundingBox()) as Box;
  const [left, bottom] = [buttons.x - canvas.x, buttons.y + buttons.height - canvas.y];
  await pages.tabTo('Map of the artists');
  let names = 0;
  // The upper row of dots passes below them.
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press('ArrowLeft');
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    const written = await page.evaluate<Box[]>('written');
    names += written.length;
    expect(written.filter(({ x, y, width }) => x + width > left && y < bottom)).toEqual([]);
  }
  expect(names).toBeGreaterThan(50);
});

test('zoomed by wheel and moved by dragging, the list tells who is in view', async () => {
  page = await pages.open('#/map');
  const canvas = page.locator('canvas');
  const walk = page.locator('.walk li');
  await walk.nth(29).waitFor();
  await canvas.hover({ position: await placeOf('plain3') });
  await page.mouse.wheel(0, -1500);
  await walk.nth(9).waitFor({ state: 'detached' });
  expect(await walk.allTextContents()).toContain('Plain 3');
  const { x, y, width, height } = (await canvas.boundingBox()) as Box;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + 2 * width, y + height / 2, { steps: 4 });
  await page.mouse.up();
  await walk.filter({ hasText: /^Plain 3$/ }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Show the whole map' }).click();
  await walk.nth(29).waitFor();
});
