import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { type Local, openLocal } from '../bin/local.ts';
import { DEFAULT_FEATURES } from '../core/features.ts';
import { compare } from '../lambdas/similarity/compare.ts';
import { mulberry32 } from '../sample/random.ts';
import { runRow } from '../test/support/machine.ts';
import { artistRow, featuresRow, trackRow } from '../test/support/rows.ts';

const DATE = '2026-11-22';
const ARTISTS = 1000;
const TRACKS = 10;
const PAIRS = ARTISTS * (ARTISTS - 1);
/** Pairs that the plain way is timed on; its time is the same for every pair. */
const SAMPLE = 3000;

/** Seconds from a day in the lake to its published table, sorted. */
export interface PublishTimes {
  ours: number[];
  /** The plain way, scaled from `SAMPLE` pairs to all. */
  plain: number[];
}

/** Times a similarity run of 1,000 artists, all pairs, into a database server, and the plain way beside it. */
export async function timePublish(database: string, rounds: number): Promise<PublishTimes> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-bench-'));
  const local = { ...(await openLocal(folder, { database })), say: () => {} };
  const times: PublishTimes = { ours: [], plain: [] };
  try {
    await putDay(local);
    for (let round = 0; round < rounds; round++) {
      times.ours.push(await seconds(() => ourWay(local)));
      times.plain.push((await seconds(() => plainWay(local, database))) * (PAIRS / SAMPLE));
    }
  } finally {
    await local.close();
    await rm(folder, { recursive: true });
  }
  for (const each of Object.values(times)) each.sort((a: number, b: number) => a - b);
  return times;
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

async function putDay({ lake, runs }: Local): Promise<void> {
  const random = mulberry32(7);
  const ids = Array.from({ length: ARTISTS }, (_, i) => `artist${i}`.padEnd(22, 'x'));
  const tracks = ids.flatMap((id) =>
    Array.from({ length: TRACKS }, (_, t) => trackRow(id, `${t}${id}`.slice(0, 22))),
  );
  const features = tracks.map(({ id }) =>
    featuresRow(id, Object.fromEntries(DEFAULT_FEATURES.map((feature) => [feature, random.uniform()]))),
  );
  await lake.write(
    'artists',
    DATE,
    ids.map((id) => artistRow(id)),
  );
  await lake.write('top_tracks', DATE, tracks);
  await lake.write('audio_features', DATE, features);
  await runs.insert(runRow({ dt: DATE, status: 'done' }));
}

async function ourWay(local: Local): Promise<void> {
  const { pairs, published } = await compare({ ...local, progress: () => {} }, { date: DATE });
  if (pairs !== PAIRS || !published) throw new Error(`expected ${PAIRS} pairs published, got ${pairs}`);
}

/** For each pair: parse both rows, normalise them, and write the distance by a statement of its own. */
async function plainWay({ lake }: Local, database: string): Promise<void> {
  const rows = ((await lake.read('artist_features', DATE)) ?? []).map((row) => JSON.stringify(row));
  const values = (await lake.read('audio_features', DATE)) ?? [];
  const ranges = DEFAULT_FEATURES.map((feature) => {
    const all = values.map((row) => Number(row[feature]));
    return { feature, min: Math.min(...all), max: Math.max(...all) };
  });
  const connection = await createConnection(database);
  await connection.query(
    'CREATE TABLE IF NOT EXISTS plain (a VARCHAR(64), b VARCHAR(64), distance DOUBLE, PRIMARY KEY (a, b))',
  );
  for (let i = 0; i < SAMPLE; i++) {
    const [a, b] = [rows[Math.floor(i / ARTISTS)], rows[i % ARTISTS]].map((row) => JSON.parse(row as string));
    let sum = 0;
    for (const { feature, min, max } of ranges) {
      sum += ((a[feature] - min) / (max - min) - (b[feature] - min) / (max - min)) ** 2;
    }
    await connection.query(
      'INSERT INTO plain (a, b, distance) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE distance = VALUES(distance)',
      [a.artist_id, b.artist_id, Math.sqrt(sum)],
    );
  }
  await connection.query('DROP TABLE plain');
  await connection.end();
}
