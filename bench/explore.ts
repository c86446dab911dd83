import { mulberry32 } from '../sample/random.ts';
import { openChromium, watchedPage } from '../test/support/chromium.ts';
import { serveExplored } from '../test/support/explored.ts';
import { putLargeRun } from '../test/support/large-run.ts';
import { openMachine } from '../test/support/machine.ts';

/** How quick the explorer's map is, in milliseconds. */
export interface ExplorerTime {
  /** From asking for the page until the map is drawn; the server reads the run from the lake meanwhile. */
  firstPicture: number;
  /** Between two frames, while the wheel zooms in and out again. */
  longestFrame: number;
}

const WHEELS = 60;

/** Opens the map of a run of so many artists in a browser, `rounds` times, each time with a new server. */
export async function timeExplorer(artists: number, rounds: number): Promise<ExplorerTime[]> {
  const machine = await openMachine();
  const browser = await openChromium();
  try {
    await putLargeRun(machine, artists, mulberry32(1));
    const times: ExplorerTime[] = [];
    for (let round = 0; round < rounds; round++) {
      const served = await serveExplored(machine);
      const { page } = await watchedPage(browser, served.url, { viewport: { width: 1440, height: 900 } });
      await page.goto(served.url);
      await page.locator('.walk li').first().waitFor();
      const firstPicture = await page.evaluate<number>(
        "performance.getEntriesByName('map drawn')[0].startTime",
      );
      times.push({ firstPicture, longestFrame: await longestFrame(page) });
      await page.context().close();
      await served.close();
    }
    return times;
  } finally {
    await browser.close();
    await machine.close();
  }
}

const RECORD = `{
  let last = performance.now();
  globalThis.longest = 0;
  const frame = (now) => {
    globalThis.longest = Math.max(globalThis.longest, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(frame); });
}`;

async function longestFrame(page: Awaited<ReturnType<typeof watchedPage>>['page']): Promise<number> {
  await page.locator('canvas').hover();
  await page.evaluate(RECORD);
  for (let i = 0; i < WHEELS; i++) await page.mouse.wheel(0, i < WHEELS / 2 ? -120 : 120);
  return await page.evaluate<number>('globalThis.longest');
}
