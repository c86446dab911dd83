import { pngOf } from '../../adapters/png.ts';
import { reportKey } from '../../core/names.ts';
import type { Reports, Run } from '../../core/ports.ts';
import type { Compared } from '../../core/report/compared.ts';
import { HEIGHT, WIDTH } from '../../core/report/frame.ts';
import { pageOf } from '../../core/report/page.ts';
import { pictureOf } from '../../core/report/picture.ts';

/**
 * Writes the page of a run and the picture of its map, in the place of the day's last; returns their keys in the lake.
 * `runs` are the day's. The same input gives the same bytes.
 */
export async function writeReport(
  { lake }: { lake: Reports },
  compared: Compared,
  runs: readonly Run[],
): Promise<{ page: string; map: string | null }> {
  const { date } = compared.result;
  const picture = compared.map && pngOf(WIDTH, HEIGHT, pictureOf(compared.map));
  // First, since the page tells of it.
  if (picture) await lake.putReport(date, 'map.png', picture);
  const page = pageOf(compared, runs, picture?.toString('base64') ?? null);
  await lake.putReport(date, 'index.html', Buffer.from(page));
  return { page: reportKey(date, 'index.html'), map: picture && reportKey(date, 'map.png') };
}
