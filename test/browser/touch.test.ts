import type { BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import type { ExploredCatalogue } from '../../core/explore.ts';
import { ExploredPages } from '../support/explored-pages.ts';

const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
};

const pages = new ExploredPages();
let page: Page;
let fingers: CDPSession;

type Point = { x: number; y: number };

/** The middle of the map, which is brought into view. */
async function openMap(): Promise<Point> {
  page = await pages.open('#/map', PHONE);
  fingers = await page.context().newCDPSession(page);
  await page.locator('.walk li').nth(29).waitFor();
  await page.locator('canvas').scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await page.locator('canvas').boundingBox()) as Point &
    Record<'width' | 'height', number>;
  return { x: x + width / 2, y: y + height / 2 };
}

const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: Point[]) =>
  fingers.send('Input.dispatchTouchEvent', { type, touchPoints });

/** Moves fingers from places to others, in as many steps. */
async function move(from: Point[], to: Point[], steps = 8): Promise<void> {
  const at = (share: number) =>
    from.map(({ x, y }, i) => ({
      x: x + ((to[i] as Point).x - x) * share,
      y: y + ((to[i] as Point).y - y) * share,
    }));
  await touch('touchStart', ...from);
  for (let step = 1; step <= steps; step++) await touch('touchMove', ...at(step / steps));
}

const around = ({ x, y }: Point, apart: number): Point[] => [
  { x: x - apart, y },
  { x: x + apart, y },
];

test('two fingers zoom the map and move it', async () => {
  const middle = await openMap();
  const walk = page.locator('.walk li');
  await move(around(middle, 20), around(middle, 140));
  await touch('touchEnd');
  await walk.nth(20).waitFor({ state: 'detached' });
  const zoomed = await page.locator('canvas').screenshot();
  const left = { x: middle.x - 40, y: middle.y };
  await move(around(left, 20), around({ x: middle.x + 40, y: middle.y + 60 }, 20));
  await touch('touchEnd');
  expect((await page.locator('canvas').screenshot()).equals(zoomed)).toBe(false);
  expect(pages.hash()).toBe('#/map');
});

test('one finger scrolls the page past the map, which stays as it is and says how it is moved', async () => {
  const middle = await openMap();
  const before = await page.evaluate<number>('scrollY');
  await move([{ x: middle.x, y: middle.y + 100 }], [{ x: middle.x, y: middle.y - 100 }], 20);
  await touch('touchEnd');
  expect(await page.evaluate<number>('scrollY')).toBeGreaterThan(before + 100);
  const inView = await page.locator('.walk li').count();
  await page.evaluate(`scrollTo(0, ${before})`);
  await move([middle], [{ x: middle.x + 60, y: middle.y }]);
  await page.getByText('Two fingers move the map').waitFor();
  await touch('touchEnd');
  await page.getByText('Two fingers move the map').waitFor({ state: 'detached' });
  expect([await page.locator('.walk li').count(), pages.hash()]).toEqual([inView, '#/map']);
});

test('a tap near an artist chooses it', async () => {
  const middle = await openMap();
  const { artists } = await pages.served.ask<ExploredCatalogue>('/api/catalogue');
  const { name, x, y } = artists.find(({ id }) => id === 'plain3') as { name: string } & Point;
  const { width, height } = (await page.locator('canvas').boundingBox()) as Record<
    'width' | 'height',
    number
  >;
  const side = Math.min(width, height) * 0.92;
  await page.touchscreen.tap(middle.x + (x - 0.5) * side + 6, middle.y + (y - 0.5) * side + 8);
  await page.locator('.beside h2').filter({ hasText: name }).waitFor();
  expect(pages.hash()).toBe('#/map/plain3');
});

test('what is said of keys is said of fingers where there are only these', async () => {
  await openMap();
  const help = page.locator('#map-help');
  const isCoarse = await page.evaluate<boolean>("matchMedia('(hover: none) and (pointer: coarse)').matches");
  expect(isCoarse).toBe(true);
  expect(await help.innerText()).toMatch(/^Two fingers/);
});
