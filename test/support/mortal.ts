import { join } from 'node:path';
import { FolderStore } from '../../adapters/lake/folder.ts';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import type { Tables } from '../../core/ports.ts';
import type { Process } from './pipeline.ts';

/** What changes the lake, the tables, and what is served. */
const WRITES = [
  ...['put', 'write', 'putFile', 'removeAll', 'stage', 'stageCopy', 'stageRemoval', 'place', 'discard'],
  ...['insert', 'update', 'take', 'changed', 'claim', 'written', 'know', 'refresh', 'publish'],
];

/** A process that dies: what it is given, and whether it has died yet. */
export interface Mortal {
  deps: Process;
  isDead(): boolean;
}

/** The process as it is until its `n`-th write; before that one it dies, and does no more. */
export function mortal(process: Process, folder: string, n: number): Mortal {
  let writes = 0;
  const step = (name: string): void => {
    if (WRITES.includes(name)) writes += 1;
    if (writes >= n) throw new Error(`dead before its write ${n}`);
  };
  const dying = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name);
        if (typeof value !== 'function') return value;
        return async (...values: unknown[]) => {
          step(String(name));
          return await value.apply(object, values);
        };
      },
    });
  const dyingTables = <T extends Pick<Tables, 'artists' | 'runs' | 'runDays'>>(tables: T): T => ({
    ...tables,
    artists: dying(tables.artists),
    runs: dying(tables.runs),
    runDays: dying(tables.runDays),
  });
  const deps: Process = {
    ...process,
    ...dyingTables(process),
    lake: new ParquetLake(dying(new FolderStore(join(folder, 'lake')))),
    relatedArtists: dying(process.relatedArtists),
    transaction: (work) => process.transaction((tables) => work(dyingTables(tables))),
  };
  return { deps, isDead: () => writes >= n };
}
