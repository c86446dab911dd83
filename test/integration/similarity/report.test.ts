import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { reportKey } from '../../../core/names.ts';
import type { Run } from '../../../core/ports.ts';
import type { Compared } from '../../../core/report/compared.ts';
import { framed, HEIGHT, STRIP_TOP, STYLE_COLOURS, WIDTH } from '../../../core/report/frame.ts';
import { stageReport } from '../../../lambdas/similarity/report.ts';
import { comparedOf, DAY, IMPORTED, NAMES, RUNS } from '../../support/compared.ts';
import { TEST_PLACE } from '../../support/lake.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-report-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (compared: Compared, runs: readonly Run[] = RUNS) => {
  const lake = new ParquetLake(new FolderStore(folder));
  const staged = await stageReport({ lake }, TEST_PLACE, compared, runs);
  for (const object of staged) await lake.place(object);
  return staged.map(({ target }) => target);
};
const file = (name: 'index.html' | 'map.png') => readFile(join(folder, reportKey(DAY, name)));
const page = async () => (await file('index.html')).toString();

test('stands beside the tables of its day, and says where', async () => {
  expect(await write(comparedOf(40))).toEqual([
    'reports/dt=2026-11-22/map.png',
    'reports/dt=2026-11-22/index.html',
  ]);
  expect(await page()).toMatch(/^<!doctype html>\n<html lang="en">/);
});

test('the same run gives the same bytes, and a later one takes its place', async () => {
  const read = () => Promise.all([file('index.html'), file('map.png')]);
  await write(comparedOf(40));
  const first = await read();
  await write(comparedOf(40));
  expect((await read()).map((bytes, i) => bytes.equals(first[i] as Buffer))).toEqual([true, true]);
  await write(comparedOf(41));
  expect((await read()).map((bytes, i) => bytes.equals(first[i] as Buffer))).toEqual([false, false]);
});

describe('the page', () => {
  test('tells of the run, its ruler, its scores and its closest pairs what the result does', async () => {
    const compared = comparedOf(40);
    await write(compared);
    const text = await page();
    for (const told of [
      ...['2026-11-22-s-1', 'mean', '87.6 %', '4321', 'danceability, energy', '0.950', 'sharedGenre at 10'],
      ...['0.432', '[0.401, 0.457]', '0.211', '0.222', '77', '0.012', 'Many &#38; Sides', '1.750'],
      ...['npx soundalike explore', 'explore --stack', 'This run was published'],
    ]) {
      expect(text).toContain(told);
    }
    const { trustworthiness, kept, styles } = (compared.map as NonNullable<Compared['map']>).quality;
    expect(text).toContain(trustworthiness.toFixed(3));
    expect(text).toContain(`${Math.floor(kept * 1000) / 10} %`);
    for (const { words, artists } of styles) expect(text).toContain(`${words} (${artists})`);
  });

  test('tells the account of the day', async () => {
    await write(comparedOf(40));
    const text = await page();
    for (const told of ['91', '83', '1234', '17', '91.2 %', 'not-found', 'no-features:energy']) {
      expect(text).toContain(`>${told}`);
    }
    expect(text).toContain('<h3>collection 2026-11-22-c-1</h3>');
    expect(text).toContain('slow &#60;i&#62;day');
    expect(text).toMatch(/reccobeats<\/th><td>features<\/td><td>700</);
    await write(comparedOf(40), IMPORTED);
    expect(await page()).toContain('a&#60;b.csv');
    expect(await page()).toContain('101 rejected rows, the first 1');
  });

  test('a result of an older version, which told less, is no hindrance', async () => {
    await write(comparedOf(40), [{ ...(RUNS[0] as Run), summary: '{}' }]);
    expect(await page()).toContain('<dt>requests</dt><dd>–</dd>');
    await write(comparedOf(40), []);
    expect(await page()).toContain('No collection and no import');
  });

  test('has no script, loads nothing, and says so to the browser', async () => {
    await write(comparedOf(40));
    const text = await page();
    expect(text).toContain(`default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:`);
    expect(text).not.toMatch(
      /<script|<link|<iframe|<[a-z][^<>]*\s(src|on[a-z]+)=|"javascript:|@import|url\(/i,
    );
  });

  test('names are text whatever stands in them, and only addresses of the web are links', async () => {
    await write(comparedOf(40));
    const text = await page();
    expect(text).toContain('&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;');
    expect(text).toContain('Lost &#60;b&#62;');
    expect(text).toContain('several sources: &#60;2&#62;');
    for (const name of NAMES.slice(1)) expect(text).toContain(name);
    expect(text).toContain('<a href="https://open.spotify.com/artist/000000?a=&#34;b">');
    expect(text.match(/<(text)[^>]*>Very[^<]*…</g)).toHaveLength(1);
  });

  test('draws a point an artist up to 3,000, and names the most popular', async () => {
    const compared = comparedOf(3000);
    await write(compared);
    const drawn = await page();
    expect(drawn.match(/<circle /g)).toHaveLength(3000);
    expect(drawn).not.toContain('data:image');
    const { x, y } = framed(compared.map as NonNullable<Compared['map']>);
    expect(drawn).toContain(`cx="${x[7]?.toFixed(1)}" cy="${y[7]?.toFixed(1)}"`);
    const names = drawn.match(/<text [^>]*>[^<]*<\/text>/g) ?? [];
    expect(names.length).toBeGreaterThan(10);
    expect(names.length).toBeLessThanOrEqual(30);
    expect(names.join()).not.toContain('Artist 2000');
  });

  test('of more artists it holds the picture', async () => {
    await write(comparedOf(3001));
    const text = await page();
    expect(text).not.toContain('<circle ');
    const [, base64 = ''] = /href="data:image\/png;base64,([^"]+)"/.exec(text) ?? [];
    expect((await file('map.png')).equals(Buffer.from(base64, 'base64'))).toBe(true);
    expect(text).toContain('방탄소년단</text>');
  });

  test('without a map there is a page all the same', async () => {
    expect(await write(comparedOf(40, { hasMap: false }))).toEqual([reportKey(DAY, 'index.html')]);
    expect(await page()).toContain('There is no map of this run');
    await expect(file('map.png')).rejects.toThrow('ENOENT');
  });

  test.each([0, 1, 2])('of %i artists', async (n) => {
    await write(comparedOf(n));
    expect(await page()).not.toMatch(/NaN|Infinity|undefined/);
    expect(PNG.sync.read(await file('map.png')).width).toBe(WIDTH);
  });

  test('a run that was not published says so', async () => {
    const compared = comparedOf(5);
    await write({ ...compared, result: { ...compared.result, published: false } });
    expect(await page()).toContain('This run was not published');
  });
});

describe('the picture', () => {
  const colourAt = ({ data }: PNG, x: number, y: number) => {
    const at = (Math.floor(y) * WIDTH + Math.floor(x)) * 4;
    return [...data.subarray(at, at + 4)];
  };
  const rgb = (style: number) =>
    [1, 3, 5].map((at) => Number.parseInt((STYLE_COLOURS[style] as string).slice(at, at + 2), 16));

  test('has a disc in the colour of its style at the place of each artist, and is white elsewhere', async () => {
    const compared = comparedOf(40);
    await write(compared);
    const png = PNG.sync.read(await file('map.png'));
    expect([png.width, png.height]).toEqual([WIDTH, HEIGHT]);
    const map = compared.map as NonNullable<Compared['map']>;
    const { x, y } = framed(map);
    // Nothing is painted over the last, and a fifth of what is below it shines through.
    const found = colourAt(png, x[39] as number, y[39] as number);
    for (const [c, channel] of rgb(map.style[39] as number).entries()) {
      expect(found[c]).toBeGreaterThanOrEqual(Math.floor(0.8 * channel));
      expect(found[c]).toBeLessThanOrEqual(Math.ceil(0.8 * channel + 0.2 * 255));
    }
    expect(colourAt(png, 1, 1)).toEqual([255, 255, 255, 255]);
  });

  test('has a strip below whose parts are as wide as the styles are large', async () => {
    const compared = comparedOf(40);
    await write(compared);
    const png = PNG.sync.read(await file('map.png'));
    const { styles } = (compared.map as NonNullable<Compared['map']>).quality;
    expect(styles.length).toBeGreaterThan(1);
    let left = 0;
    for (const [style, { artists }] of styles.entries()) {
      const width = (artists / 40) * WIDTH;
      for (const x of [left + 1, left + width - 2]) {
        expect(colourAt(png, x, STRIP_TOP + 2)).toEqual([...rgb(style), 255]);
      }
      left += width;
    }
    expect(left).toBeCloseTo(WIDTH, 6);
  });
});
