import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FolderStore } from '../../adapters/lake/folder.ts';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import { reportKey } from '../../core/names.ts';
import { stageReport } from '../../lambdas/similarity/report.ts';
import { axeViolations } from '../support/axe.ts';
import { testBrowser, watchedPage } from '../support/chromium.ts';
import { comparedOf, DAY, RUNS } from '../support/compared.ts';
import { TEST_PLACE } from '../support/lake.ts';

const browser = testBrowser();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-report-'));
});
afterEach(() => rm(folder, { recursive: true }));

test.each([
  [40, 360, 'light'],
  [40, 1440, 'dark'],
  [3001, 360, 'dark'],
  [3001, 1440, 'light'],
] as const)(
  'the report of %i artists at %i pixels, %s: no fault, nothing beyond the edge',
  async (n, width, colorScheme) => {
    const lake = new ParquetLake(new FolderStore(folder));
    for (const staged of await stageReport({ lake }, TEST_PLACE, comparedOf(n), RUNS))
      await lake.place(staged);
    const url = pathToFileURL(join(folder, reportKey(DAY, 'index.html'))).href;
    const { page, faults } = await watchedPage(browser(), url, {
      viewport: { width, height: 800 },
      colorScheme,
    });
    await page.goto(url);
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    if (process.env.REPORT_SHOTS) {
      await writeFile(
        join(process.env.REPORT_SHOTS, `report-${n}-${width}-${colorScheme}.png`),
        await page.screenshot({ fullPage: true }),
      );
    }
    expect(faults).toEqual([]);
    await page.context().close();
  },
);
