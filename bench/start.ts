import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocal } from '../bin/local.ts';
import { openProvider } from '../bin/provider.ts';
import { collect } from '../lambdas/collector/collect.ts';
import { compare } from '../lambdas/similarity/compare.ts';

/** Wall-clock seconds of `npm start` on the sample, beside a Node that does nothing. */
export interface StartTime {
  /** Each of the runs, sorted. */
  seconds: number[];
  /** `node -e 0`, each of the runs, sorted. */
  bareNode: number[];
  /** Milliseconds of each part of the work, in a process that has loaded its modules. */
  parts: Record<string, number>;
}

/** Starts `npm start` and a bare Node in turn, `runs` times each, every time in a new folder. */
export async function timeStart(runs: number): Promise<StartTime> {
  const seconds: number[] = [];
  const bareNode: number[] = [];
  for (let i = 0; i < runs; i++) {
    inFolder((folder) => seconds.push(timed('npm', ['start', '--silent', '--', '--data', folder])));
    bareNode.push(timed(process.execPath, ['-e', '0']));
  }
  const ascending = (a: number, b: number) => a - b;
  return { seconds: seconds.sort(ascending), bareNode: bareNode.sort(ascending), parts: await timeParts() };
}

function timed(command: string, parameters: string[]): number {
  const begun = performance.now();
  const { status, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} ended with ${status}: ${stderr}`);
  return (performance.now() - begun) / 1000;
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-bench-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timeParts(): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-bench-'));
  const parts: Record<string, number> = {};
  const measure = async <T>(part: string, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const result = await work();
    parts[part] = (parts[part] ?? 0) + performance.now() - begun;
    return result;
  };
  const local = await measure('open the database', () => openLocal(folder));
  const quiet = { ...local, isBeginning: true, say: () => {}, progress: () => {}, concurrency: 4 };
  const query = (sql: string, parameters: readonly string[]) =>
    measure('SQL in DuckDB, its loading included', () => local.warehouse.query(sql, parameters));
  const warehouse = {
    query,
    rows: async function* (sql: string, parameters: readonly string[]) {
      yield* await query(sql, parameters);
    },
  };
  const provider = await measure('make the sample and start the stand-in', () => openProvider(quiet, {}, {}));
  const deps = { ...quiet, warehouse, connect: provider.connect };
  const date = '2026-11-22';
  await measure('collect', () => collect(deps, { date }));
  const collectSql = parts['SQL in DuckDB, its loading included'] ?? 0;
  await measure('compare and publish', () => compare(deps, { date }));
  const compareSql = (parts['SQL in DuckDB, its loading included'] ?? 0) - collectSql;
  parts.collect = (parts.collect ?? 0) - collectSql;
  parts['compare and publish'] = (parts['compare and publish'] ?? 0) - compareSql;
  await provider.close();
  await local.close();
  rmSync(folder, { recursive: true, force: true });
  return parts;
}
