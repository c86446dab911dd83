import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Play } from '../../../core/ports.ts';
import { importHistory } from '../../../lambdas/listening/import-history.ts';
import { listen } from '../../../lambdas/listening/listen.ts';
import { times } from '../../support/long.ts';
import { type Machine, openMachine } from '../../support/machine.ts';
import { type SimulatedPlay, SimulatedRecent, simulatedPlays } from '../../support/simulated-plays.ts';

const COUNT = 2000;
const FROM = Date.UTC(2025, 0, 1);
const HOUR = 3_600_000;
const seeds = Array.from({ length: times(2, 40) }, (_, i) => i + 1);

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const iso = (time: number): string => new Date(time).toISOString();

/** Listens every hour, until the last play. */
async function listenTo(plays: readonly SimulatedPlay[]): Promise<void> {
  const recentPlays = new SimulatedRecent(plays);
  const moments = plays.map(({ recent }) => Date.parse(recent.played_at));
  const hours = new Set(moments.map((moment) => Math.ceil(moment / HOUR)));
  for (const hour of [...hours].sort((a, b) => a - b)) {
    recentPlays.now = hour * HOUR;
    await listen({ ...machine, recentPlays }, {});
  }
}

/** Imports an export in three files, of which each has some records of the one before. */
async function importAll(name: string, records: readonly object[]) {
  const folder = join(machine.folder, name);
  await mkdir(folder, { recursive: true });
  const size = Math.ceil(records.length / 3);
  for (const i of [0, 1, 2]) {
    const some = records.slice(Math.max(0, i * size - 20), (i + 1) * size);
    await writeFile(join(folder, `${name}_${i}.json`), JSON.stringify(some));
  }
  return await importHistory({ ...machine, progress: () => {} }, { paths: [folder] });
}
const importExtended = (plays: readonly SimulatedPlay[]) =>
  importAll(
    'Streaming_History_Audio_2025',
    plays.flatMap(({ extended }) => extended),
  );
const importShort = (plays: readonly SimulatedPlay[]) =>
  importAll(
    'StreamingHistory_music',
    plays.map(({ short }) => short),
  );
const all = (): Promise<Play[]> => machine.history.after(null, 100_000);

/** The history is these plays: every report that recently-played gave, each with one of the export, of its song. */
async function expectTruth(plays: readonly SimulatedPlay[]): Promise<void> {
  const rows = await all();
  expect(rows).toHaveLength(plays.length);
  const byReport = new Map(rows.map((row) => [`${row.spotify_at} ${row.track_id}`, row]));
  for (const { recent, song } of plays) {
    const row = byReport.get(`${recent.played_at} ${recent.track?.id}`);
    expect(row).toMatchObject({ name: song.name, export_at: expect.any(String) });
  }
  expect(byReport.size).toBe(plays.length);
}

describe.each(seeds)('2,000 plays that both sources report, seed %i', (seed) => {
  const plays = simulatedPlays(seed, FROM, COUNT);

  test('heard first, then exported: none is doubled, none is lost', async () => {
    await listenTo(plays);
    expect(await all()).toHaveLength(COUNT);
    expect(await importExtended(plays)).toMatchObject({ added: 0, matched: COUNT, rejected: [] });
    await expectTruth(plays);
    const before = await all();
    expect(await importExtended(plays)).toMatchObject({ added: 0, matched: 0 });
    expect(await all()).toEqual(before);
    expect(await importShort(plays)).toMatchObject({ added: 0 });
    await expectTruth(plays);
  });

  test('exported first, then heard: the same history comes of it', async () => {
    await importShort(plays);
    expect(await importExtended(plays)).toMatchObject({ rejected: [] });
    expect(await all()).toHaveLength(COUNT);
    await listenTo(plays);
    await expectTruth(plays);
  });
});

test('plays without a pause that recently-played and the short export report are each one', async () => {
  const isPlain = ({ start, end, short }: SimulatedPlay) =>
    end - start === short.msPlayed && iso(end).replace('T', ' ').startsWith(`${short.endTime}`);
  const plays = simulatedPlays(78, FROM, COUNT).filter(isPlain);
  await listenTo(plays);
  expect(await importShort(plays)).toMatchObject({ added: 0, matched: plays.length });
  expect(await all()).toHaveLength(plays.length);
});

test('what one source alone reports is neither lost nor taken for another play', async () => {
  const plays = simulatedPlays(77, FROM, COUNT);
  // Recently-played misses every third session or so, and the export ends before the last plays.
  const last = plays[1800]?.start ?? 0;
  const shown = plays.filter(({ start }) => Math.floor(start / (12 * HOUR)) % 3 !== 0 || start > last);
  await listenTo(shown);
  const exported = plays.filter(({ end }) => end < last);
  await importExtended(exported);
  const both = new Set([...shown, ...exported]);
  expect(await all()).toHaveLength(both.size);
});
