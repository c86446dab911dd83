import { pngOf } from '../../adapters/png.ts';
import type { Lake, Run, StagedObject, StagingPlace } from '../../core/ports.ts';
import type { Compared } from '../../core/report/compared.ts';
import { HEIGHT, WIDTH } from '../../core/report/frame.ts';
import { pageOf } from '../../core/report/page.ts';
import { pictureOf } from '../../core/report/picture.ts';

/**
 * Stages the page of a run and the picture of its map, which are to replace the day's last. `runs` are the day's. The same
 * input gives the same bytes.
 */
export async function stageReport(
  { lake }: { lake: Pick<Lake, 'stageReport'> },
  staging: StagingPlace,
  compared: Compared,
  runs: readonly Run[],
): Promise<StagedObject[]> {
  const { date } = compared.result;
  const picture = compared.map && pngOf(WIDTH, HEIGHT, pictureOf(compared.map));
  const page = pageOf(compared, runs, picture?.toString('base64') ?? null);
  const staged = [await lake.stageReport(staging, date, 'index.html', Buffer.from(page))];
  // First, since the page speaks of it.
  if (picture) staged.unshift(await lake.stageReport(staging, date, 'map.png', picture));
  return staged;
}
