import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createConnection } from 'mysql2/promise';
import { openMysql } from '../adapters/database/mysql.ts';
import { batched } from '../core/batches.ts';
import type { Neighbours } from '../core/similarity/neighbours.ts';
import { relatedArtists } from '../core/similarity/pairs.ts';
import { mulberry32 } from '../sample/random.ts';
import { publishAs } from '../test/support/publication.ts';

const NEIGHBOURS = 20;

/** Seconds to a published run, and those of one bare LOAD DATA of the same rows from a file. */
export interface PublishRowsTimes {
  ours: number[];
  bare: number[];
}

/**
 * Times the publishing of so many neighbours into a database server, which makes them as they are read, and beside it a
 * LOAD DATA of the same rows, ready on the server's disk and sorted, into a table with the same two keys.
 */
export async function timePublishRows(
  database: string,
  rows: number,
  rounds: number,
): Promise<PublishRowsTimes> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-bench-'));
  const connection = await createConnection(database);
  const served = await openMysql(database);
  const { ids, neighbours } = someNeighbours(rows / NEIGHBOURS);
  const file = join(folder, 'rows.tsv');
  const times: PublishRowsTimes = { ours: [], bare: [] };
  try {
    await writeRows(file, ids, neighbours);
    // The server reads it as another user.
    await chmod(folder, 0o755);
    for (let round = 0; round < rounds; round++) {
      times.ours.push(
        await seconds(() =>
          publishAs(served, {
            ...{ run_id: `run-${round}`, dt: '2026-11-22', method: 'mean', parameters: '{}' },
            artistFeatures: () => [],
            relatedArtists: () => batched(relatedArtists(ids, neighbours), 50_000),
          }),
        ),
      );
      await connection.query('CREATE TABLE bare LIKE related_artists');
      times.bare.push(
        await seconds(() =>
          connection.query('LOAD DATA INFILE ? INTO TABLE bare CHARACTER SET utf8mb4', [file]),
        ),
      );
      await connection.query('DROP TABLE bare');
    }
  } finally {
    await served.close();
    await connection.end();
    await rm(folder, { recursive: true });
  }
  for (const each of Object.values(times)) each.sort((a: number, b: number) => a - b);
  return times;
}

function someNeighbours(n: number): { ids: string[]; neighbours: Neighbours } {
  const random = mulberry32(11);
  const ids = Array.from({ length: n }, (_, i) => `artist${String(i).padStart(16, '0')}`);
  const rows = new Int32Array(n * NEIGHBOURS);
  const distances = new Float64Array(n * NEIGHBOURS);
  for (let i = 0; i < n; i++) {
    const near = new Set<number>();
    while (near.size < NEIGHBOURS) {
      const other = random.int(n);
      if (other !== i) near.add(other);
    }
    rows.set([...near], i * NEIGHBOURS);
    distances.set(Float64Array.from(near, () => random.uniform()).sort(), i * NEIGHBOURS);
  }
  return { ids, neighbours: { n, k: NEIGHBOURS, rows, distances } };
}

async function writeRows(file: string, ids: readonly string[], neighbours: Neighbours): Promise<void> {
  const lines = function* () {
    for (const { artist_id, y_artist, distance, rank } of relatedArtists(ids, neighbours)) {
      yield `${artist_id}\t${y_artist}\t${distance}\t${rank}\t\\N\t\\N\n`;
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}
