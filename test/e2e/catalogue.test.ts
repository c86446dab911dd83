import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parse } from 'csv-parse/sync';
import type { RunResult } from '../../core/events.ts';
import { MODES, type Mode } from '../../sample/stand-in/modes.ts';
import { documentOf, soundalike } from '../support/cli.ts';
import { TODAY } from '../support/pipeline.ts';

const FOLDER = join(import.meta.dirname, '../../../shared/data/artists-20k');
const FEATURES = ['danceability', 'energy', 'loudness', 'speechiness', 'instrumentalness'];
const TOP = 10;

type CsvRow = Record<string, string>;

const rows = async (name: string): Promise<CsvRow[]> =>
  parse(await readFile(join(FOLDER, name)), { columns: true, bom: true, relax_column_count: true });

/** The method of docs/method.md, straight from the CSVs, by none of the project's own code. */
async function distancesFromCsv(mode: Mode): Promise<Map<string, number>> {
  const audio = new Map((await rows('audio.csv')).map((row) => [row.track_id, row]));
  const tracks = new Map((await rows('track.csv')).reverse().map((row) => [row.track_id, row]));
  const byArtist = Map.groupBy(tracks.values(), (row) => row.track_artist_id);
  const artists = [...new Set((await rows('artist.csv')).map((row) => row.artist_id as string))];
  const used = new Map<string, CsvRow>();
  const means = new Map<string, number[]>();
  for (const id of artists) {
    const own = [...(byArtist.get(id) ?? [])].sort(
      (a, b) =>
        Number(b.track_popularity) - Number(a.track_popularity) ||
        ((a.track_id as string) < (b.track_id as string) ? -1 : 1),
    );
    // The search gives a recording under several ids; the files tell no ISRC, so that the title counts.
    const titles = new Set<string>();
    const recordings = own.filter(({ track_name = '' }) => {
      const title = track_name
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .toLowerCase()
        .replace(/\s+/g, ' ')
        .trim();
      const isNew = !titles.has(title);
      titles.add(title);
      return isNew;
    });
    const heard = (mode === 'development' ? recordings : own)
      .slice(0, TOP)
      .map(({ track_id }) => audio.get(track_id))
      .filter((row) => row !== undefined);
    for (const row of heard) used.set(row.track_id as string, row);
    if (heard.length === 0) continue;
    means.set(
      id,
      FEATURES.map((name) => heard.reduce((sum, row) => sum + Number(row[name]), 0) / heard.length),
    );
  }
  const ranges = FEATURES.map((name) => {
    const values = [...used.values()].map((row) => Number(row[name]));
    return [Math.min(...values), Math.max(...values)] as const;
  });
  const points = [...means].map(([id, mean]) => {
    const at = mean.map((value, i) => {
      const [min, max] = ranges[i] as readonly [number, number];
      return max === min ? 0 : (value - min) / (max - min);
    });
    return { id, at };
  });
  const distances = new Map<string, number>();
  for (const a of points) {
    for (const b of points) {
      if (a === b) continue;
      const apart = a.at.map((x, i) => x - (b.at[i] as number));
      distances.set(`${a.id} ${b.id}`, Math.hypot(...apart));
    }
  }
  return distances;
}

if (!existsSync(FOLDER)) {
  process.stdout.write(`skipped: there is no ${FOLDER}\n`);
}

(existsSync(FOLDER) ? describe : describe.skip)('the catalogue artists-20k', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'soundalike-20k-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  test.each(MODES)('every distance is that of an independent computation (mode %s)', async (mode) => {
    const expected = await distancesFromCsv(mode);
    const folder = join(root, mode);
    const ended = await soundalike([
      ...['run', '--catalogue', FOLDER, '--mode', mode],
      ...['--data', folder, '--date', TODAY, '--json'],
    ]);
    expect(ended.status).toBe(0);
    const run = documentOf<RunResult>(ended);
    expect(run).toMatchObject({ artists: { asked: 302, collected: 285, compared: 285 }, pairs: 80_940 });
    // The search misses the 17 artists without tracks, so that their albums are asked for.
    const [batch, missed] = mode === 'extended' ? [100, 0] : [40, 17];
    expect(run.requests).toBeLessThanOrEqual(1.05 * (302 + missed + Math.ceil(2837 / batch)));
    const database = new DatabaseSync(join(folder, 'soundalike.db'), { readOnly: true });
    const published = database.prepare('SELECT artist_id, y_artist, distance FROM related_artists').all();
    database.close();
    expect([published.length, expected.size]).toEqual([80_940, 80_940]);
    const worst = published.reduce((most, { artist_id, y_artist, distance }) => {
      const error = Math.abs((expected.get(`${artist_id} ${y_artist}`) ?? Number.NaN) - Number(distance));
      return error <= most ? most : error;
    }, 0);
    expect(worst).toBeLessThan(1e-9);
    const nearest = [...expected]
      .sort(([, a], [, b]) => a - b)[0]?.[0]
      .split(' ')
      .sort();
    expect([run.nearest[0]?.artist.id, run.nearest[0]?.y_artist.id].sort()).toEqual(nearest);
  });
});
