import type { Lake } from '../../core/ports.ts';
import type { TableName } from '../../core/tables.ts';

/** Where a test stages objects, which no run does. */
export const TEST_PLACE = { run: 'test', epoch: 1 } as const;

/** Removes a table's partition, as a run would. */
export async function removeDay(lake: Lake, table: TableName, dt: string): Promise<void> {
  await lake.place(await lake.stageRemoval(TEST_PLACE, table, dt));
}

/** A lake of which some methods are others. */
export const lakeWith = <T extends object>(lake: T, changes: Partial<T>): T =>
  new Proxy(lake, {
    get(target, name) {
      if (Object.hasOwn(changes, name)) return Reflect.get(changes, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
