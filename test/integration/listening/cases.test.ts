import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HistoryImportResult } from '../../../core/events.ts';
import type { RecentPlays } from '../../../core/ports.ts';
import { importHistory } from '../../../lambdas/listening/import-history.ts';
import { listen } from '../../../lambdas/listening/listen.ts';
import { type Machine, openMachine } from '../../support/machine.ts';

const CASES = join(import.meta.dirname, '../../../../shared/cases');
if (!existsSync(CASES)) console.log('skipped: there is no ../shared/cases');

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
  // The cases are of later days.
  await machine.clock.sleep(30 * 86_400_000);
});
afterEach(() => machine.close());

interface RecentItem {
  played_at: string;
  track: { id: string; name: string; artists: { id: string; name: string }[]; duration_ms: number };
}

async function listenTo(file: string): Promise<void> {
  const items = JSON.parse(await readFile(join(CASES, file), 'utf8')) as RecentItem[];
  const plays = items.map(({ played_at, track: { id, name, artists, duration_ms } }) => ({
    played_at,
    track: {
      id,
      name,
      artist_id: artists[0]?.id ?? '',
      artist_name: artists[0]?.name ?? '',
      duration_ms,
      isrc: null,
    },
  }));
  const recentPlays: RecentPlays = { recentlyPlayed: async () => ({ plays, isFull: false }) };
  await listen({ ...machine, recentPlays }, {});
}
const importing = (...paths: string[]): Promise<HistoryImportResult> =>
  importHistory({ ...machine, progress: () => {} }, { paths });
const starts = async () => (await machine.history.after(null, 100)).map(({ played_at }) => played_at);

(existsSync(CASES) ? describe : describe.skip)('the cases', () => {
  test('a whole play whose time is near its end is one', async () => {
    await listenTo('played-at-the-end-recent.json');
    const result = await importing(join(CASES, 'played-at-the-end-endsong_0.json'));
    expect(result).toMatchObject({ added: 0, matched: 1 });
    expect(await starts()).toHaveLength(1);
  });

  test('a paused play is one', async () => {
    await listenTo('paused-recent.json');
    const path = join(machine.folder, 'endsong_0.json');
    const record = {
      ts: '2026-11-28T02:03:20Z',
      ms_played: 200_000,
      master_metadata_track_name: 'Song',
      master_metadata_album_artist_name: 'Artist',
      spotify_track_uri: 'spotify:track:Nsr2Bmc3MAVnSkwo1Ke5SL',
      offline_timestamp: Date.UTC(2026, 10, 28, 1, 48) / 1000,
    };
    await writeFile(path, JSON.stringify([record]));
    expect(await importing(path)).toMatchObject({ added: 0, matched: 1 });
  });

  test('plays without a URI are plays, local ones are counted', async () => {
    expect(await importing(join(CASES, 'no-uri-endsong_0.json'))).toMatchObject({
      added: 3,
      dropped: { short: 0, notMusic: 0, local: 1 },
      rejected: [],
    });
  });

  test('plays that are sent at one time have their own starts', async () => {
    await importing(join(CASES, 'offline-Streaming_History_Audio_2023.json'));
    expect(await starts()).toEqual([
      '2023-03-01T09:56:40.000Z',
      '2023-03-01T10:00:00.000Z',
      '2023-03-01T10:05:00.000Z',
      '2023-03-01T10:10:00.000Z',
      '2023-03-06T09:56:40.000Z',
    ]);
  });

  test('times with a space are read', async () => {
    const result = await importing(join(CASES, 'ts-with-space-endsong_0.json'));
    expect(result).toMatchObject({ added: 5, rejected: [] });
  });
});
