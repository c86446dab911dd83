import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { openLocal } from '../bin/local.ts';
import { importDataset } from '../lambdas/importer/import.ts';
import { mulberry32 } from '../sample/random.ts';

/** An import of a generated CSV, and DuckDB's own way from the same file to Parquet, each in a process of its own. */
export interface ImportTime {
  rows: number;
  ours: Spent;
  duckDb: Spent;
}

/** What a process spent. */
interface Spent {
  seconds: number;
  /** Largest resident memory, in megabytes. */
  megabytes: number;
}

const HEADER =
  'id,name,album,album_id,artists,artist_ids,track_number,disc_number,explicit,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,duration_ms,time_signature,year,release_date';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Imports so many rows of the layout of Kaggle's 1.2M. */
export async function timeImport(rows: number): Promise<ImportTime> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-bench-'));
  try {
    const file = join(folder, 'tracks_features.csv');
    await generate(file, rows);
    return { rows, ours: inChild('import', file, folder), duckDb: inChild('duckdb', file, folder) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function generate(file: string, rows: number): Promise<void> {
  const random = mulberry32(1);
  const id = () => Array.from({ length: 22 }, () => BASE62[random.int(62)]).join('');
  const artists = Array.from({ length: Math.ceil(rows / 8) }, (_, i) => ({ id: id(), name: `Artist ${i}` }));
  const list = (items: string[]) => `"[${items.map((item) => `'${item}'`).join(', ')}]"`;
  const out = createWriteStream(file);
  out.write(`${HEADER}\n`);
  for (let i = 0; i < rows; i++) {
    const of = Array.from({ length: random.int(5) === 0 ? 2 : 1 }, () => artists[random.int(artists.length)]);
    const share = () => random.uniform().toFixed(5);
    const line = `${id()},Song ${i},Album ${i >> 3},${id()},${list(of.map((artist) => artist?.name ?? ''))},${list(of.map((artist) => artist?.id ?? ''))},${i % 12},1,False,${share()},${share()},${random.int(12)},${(-60 * random.uniform()).toFixed(3)},${random.int(2)},${share()},${share()},${share()},${share()},${share()},${(60 + 120 * random.uniform()).toFixed(3)},${random.int(400_000)},4.0,1999,1999-11-02\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

function inChild(what: 'import' | 'duckdb', file: string, folder: string): Spent {
  const flags = ['--experimental-import-text', '--disable-warning=ExperimentalWarning'];
  const parameters = [...flags, import.meta.filename, what, file, folder];
  const { stdout, stderr, status } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the ${what} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Spent;
}

/** What a child does. */
const WORK: Record<string, (file: string, folder: string) => Promise<void>> = {
  import: async (file, folder) => {
    const local = await openLocal(join(folder, 'data'));
    const deps = { ...local, workspaceFolder: join(folder, 'data', 'import'), progress: () => {} };
    await importDataset(deps, { paths: [file], date: '2026-11-22' });
    await local.close();
  },
  duckdb: async (file, folder) => {
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(`COPY (SELECT * FROM read_csv('${file}')) TO '${join(folder, 'plain.parquet')}'`);
  },
};

if (import.meta.main) {
  const [what = '', file = '', folder = ''] = process.argv.slice(2);
  const begun = performance.now();
  await WORK[what]?.(file, folder);
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
}
