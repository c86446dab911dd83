import { join } from 'node:path';
import { FolderStore } from '../../adapters/lake/folder.ts';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import type { Runs } from '../../core/ports.ts';
import type { Process } from './pipeline.ts';

const WRITES = ['put', 'write', 'putFile', 'copy', 'removeAll', 'insert', 'update'];

/** A process that dies: what it is given, and whether it has died yet. */
export interface Mortal {
  deps: Process;
  isDead(): boolean;
}

/** The process as it is until its `n`-th write to the lake or the runs; before that one it dies, and does no more. */
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
          const [work] = values;
          const inner = (runs: Runs) => (work as (runs: Runs) => unknown)(dying(runs));
          return await value.apply(object, name === 'exclusively' ? [inner] : values);
        };
      },
    });
  const lake = new ParquetLake(dying(new FolderStore(join(folder, 'lake'))));
  return { deps: { ...process, lake, runs: dying(process.runs) }, isDead: () => writes >= n };
}
