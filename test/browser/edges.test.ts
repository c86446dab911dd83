import type { Page } from 'playwright-core';
import type { MapQuality } from '../../core/events.ts';
import { mulberry32 } from '../../sample/random.ts';
import { axeViolations } from '../support/axe.ts';
import { testBrowser, watchedPage } from '../support/chromium.ts';
import { putExplored, type Served, serveExplored } from '../support/explored.ts';
import { putLargeRun } from '../support/large-run.ts';
import { type Machine, openMachine } from '../support/machine.ts';

const browser = testBrowser();

/** Opens the page of a machine that `put` has filled. */
async function withPage(
  put: (machine: Machine) => Promise<void>,
  test: (page: Page, served: Served) => Promise<void>,
): Promise<void> {
  const machine = await openMachine();
  await put(machine);
  const served = await serveExplored(machine);
  const { page, faults } = await watchedPage(browser(), served.url, {
    viewport: { width: 360, height: 740 },
  });
  try {
    await page.goto(served.url);
    await test(page, served);
    expect([faults, served.faults]).toEqual([[], []]);
  } finally {
    await page.context().close();
    await served.close();
    await machine.close();
  }
}

const VIEWS = ['map', 'artist/x', 'pair', 'time', 'listening', 'runs'];

test('without data each view says what to run', async () => {
  await withPage(
    async () => {},
    async (page, served) => {
      for (const view of VIEWS) {
        await page.goto(`${served.url}#/${view}`);
        await page.locator('h1').waitFor();
        await page.locator('main code').first().waitFor();
        expect(await page.locator('main').textContent()).toMatch(/npm start|npx soundalike/);
        expect(await axeViolations(page)).toEqual([]);
      }
      expect(await page.locator('footer').count()).toBe(0);
    },
  );
});

test('one artist has no neighbours, and every view stands', async () => {
  await withPage(
    (machine) => putExplored(machine, 1, false),
    async (page, served) => {
      for (const view of [
        'map/plain0',
        'artist/plain0',
        'pair/plain0/plain0',
        'time/plain0',
        'listening',
        'runs',
      ]) {
        await page.goto(`${served.url}#/${view}`);
        await page.locator('h1').waitFor();
        await page.waitForLoadState('networkidle');
        expect([view, await page.locator('.failure').allTextContents()]).toEqual([view, []]);
        expect(await axeViolations(page)).toEqual([]);
      }
      await page.goto(`${served.url}#/artist/plain0`);
      await page.getByText('No other artist was compared with this one.').waitFor();
    },
  );
});

test('a run without a map leads to all artists by a list', async () => {
  const withoutMap = async (machine: Machine) => {
    await putExplored(machine, 3, false);
    const runs = (await machine.lake.read('runs', '2026-11-22')) ?? [];
    const told = runs.map((run) => {
      const result = JSON.parse(run.summary ?? '{}') as { map?: MapQuality | null };
      return { ...run, summary: JSON.stringify({ ...result, map: null }) };
    });
    await machine.lake.write('runs', '2026-11-22', told);
    await machine.lake.write('artist_map', '2026-11-22', []);
  };
  await withPage(withoutMap, async (page) => {
    await page.getByText('This run has no map').waitFor();
    expect(await page.locator('canvas').count()).toBe(0);
    await page.locator('.walk a', { hasText: 'Plain 1' }).click();
    await page.getByRole('heading', { name: 'Walk on to a neighbour' }).waitFor();
    await page.locator('.walk a').first().waitFor();
    expect(await page.locator('.walk a').count()).toBe(2);
  });
});

test('10,000 artists are drawn, searched, zoomed and walked through', async () => {
  await withPage(
    (machine) => putLargeRun(machine, 10_000, mulberry32(1)),
    async (page) => {
      await page.getByRole('heading', { name: 'Map of 10,000 artists' }).waitFor();
      const before = await page.locator('canvas').screenshot();
      await page.locator('canvas').focus();
      for (const key of ['+', '+', '+', 'ArrowLeft', 'ArrowDown']) await page.keyboard.press(key);
      expect((await page.locator('canvas').screenshot()).equals(before)).toBe(false);
      await page.getByRole('combobox', { name: 'Search artists' }).fill('artist 9999');
      await page.getByRole('option', { name: 'Artist 9999' }).click();
      await page.locator('.neighbours > li').nth(9).waitFor();
      await page.getByRole('link', { name: 'On the map' }).click();
      await page.locator('.walk li').nth(9).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    },
  );
});
