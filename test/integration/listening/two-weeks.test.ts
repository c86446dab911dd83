import type { Database } from '../../../core/ports.ts';
import { times } from '../../support/long.ts';
import { openMachine } from '../../support/machine.ts';
import { testDatabase } from '../../support/mariadb-database.ts';
import { doubled, expectLakeIsHistory, lostOutsideOfGaps, missing } from '../../support/true-list.ts';
import { twoWeeks } from '../../support/two-weeks.ts';

const seeds = (few: number, all: number) => Array.from({ length: times(few, all) }, (_, i) => i + 1);

async function onSqlite(test: (database: Database) => Promise<void>): Promise<void> {
  const machine = await openMachine();
  try {
    await test(machine as unknown as Database);
  } finally {
    await machine.close();
  }
}

async function check(database: Database, seed: number): Promise<void> {
  await twoWeeks(database, { seed }, async (weeks, importAll) => {
    expect(missing(weeks, [...weeks.spotify.told])).toEqual([]);
    expect(doubled(weeks)).toEqual([]);
    expect(lostOutsideOfGaps(weeks)).toEqual([]);
    expectLakeIsHistory(weeks);
    const short = await importAll('short');
    expect(missing(short, short.listener.music)).toEqual([]);
    expect(doubled(short)).toEqual([]);
    const extended = await importAll('extended');
    expect(missing(extended, extended.listener.music)).toEqual([]);
    expect(doubled(extended)).toEqual([]);
    expect(extended.gaps).toEqual([]);
    expectLakeIsHistory(extended);
  });
}

test.each(seeds(2, 30))('two weeks and their exports, seed %i', (seed) =>
  onSqlite((database) => check(database, seed)),
);

test.each(seeds(2, 30))('exports while they go on, seed %i', (seed) =>
  onSqlite((database) =>
    twoWeeks(
      database,
      { seed, exports: ['short', 'extended', 'short', 'extended'] },
      async (weeks, importAll) => {
        expect(missing(weeks, [...weeks.spotify.told])).toEqual([]);
        expect(doubled(weeks)).toEqual([]);
        expect(lostOutsideOfGaps(weeks)).toEqual([]);
        expectLakeIsHistory(weeks);
        const extended = await importAll('extended');
        expect(missing(extended, extended.listener.music)).toEqual([]);
        expect(doubled(extended)).toEqual([]);
        expect(extended.gaps).toEqual([]);
        const again = await importAll('extended');
        expect(again.plays).toEqual(extended.plays);
        const short = await importAll('short');
        expect(doubled(short)).toEqual([]);
        expect(short.plays).toHaveLength(short.listener.music.length);
        expectLakeIsHistory(short);
      },
    ),
  ),
);

describe('on a server', () => {
  const mysql = testDatabase();
  test.each(seeds(1, 10))('two weeks and their exports, seed %i', (seed) => check(mysql.database, seed));
});
