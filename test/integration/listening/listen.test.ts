import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  BudgetSpentError,
  InvalidInputError,
  LeaseHeldError,
  LeaseLostError,
  RateLimitedError,
} from '../../../core/errors.ts';
import type { FoundPlay, StagingPlace } from '../../../core/ports.ts';
import { takeRun } from '../../../core/run/lease.ts';
import { exportHistory } from '../../../lambdas/listening/export-history.ts';
import { forget } from '../../../lambdas/listening/forget.ts';
import { type ListenDeps, listen } from '../../../lambdas/listening/listen.ts';
import { lakeWith } from '../../support/lake.ts';
import { type Machine, openMachine, runRow, TODAY } from '../../support/machine.ts';
import { featuresRow } from '../../support/rows.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 22) + minute * 60_000).toISOString();
const play = (minute: number, id = `t${minute}`): FoundPlay => ({
  played_at: at(minute),
  track: { id, name: `Song ${id}`, artist_id: 'a', artist_name: 'A', duration_ms: 180_000, isrc: 'X' },
});
const local = (minute: number): FoundPlay => ({ played_at: at(minute), track: null });
const minutes = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i * 3);

let machine: Machine;
let asked: (number | null)[];
beforeEach(async () => {
  [machine, asked] = [await openMachine(), []];
});
afterEach(() => machine.close());

/** Listening when Spotify shows these. */
const showing = (plays: FoundPlay[], deps: Partial<ListenDeps> = {}) =>
  listen(
    {
      ...machine,
      recentPlays: {
        async recentlyPlayed(after) {
          asked.push(after);
          return { plays: [...plays].reverse(), isFull: plays.length === 50 };
        },
      },
      ...deps,
    },
    {},
  );
const rows = async () =>
  (await machine.history.after(null, 1000)).map(({ played_at, track_id }) => [played_at, track_id]);

test('the first time all is asked for; then what is two hours older than the last play, and known plays stay one', async () => {
  expect(await showing([play(600), play(603)])).toEqual({
    ...{
      from: at(600),
      to: at(603),
      received: 2,
      skipped: 0,
      added: 2,
      matched: 0,
      known: 0,
      gaps: [],
      postponed: null,
    },
  });
  expect(await showing([play(600), play(603), play(606)])).toEqual({
    ...{
      from: at(483),
      to: at(606),
      received: 3,
      skipped: 0,
      added: 1,
      matched: 0,
      known: 2,
      gaps: [],
      postponed: null,
    },
  });
  expect(asked).toEqual([null, Date.parse(at(483))]);
  expect(await rows()).toEqual([600, 603, 606].map((minute) => [at(minute), `t${minute}`]));
});

test.each([
  new RateLimitedError('Spotify asks to wait', 'wait', 1),
  new BudgetSpentError('the budget is used up', 'wait', 1),
])(
  'where Spotify may not be asked now, nothing is taken in: no gap, no failed run ($message)',
  async (error) => {
    await showing([play(600)]);
    const refused: ListenDeps['recentPlays'] = { recentlyPlayed: () => Promise.reject(error) };
    expect(await listen({ ...machine, recentPlays: refused }, {})).toEqual({
      ...{ from: at(480), to: at(600), received: 0, skipped: 0, added: 0, matched: 0, known: 0, gaps: [] },
      postponed: error.message,
    });
    expect((await machine.runs.ofDay(TODAY)).map(({ status }) => status)).toEqual(['done', 'done']);
    expect(await showing([play(600), play(603)])).toMatchObject({ added: 1, gaps: [], postponed: null });
  },
);

test('somebody who hears nothing has an empty history, and nothing in the lake', async () => {
  const nothing = { received: 0, skipped: 0, added: 0, matched: 0, known: 0, gaps: [], postponed: null };
  expect(await showing([])).toEqual({ from: null, to: null, ...nothing });
  expect(await machine.lake.days('recently_played')).toEqual([]);
  await showing([play(600)]);
  expect(await showing([])).toEqual({ from: at(480), to: at(600), ...nothing });
});

test('local files and plays without a track are counted, and are no plays', async () => {
  expect(await showing([local(600), play(603), local(606)])).toMatchObject({
    ...{ from: at(600), to: at(606), received: 3, skipped: 2, added: 1 },
  });
  expect(await rows()).toEqual([[at(603), 't603']]);
});

test('plays whose time cannot be read are counted', async () => {
  const recentPlays = { recentlyPlayed: async () => ({ plays: [play(600)], unreadable: 2, isFull: false }) };
  expect(await showing([], { recentPlays })).toMatchObject({ received: 3, skipped: 2, added: 1 });
});

test('a song on repeat stays as often as it was heard, and the same play told twice is one', async () => {
  await showing([play(600, 'a'), play(603, 'a'), play(603, 'a'), play(606, 'a')]);
  expect(await rows()).toHaveLength(3);
  expect(await showing([{ ...play(603, 'a'), played_at: at(603).replace('.000Z', 'Z') }])).toMatchObject({
    added: 0,
  });
});

test('a play that shows up late is added in its place, and the lake’s day is written anew', async () => {
  await showing([play(60), play(66)]);
  await showing([play(60), play(63), play(66)]);
  expect(await machine.lake.read('recently_played', TODAY)).toEqual(
    [60, 63, 66].map((minute) => ({
      ...{ played_at: new Date(at(minute)), track_id: `t${minute}`, name: `Song t${minute}`, artist_id: 'a' },
      ...{ artist_name: 'A', duration_ms: 180_000, isrc: 'X', source: 'spotify:recently-played' },
    })),
  );
});

test('plays lie in the lake by their UTC day', async () => {
  await showing([play(1439), play(1440)]);
  expect(await machine.lake.days('recently_played')).toEqual([TODAY, '2026-11-23']);
});

describe('a gap', () => {
  const full = (from: number) => minutes(from, 50).map((minute) => play(minute));

  test('is what lies before a full page that does not reach the last known play; it is told until it is filled', async () => {
    await showing([play(0), play(3)]);
    const gaps = [{ after: at(3), before: at(100) }];
    expect(await showing(full(100))).toMatchObject({ gaps });
    expect(await showing([play(247), play(250)])).toMatchObject({ gaps });
    expect(await machine.history.account()).toMatchObject({
      gaps: [{ after_at: at(3), before_at: at(100) }],
    });
  });

  test('is not told where the page reaches, is not full, or is the first', async () => {
    expect(await showing(full(0))).toMatchObject({ gaps: [] });
    expect(await showing(full(147))).toMatchObject({ gaps: [] });
    expect(await showing(minutes(400, 49).map((minute) => play(minute)))).toMatchObject({ gaps: [] });
  });

  test('is not told where plays without a track fill the page, nor where they were seen before', async () => {
    await showing([play(0)]);
    const files = minutes(3, 49).map(local);
    expect(await showing([play(0), ...files])).toMatchObject({ gaps: [] });
    expect(await showing([...files, local(150)])).toMatchObject({ gaps: [] });
    expect(await showing([...minutes(160, 50).map(local)])).toMatchObject({
      gaps: [{ after: at(150), before: at(160) }],
    });
  });

  test('is narrowed by a page that overlaps it, whichever run comes first', async () => {
    await showing([play(0)]);
    await showing(full(300));
    expect(await showing(full(100))).toMatchObject({
      gaps: [
        { after: at(0), before: at(100) },
        { after: at(247), before: at(300) },
      ],
    });
  });
});

test('a run that died between the database and the lake is made good by the next, even if that hears nothing', async () => {
  const dying = lakeWith(machine.lake, { place: () => Promise.reject(new Error('died')) });
  await expect(showing([play(600)], { lake: dying })).rejects.toThrow('died');
  expect(await machine.lake.days('recently_played')).toEqual([]);
  expect(await rows()).toHaveLength(1);
  await showing([]);
  expect(await machine.lake.read('recently_played', TODAY)).toHaveLength(1);
});

test('of two runs at once one is refused, and a run that Spotify fails leaves what was there', async () => {
  await showing([play(600)]);
  const [a, b] = await Promise.allSettled([showing([play(600), play(603)]), showing([play(600), play(603)])]);
  expect([a, b].map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect([a, b].find(({ status }) => status === 'rejected')).toMatchObject({
    reason: expect.any(LeaseHeldError),
  });
  const recentPlays = { recentlyPlayed: () => Promise.reject(new Error('503')) };
  await expect(showing([], { recentPlays })).rejects.toThrow('503');
  expect(await rows()).toHaveLength(2);
  await showing([play(606)]);
  expect(await rows()).toHaveLength(3);
});

test('an event with a field that is not known is refused', async () => {
  await expect(
    listen({ ...machine, recentPlays: { recentlyPlayed: jest.fn() } }, { since: 1 } as never),
  ).rejects.toThrow(InvalidInputError);
});

test('the history is taken away as a line of JSON a play, in order', async () => {
  await showing(minutes(0, 40).map((minute) => play(minute)));
  const lines: string[] = [];
  for await (const line of exportHistory(machine)) lines.push(line);
  expect(lines).toHaveLength(40);
  expect(lines.every((line) => line.endsWith('}\n'))).toBe(true);
  expect(lines.map((line) => JSON.parse(line))).toEqual(await machine.history.after(null, 100));
});

describe('forgetting', () => {
  beforeEach(async () => {
    await showing([play(0), play(1440)]);
    await showing(minutes(1600, 50).map((minute) => play(minute)));
    await machine.runs.insert(runRow({ kind: 'recommendation', summary: '{"songs":[]}' }));
    await machine.runs.insert(runRow({ kind: 'collection' }));
    await machine.lake.write('heard_features', TODAY, [featuresRow('t0')]);
    const run = { status: 'done', started_at: at(0), finished_at: at(1) };
    await machine.lake.write('runs', TODAY, [
      { ...run, id: 'c', kind: 'collection', summary: '{}' },
      { ...run, id: 'l', kind: 'listening', summary: `{"to":"${at(0)}"}` },
    ]);
  });

  const left = async () => ({
    plays: await rows(),
    account: await machine.history.account(),
    changed: await machine.history.changedDays(),
    days: [...(await machine.lake.days('recently_played')), ...(await machine.lake.days('heard_features'))],
    runs: (await machine.runs.ofDay(TODAY)).map(({ kind }) => kind),
    lakeRuns: (await machine.lake.read('runs', TODAY))?.map(({ kind }) => kind),
  });
  const NOTHING = {
    ...{ plays: [], account: { extent: null, gaps: [] }, changed: [], days: [] },
    ...{ runs: ['collection'], lakeRuns: ['collection'] },
  };

  test('removes plays, gaps and runs from the database and the lake, and nothing else', async () => {
    expect(await forget(machine)).toEqual({ plays: 52, gaps: 1, playlists: 0, runs: 3, days: 3 });
    expect(await left()).toEqual(NOTHING);
    expect(await forget(machine)).toEqual({ plays: 0, gaps: 0, playlists: 0, runs: 0, days: 0 });
  });

  test('that died half-way is brought to its end by the next', async () => {
    const lake = lakeWith(machine.lake, { place: () => Promise.reject(new Error('died')) });
    await expect(forget({ ...machine, lake })).rejects.toThrow('died');
    expect(await forget(machine)).toMatchObject({ plays: 0, days: 3 });
    expect(await left()).toEqual(NOTHING);
  });

  test('of which another process has taken a part over removes nothing', async () => {
    const recommends = {
      kind: 'recommendation',
      dt: TODAY,
      alone: ['recommendation'],
      resumes: () => false,
      progress: '{}',
    } as const;
    const other = { ...machine, host: { owner: 'other', isGone: () => true } };
    const lake = lakeWith(machine.lake, {
      discardBefore: async (place: StagingPlace) => {
        if (place.run.startsWith('push-')) await takeRun(other, recommends);
        await machine.lake.discardBefore(place);
      },
    });
    const before = await left();
    await expect(forget({ ...machine, lake })).rejects.toThrow(LeaseLostError);
    expect({ ...(await left()), runs: before.runs }).toEqual(before);
  });

  test('removes what killed processes had begun to write of the user, where there was nothing before too', async () => {
    const gone = [
      ...['recently-played/dt=2026-11-22', 'recently-played/dt=2026-11-20', 'recommendations/dt=2026-11-21'],
      ...['heard-features/dt=2026-11-22', 'runs/dt=2026-11-22', 'runs/dt=2026-11-20'],
    ].flatMap((day) => [
      `${day}/.part-00000.parquet.999999999.part`,
      `${day}/.part-00000.parquet.${process.pid}.part`,
    ]);
    // Process 1 lives: its number may have been another's, but of the runs it may be writing.
    const ofProcess1 = '.part-00000.parquet.1.part';
    const stays = [
      `runs/dt=2026-11-20/${ofProcess1}`,
      'top-tracks/dt=2026-11-22/.part-00000.parquet.999999999.part',
    ];
    for (const path of [...gone, `recently-played/dt=2026-11-19/${ofProcess1}`, ...stays]) {
      await mkdir(dirname(join(machine.lakeFolder, path)), { recursive: true });
      await writeFile(join(machine.lakeFolder, path), 'begun');
    }
    expect(await forget(machine)).toMatchObject({ plays: 52, days: 3 });
    const files = await readdir(machine.lakeFolder, { recursive: true });
    expect(files.filter((path) => path.endsWith('.part')).sort()).toEqual(stays);
    expect(files.filter((path) => /^(recently|heard|recommendations)/.test(path))).toEqual([]);
  });

  test('and listening again begins anew', async () => {
    await forget(machine);
    expect(await showing(minutes(2000, 50).map((minute) => play(minute)))).toMatchObject({
      added: 50,
      gaps: [],
    });
    expect(asked.at(-1)).toBeNull();
  });
});
