import type { Page } from 'playwright-core';
import type { DriftResult, ExploredPair, ExploredRuns } from '../../core/explore.ts';
import { ODD_NAMES } from '../support/explored.ts';
import { ExploredPages } from '../support/explored-pages.ts';

const pages = new ExploredPages();
let page: Page;
const heading = () => page.locator('h1');

test('two artists by keyboard, as the server tells them', async () => {
  page = await pages.open('#/pair');
  for (const [label, typed] of [
    ['First artist', 'plain 1'],
    ['Second artist', '방탄'],
  ] as const) {
    await pages.tabTo(label);
    await page.keyboard.type(typed);
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
  }
  await page.locator('tbody tr').first().waitFor();
  expect([pages.hash(), await heading().textContent()]).toEqual([
    '#/pair/plain1/hangul',
    `Plain 1 and ${ODD_NAMES.hangul}`,
  ]);
  const { features, distance } = await pages.served.ask<ExploredPair>('/api/pair?a=plain1&b=hangul');
  expect(await page.locator('main').textContent()).toContain(`Distance ${Number(distance?.toPrecision(4))}`);
  const cells = await page.locator('tbody tr').filter({ hasText: 'energy' }).locator('td').allTextContents();
  const energy = features.find(({ name }) => name === 'energy') as ExploredPair['features'][number];
  expect(cells).toEqual([
    energy.a?.toFixed(2),
    `${Math.round((energy.belowA ?? 0) * 100)} %`,
    energy.b?.toFixed(2),
    `${Math.round((energy.belowB ?? 0) * 100)} %`,
  ]);
  const [shown, mode] = [page.locator('.histogram'), page.locator('tbody tr').filter({ hasText: 'mode' })];
  expect(await mode.locator('td').first().textContent()).toBe('100 % major');
  // The mean of keys means nothing.
  expect([await shown.count(), features.some(({ name }) => name === 'key')]).toEqual([
    features.length - 1,
    true,
  ]);
  expect(await page.locator('.histogram').first().locator('.bin').count()).toBe(
    features[0]?.histogram.counts.length,
  );
});

test('two artists by mouse: the second follows the first', async () => {
  page = await pages.open('#/artist/plain2');
  await page.getByRole('link', { name: 'Beside another' }).click();
  await page.getByRole('combobox', { name: 'Second artist' }).fill('plain 5');
  await page.getByRole('option').first().click();
  await page.locator('tbody tr').first().waitFor();
  expect(pages.hash()).toBe('#/pair/plain2/plain5');
  // What was typed and not chosen goes.
  const second = page.getByRole('combobox', { name: 'Second artist' });
  await second.fill('plain 6');
  await page.keyboard.press('Tab');
  expect(await second.inputValue()).toBe('Plain 5');
});

const VALUES = "[...document.querySelectorAll('select')].map(({ value }) => value)";

test("through time by keyboard and mouse: an artist's own movement, and what the ruler has changed", async () => {
  page = await pages.open('#/time');
  await pages.tabTo('Artist');
  await page.keyboard.type('plain 4');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.shares').waitFor();
  const drift = await pages.served.ask<DriftResult>('/api/drift?artist=plain4&from=2026-11-21&to=2026-11-22');
  const text = (await page.locator('main').textContent()) ?? '';
  expect(text).toContain(`itself has moved by ${Number(drift.moved.toPrecision(4))}`);
  expect(await page.locator('.shares dd').allTextContents()).toEqual([
    ` ${Number(drift.changedByMoving.toPrecision(4))}`,
    ` ${Number(drift.changedByRuler.toPrecision(4))} (${Math.round(drift.rulerShare * 100)} % of both)`,
  ]);
  const lists = page.locator('.columns section');
  expect(await lists.first().locator('a').allTextContents()).toEqual(drift.gained.map(({ name }) => name));
  expect(await lists.last().locator('a').allTextContents()).toEqual(drift.lost.map(({ name }) => name));
  await page.getByLabel('From').selectOption('2026-11-22');
  await page.getByText('Choose two different days.').waitFor();
  expect(pages.hash()).toBe('#/time/plain4/2026-11-22/2026-11-22');
  // Which of two is the earlier is not for the user to mind.
  await page.getByLabel('To').focus();
  await page.keyboard.press('ArrowDown');
  await page.locator('.shares').waitFor();
  expect([await page.evaluate('document.activeElement.tagName'), pages.hash()]).toEqual([
    'SELECT',
    '#/time/plain4/2026-11-22/2026-11-21',
  ]);
  // Another artist is looked at on the same days, which the URL has, and no choice of a day is a step back.
  await page.getByRole('combobox', { name: 'Artist', exact: true }).fill('plain 5');
  await page.getByRole('option').first().click();
  await page.getByRole('heading', { name: 'Plain 5 through time' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Plain 4 through time' }).waitFor();
  await page.reload();
  await page.locator('.shares').waitFor();
  expect(await page.evaluate(VALUES)).toEqual(['2026-11-22', '2026-11-21']);
  await page.goBack();
  await page.getByText('Choose an artist.').waitFor();
  await page.goForward();
  await page.locator('.shares').waitFor();
  // Where nothing has changed there is nothing to explain.
  await page.route('**/api/drift*', (route) => route.fulfill({ json: { ...drift, moved: 0, changed: 0 } }));
  await page.reload();
  await page.getByText('Nothing has changed between these days.').waitFor();
  expect(await page.locator('.shares').count()).toBe(0);
});

test('days of the URL that were not published are told', async () => {
  page = await pages.open('#/time/plain4/2026-11-20/2026-11-22');
  await page.locator('.failure').waitFor();
  expect(await page.locator('.failure').textContent()).toMatch(/of 2026-11-20, got none.*2026-11-21/);
  expect(await page.getByLabel('From').inputValue()).toBe('2026-11-20');
  await page.getByLabel('From').selectOption('2026-11-21');
  await page.locator('.shares').waitFor();
  pages.faults = pages.faults.filter((fault) => !/status of 404/.test(fault));
});

test('listening by mouse and keyboard: recommended, heard, missing', async () => {
  page = await pages.open('#/map');
  await page.getByRole('link', { name: 'Listening' }).click();
  await page.getByRole('table').first().waitFor();
  expect(await pages.focused()).toBe('H1 Listening');
  const recommended = page.locator('table', { hasText: 'Recommended on 22 Nov 2026' }).locator('tbody tr');
  expect(await recommended.locator('th, td').allTextContents()).toEqual([
    'Hear <u>this</u>',
    'Plain 22',
    `Track 1 of ${ODD_NAMES.image}`,
    'it sounds alike',
    '0.98',
    '0.5',
  ]);
  expect(await page.locator('li', { hasText: 'after 21 Nov 2026, 20:00 UTC' }).count()).toBe(1);
  const plays = page.locator('table', { hasText: 'Last plays' }).locator('tbody tr');
  expect(await plays.count()).toBe(25);
  await pages.tabTo('All 30 of the last plays');
  await page.keyboard.press('Enter');
  expect(await plays.count()).toBe(30);
  await pages.tabTo('Plays a day as a table');
  await page.keyboard.press('Enter');
  expect(await page.locator('.days td').allTextContents()).toEqual(['30']);
});

test('runs by keyboard: the account of each and its score card', async () => {
  page = await pages.open('#/runs');
  const { runs } = await pages.served.ask<ExploredRuns>('/api/runs');
  await page.locator('.run').first().waitFor();
  expect(await page.locator('.run').count()).toBe(runs.length);
  const run = page.locator('.run[open]', { hasText: 'collection of' });
  const entries = await run.locator('.account > div').allTextContents();
  for (const entry of [
    'Asked31',
    'Collected30',
    'Tracks120',
    'Requests1,234',
    'Retries5',
    'Coverage97 %',
    'Dropped1',
  ]) {
    expect(entries).toContain(entry);
  }
  expect(await run.locator('.warnings').textContent()).toContain('another source');
  expect(await run.locator('table', { hasText: 'left out' }).locator('tbody').textContent()).toBe(
    'Silent <i>One</i>no tracks were found no-tracksSilent'.replace(/Silent$/, 'silent'),
  );
  expect(await run.locator('table', { hasText: 'Sources' }).locator('tbody').textContent()).toContain(
    'reccobeats120',
  );
  const scores = runs.find(({ kind }) => kind === 'similarity')?.result?.scores as SimilarityScores;
  const card = page
    .locator('.run[open]', { hasText: 'similarity of' })
    .locator('table', { hasText: 'Score card' });
  expect(await card.locator('tbody tr').count()).toBe(scores.length);
  expect(await card.locator('tbody tr').first().locator('strong').textContent()).toBe(
    String(Number(scores[0]?.value.toPrecision(4))),
  );
  const closed = page.locator('.run:not([open]) summary').first();
  await closed.focus();
  await page.keyboard.press('Enter');
  expect(await page.locator('.run[open]').count()).toBeGreaterThan(3);
});
type SimilarityScores = { value: number }[];
