import type { ExploredListening } from '../../../core/explore.ts';
import type { Row } from '../../../core/tables.ts';
import { removeDay } from '../../support/lake.ts';
import { type Machine, openMachine, runRow } from '../../support/machine.ts';
import { TODAY, TOMORROW, YESTERDAY } from '../../support/pipeline.ts';
import { asking, s3With, sourcesOn } from './explored.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

/** So many plays of a day, a minute apart. */
const plays = (dt: string, count: number): Row<'recently_played'>[] =>
  Array.from({ length: count }, (_, i) => ({
    played_at: new Date(Date.parse(`${dt}T10:00:00.000Z`) + i * 60_000),
    track_id: `t${i}`,
    name: i === 0 ? null : `Song ${i}`,
    artist_id: 'a1',
    artist_name: '방탄소년단',
    duration_ms: 200_000,
    isrc: null,
    source: 'spotify:recently-played',
  }));

const song = (rank: number, run: string): Row<'recommendations'> => ({
  rank,
  id: `s${rank}`,
  name: `Song ${rank}`,
  artist_name: 'Artist',
  score: 10 - rank,
  method: 'sound',
  nearness: 0.9,
  because_id: 't1',
  because_name: 'Song 1',
  run,
});

async function listen(): Promise<void> {
  await machine.lake.write('recently_played', '2025-11-20', plays('2025-11-20', 5));
  await machine.lake.write('recently_played', YESTERDAY, plays(YESTERDAY, 150));
  await machine.lake.write('recently_played', TODAY, plays(TODAY, 100));
  await machine.lake.write('recently_played', TOMORROW, []);
  await machine.lake.write('recommendations', YESTERDAY, [song(1, 'old')]);
  await machine.lake.write('recommendations', TODAY, [song(1, 'new'), song(2, 'new')]);
}

test('the last 200 plays, the plays of each day of a year, and the last list', async () => {
  await listen();
  const gap = {
    after_at: `${TODAY}T01:00:00.000Z`,
    before_at: `${TODAY}T02:00:00.000Z`,
    found_at: `${TODAY}T03:00:00.000Z`,
  };
  await machine.history.setAccount({ extent: null, gaps: [gap] });
  const found = await asking(machine)<ExploredListening>('listening');
  expect(found.plays).toHaveLength(200);
  expect([found.plays[0], found.plays[199]]).toEqual([
    { playedAt: `${TODAY}T11:39:00.000Z`, id: 't99', name: 'Song 99', artist: '방탄소년단', artistId: 'a1' },
    expect.objectContaining({ playedAt: `${YESTERDAY}T10:50:00.000Z`, id: 't50' }),
  ]);
  expect(found.days).toEqual([
    { date: YESTERDAY, plays: 150 },
    { date: TODAY, plays: 100 },
  ]);
  expect(found.gaps).toEqual([{ after: gap.after_at, before: gap.before_at }]);
  expect(found.recommended).toMatchObject({ date: TODAY, songs: [{ id: 's1', score: 9 }, { id: 's2' }] });
  expect(found.recommended?.songs[0]).toEqual({
    id: 's1',
    name: 'Song 1',
    artist: 'Artist',
    score: 9,
    method: 'sound',
    nearness: 0.9,
    because: { id: 't1', name: 'Song 1' },
  });
});

test('of a stack the gaps are those of the last listening that the lake knows of', async () => {
  await listen();
  const gaps = [{ after: 'x', before: 'y' }];
  const listening = (id: string, started_at: string, summary: object) =>
    runRow({ id, kind: 'listening', started_at, summary: JSON.stringify(summary) });
  await machine.lake.write('runs', TODAY, [
    listening('l2', `${TODAY}T09:00:00.000Z`, { gaps }),
    listening('l1', `${TODAY}T10:00:00.000Z`, { gaps: [] }),
  ]);
  await machine.lake.write('runs', YESTERDAY, [listening('l0', `${YESTERDAY}T10:00:00.000Z`, { gaps })]);
  await machine.lake.write('runs', TOMORROW, [runRow()]);
  const ask = async () => {
    const s3 = await s3With(machine);
    try {
      return await asking(sourcesOn(s3, machine))<ExploredListening>('listening');
    } finally {
      await s3.close();
    }
  };
  expect(await ask()).toMatchObject({ gaps: [], plays: { length: 200 } });
  await removeDay(machine.lake, 'runs', TODAY);
  expect(await ask()).toMatchObject({ gaps });
});
