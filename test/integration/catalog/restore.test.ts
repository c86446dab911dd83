import { join } from 'node:path';
import { openSqlite } from '../../../adapters/database/sqlite.ts';
import { restore } from '../../../lambdas/catalog/restore.ts';
import { listen } from '../../../lambdas/listening/listen.ts';
import { withPipeline } from '../../support/pipeline.ts';
import { artistRow } from '../../support/rows.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 21) + minute * 60_000).toISOString();
const shown = (minutes: number[]) => ({
  recentlyPlayed: async () => ({
    isFull: false,
    plays: minutes.map((minute) => ({
      played_at: at(minute),
      track: { id: `t${minute}`, name: 'Song', artist_id: 'a', artist_name: 'A', duration_ms: 1, isrc: null },
    })),
  }),
});

test('a new database follows again and has every play; what it knows by then stays, and the lake is as it was', () =>
  withPipeline({ follow: 5 }, async ({ main, folder, collect, day, clock }) => {
    await collect();
    await main.artists.know([artistRow('other')], 'dataset', at(0));
    await listen(
      { ...main, history: main.database.history, lake: main.lake as never, recentPlays: shown([1, 1500]) },
      {},
    );
    const followed = await main.artists.followed();
    const plays = await main.database.history.after(null, 100);
    const before = await day();

    const lost = await openSqlite(join(folder, 'new.db'));
    const deps = { ...main, ...lost, lake: main.lake as never, clock, registerAll: async () => 7 };
    expect(await restore(deps)).toEqual({ partitions: 7, followed: 5, plays: 2 });
    expect((await lost.artists.followed()).map(({ id }) => id)).toEqual(followed.map(({ id }) => id));
    expect(await lost.history.after(null, 100)).toEqual(plays);
    expect(await lost.history.account()).toEqual({
      extent: { first_at: at(1), last_at: at(1500) },
      gaps: [],
    });
    expect(await lost.history.changedDays()).toEqual([]);
    expect(await day()).toEqual(before);

    // It goes on from the last play, and a second time changes nothing.
    await listen({ ...deps, recentPlays: shown([1500, 1503]) }, {});
    expect((await lost.history.after(null, 100)).map(({ played_at }) => played_at)).toEqual(
      [1, 1500, 1503].map(at),
    );
    expect((await lost.history.account()).gaps).toEqual([]);
    await lost.artists.remove([followed[0]?.id ?? '']);
    expect(await restore(deps)).toEqual({ partitions: 7, followed: 0, plays: 0 });
    await lost.close();
  }));
