import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isHistory } from '../../../adapters/dataset/history-files.ts';
import { DatasetError, LeaseHeldError } from '../../../core/errors.ts';
import type { HistoryImportResult } from '../../../core/events.ts';
import { importHistory } from '../../../lambdas/listening/import-history.ts';
import { listen } from '../../../lambdas/listening/listen.ts';
import {
  extendedOf,
  type HeardTrack,
  listenerOf,
  SECRET,
  SpotifyOf,
  shortOf,
  type TruePlay,
} from '../../support/listener.ts';
import { type Machine, openMachine, runRow } from '../../support/machine.ts';
import { zipOf } from '../../support/zip.ts';

const FROM = Date.UTC(2026, 10, 1);
const listener = listenerOf(7, FROM, 5);
const { plays, music } = listener;
const extended = (from = 0, to = plays.length): string => JSON.stringify(extendedOf(plays.slice(from, to)));
const short = (): string => JSON.stringify(shortOf(plays));
const NAME = 'Streaming_History_Audio_2026';
const DAY_MS = 86_400_000;

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

async function put(name: string, content: string | Buffer): Promise<string> {
  const path = join(machine.folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}
const importing = (...paths: string[]): Promise<HistoryImportResult> =>
  importHistory({ ...machine, progress: () => {} }, { paths });
const all = () => machine.history.after(null, 100_000);

test('an export is counted, kept play by play, and lies in the lake by day', async () => {
  const path = await put(`${NAME}_0.json`, extended());
  const result = await importing(path);
  expect(result).toMatchObject({
    date: '2026-11-22',
    files: [{ path, layout: 'spotify-extended', rows: plays.length }],
    ...{ plays: music.length, added: music.length, matched: 0, known: 0, features: 0 },
    dropped: {
      short: plays.filter(({ what, played }) => typeof what !== 'string' && played < 30_000).length,
      notMusic: plays.filter(({ what }) => what === 'podcast').length,
      local: plays.filter(({ what }) => what === 'local file').length,
    },
    ...{ tracks: new Set(music.map(({ what }) => typeof what !== 'string' && what.id)).size, artists: 6 },
    ...{ rejected: [], rejectedCount: 0, gaps: [] },
  });
  const days = [...new Set((await all()).map(({ played_at }) => played_at.slice(0, 10)))];
  expect(await machine.lake.days('recently_played')).toEqual(days);
  const rows = await Promise.all(days.map((dt) => machine.lake.read('recently_played', dt)));
  expect(rows.flat()).toHaveLength(music.length);
  expect(rows[0]?.[0]).toMatchObject({
    source: `dataset:${NAME}_0.json`,
    artist_id: null,
    duration_ms: null,
  });
});

test('the same again, under other names and in archives, adds nothing', async () => {
  await importing(await put(`${NAME}_0.json`, extended()));
  const before = await all();
  const nested = `Spotify Extended Streaming History/${NAME}_0.json`;
  const archive = await put(
    'my_spotify_data.zip',
    zipOf([
      { name: 'ReadMe.pdf', text: 'x' },
      { name: nested, text: extended() },
    ]),
  );
  const named = await put('of my own.json', extended());
  const older = await put('endsong_0.json', `\uFEFF${extended()}`);
  const folder = join(machine.folder, 'unpacked');
  await put(`unpacked/MyData/${NAME}_0 (1).json`, extended());
  for (const path of [archive, named, older, folder]) {
    expect(await isHistory(path)).toBe(true);
    expect(await importing(path)).toMatchObject({ added: 0, matched: 0, known: music.length });
  }
  expect(await all()).toEqual(before);
});

test('the short form adds nothing to the extended one, and has no other ids once that is there', async () => {
  const shortPath = await put('StreamingHistory_music_0.json', short());
  const before = await importing(shortPath);
  expect(before).toMatchObject({ added: music.length, files: [{ layout: 'spotify-short' }] });
  expect((await all()).every(({ track_id }) => /^unknown:[\w-]{22}$/.test(track_id))).toBe(true);
  expect(await importing(await put(`${NAME}_0.json`, extended()))).toMatchObject({
    added: 0,
    matched: music.length,
  });
  expect((await all()).every(({ track_id }) => track_id.startsWith('track'))).toBe(true);
  expect(await importing(shortPath)).toMatchObject({ added: 0, matched: 0, known: music.length });
});

test('songs of an old short export get their ids when something tells them, however long after', async () => {
  const [first] = music as [(typeof music)[number]];
  await importing(await put('StreamingHistory0.json', JSON.stringify(shortOf([first]))));
  expect(await all()).toMatchObject([{ track_id: expect.stringMatching(/^unknown:/) }]);
  const later = { ...first, start: first.start + 10 * 86_400_000 };
  await importing(await put(`${NAME}_0.json`, JSON.stringify(extendedOf([later]))));
  const { id } = first.what as { id: string };
  expect(await all()).toMatchObject([{ track_id: id }, { track_id: id }]);
  const [dt] = await machine.lake.days('recently_played');
  expect(await machine.lake.read('recently_played', dt as string)).toMatchObject([{ track_id: id }]);
});

test('broken files and records are named with the reason, and do not stop the others', async () => {
  const records = extendedOf(plays.slice(0, 100));
  const [record] = records as [Record<string, unknown>];
  const odd = [
    { ...record, ts: '01/02/2026' },
    { ...record, ms_played: '30000' },
    { ...record, spotify_track_uri: 'spotify:track:not an id' },
    { ...record, ts: '2099-01-01T00:00:00Z' },
    { ...record, ts: '1970-01-01T00:00:00Z' },
    SECRET,
    null,
  ];
  const folder = join(machine.folder, 'export');
  await put(`export/${NAME}_0.json`, JSON.stringify([...records, ...odd]));
  await put(`export/${NAME}_1.json`, extended(100).slice(0, -200));
  await put(`export/${NAME}_2.json`, '');
  await put(`export/${NAME}_3.json`, JSON.stringify({ ip_addr: SECRET }));
  await put(`export/${NAME}_4.json`, JSON.stringify([{ ip_addr: SECRET }]));
  await put(`export/${NAME}_5.json`, '[]');
  await put('export/damaged.zip', zipOf([{ name: `${NAME}_6.json`, text: extended() }]).subarray(0, -40));
  await put('export/Streaming_History_Video_2026.json', 'not read');
  await put('export/Userdata.json', 'not read');
  const result = await importing(folder);
  expect(result.files.map(({ path, rows }) => [path, rows])).toEqual([
    [join(folder, `${NAME}_0.json`), 100],
    [join(folder, `${NAME}_5.json`), 0],
  ]);
  expect(
    result.rejected.map(({ file, line, reason }) => `${file} ${line} ${reason.replace(/.*, got/, 'got')}`),
  ).toEqual([
    `${NAME}_0.json 101 field ts: expected a time as yyyy-mm-ddThh:mm:ssZ`,
    `${NAME}_0.json 102 field ms_played: Invalid input: expected number, received string`,
    `${NAME}_0.json 103 field spotify_track_uri: expected spotify:track: and an id`,
    `${NAME}_0.json 104 expected a time between 2006 and now`,
    `${NAME}_0.json 105 expected a time between 2006 and now`,
    `${NAME}_0.json 106 expected an object with the fields of a play`,
    `${NAME}_0.json 107 expected an object with the fields of a play`,
    `${NAME}_1.json 0 got what is no JSON, or breaks off`,
    `${NAME}_2.json 0 got an empty file`,
    `${NAME}_3.json 0 got something else`,
    `${NAME}_4.json 0 got a list of something else`,
    expect.stringMatching(/^damaged.zip 0 got: End of central directory/),
  ]);
  expect(result.rejectedCount).toBe(12);
});

test('addresses reach neither the history, nor the lake, nor a message', async () => {
  const text = extended();
  const results: unknown[] = [await importing(await put(`${NAME}_0.json`, text))];
  for (let length = 40; length < 2000; length += 97) {
    const path = await put(`${NAME}_1.json`, text.slice(0, length));
    const error = (await importing(path).catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(DatasetError);
    results.push(error.message, String(error.cause), (error as DatasetError).hint);
  }
  results.push(await all(), await readFile(join(machine.folder, 'soundalike.db'), 'latin1'));
  expect(JSON.stringify(results)).not.toContain(SECRET);
});

test('an archive that holds more than it says is refused', async () => {
  const liar = await put('liar.zip', zipOf([{ name: `${NAME}_0.json`, text: extended(), claimed: 10 }]));
  await expect(importing(liar)).rejects.toThrow(/expected a whole archive, got: too many bytes/);
  expect(await all()).toEqual([]);
});

test('a file of an archive that is corrupt is refused by its CRC-32; the others are imported', async () => {
  const corrupt = { name: `${NAME}_0.json`, text: extended(), crc: 0xbad };
  const why =
    /expected the file to have the CRC-32 00000bad that the archive names, got [0-9a-f]{8}: it is corrupt/;
  await expect(importing(await put('corrupt.zip', zipOf([corrupt])))).rejects.toThrow(why);
  expect(await all()).toEqual([]);
  const whole = { name: `${NAME}_1.json`, text: extended() };
  const result = await importing(await put('half.zip', zipOf([corrupt, whole])));
  expect(result).toMatchObject({ added: music.length, rejectedCount: 1 });
  expect(result.rejected[0]?.reason).toMatch(why);
});

test('a merged export of more than 64 MiB is read, zipped or not', async () => {
  const episode = { ...extendedOf(plays.slice(0, 1))[0], spotify_track_uri: 'spotify:episode:e' };
  const padded = JSON.stringify({ ...episode, platform: 'x'.repeat(50_000) });
  const text = `[${extended().slice(1, -1)},${Array.from({ length: 1350 }, () => padded).join(',\n')}]`;
  expect(text.length).toBeGreaterThan(64 << 20);
  const rows = plays.length + 1350;
  const plain = await put(`${NAME}_merged.json`, text);
  expect(await importing(plain)).toMatchObject({ added: music.length, files: [{ path: plain, rows }] });
  const zipped = await put('merged.zip', zipOf([{ name: `${NAME}_merged.json`, text }]));
  expect(await importing(zipped)).toMatchObject({ added: 0, known: music.length, files: [{ rows }] });
});

test('a large file is taken in parts, and its plays are those of the whole', async () => {
  const often = Array.from({ length: 3 }, (_, year) =>
    extendedOf(plays.map((play) => ({ ...play, start: play.start - year * 200 * DAY_MS }))),
  ).flat();
  const short = extendedOf(plays.slice(0, 1)).map((record) => ({ ...record, ms_played: 1000 }));
  const records = [...often, ...Array.from({ length: 20_000 }, () => short[0]), ...often];
  const path = await put(`${NAME}_0.json`, JSON.stringify(records));
  expect(await importing(path)).toMatchObject({
    plays: 6 * music.length,
    added: 3 * music.length,
    known: 3 * music.length,
    files: [{ rows: records.length }],
    rejected: [],
  });
});

test('times are read with a T or a space, with any zone or none', async () => {
  const [record] = extendedOf(music.slice(0, 1)) as [Record<string, unknown>];
  const { ts } = record as { ts: string };
  const [day, clock] = ts.slice(0, -1).split('T') as [string, string];
  const hours = String(Number(clock.slice(0, 2)) + 2).padStart(2, '0');
  const later = `${day}T${hours}${clock.slice(2)}`;
  const forms = [`${day} ${clock}`, `${day} ${clock} UTC`, `${day}T${clock}+00:00`, `${day}T${clock}.000Z`];
  const east = [`${later}+02:00`, `${later}+0200`];
  expect(Number(hours)).toBeLessThan(24);
  const path = await put(
    `${NAME}_0.json`,
    JSON.stringify([...forms, ...east, ts].map((each) => ({ ...record, ts: each }))),
  );
  expect(await importing(path)).toMatchObject({ plays: 7, added: 1, known: 6, rejected: [] });
});

test('records without a URI are plays of the song of their names; local files are counted apart', async () => {
  const [record] = extendedOf(music.slice(0, 1)) as [Record<string, unknown>];
  const [{ what }] = music as [TruePlay];
  const { id, name, artist } = what as HeardTrack;
  const uris = [null, '', 'spotify:local:A:B:C:200', 'spotify:episode:e'];
  const records = uris.map((spotify_track_uri, i) => ({
    ...record,
    ts: `2020-03-0${i + 1}T10:00:00Z`,
    ms_played: 200_000,
    spotify_track_uri,
  }));
  const nameless = { ...records[0], master_metadata_album_artist_name: null };
  const episode = { ...records[0], episode_name: 'Episode 1' };
  const path = await put(`${NAME}_0.json`, JSON.stringify([...records, nameless, episode]));
  expect(await importing(path)).toMatchObject({ added: 2, dropped: { short: 0, notMusic: 3, local: 1 } });
  const [first, second] = await all();
  expect(first?.track_id).toMatch(/^unknown:[\w-]{22}$/);
  expect(second?.track_id).toBe(first?.track_id);
  const short = { endTime: '2020-03-01 10:00', msPlayed: 200_000 };
  const shortPath = await put(
    'StreamingHistory_music_0.json',
    JSON.stringify([{ ...short, artistName: artist, trackName: name }]),
  );
  expect(await importing(shortPath)).toMatchObject({ added: 0, matched: 1 });
  await importing(await put(`${NAME}_1.json`, JSON.stringify([record])));
  expect((await all()).map(({ track_id }) => track_id)).toEqual([id, id, id]);
});

test('a play begins when its device says, where that can be: in seconds or milliseconds', async () => {
  const [record] = extendedOf(music.slice(0, 1)) as [Record<string, unknown>];
  const end = Date.UTC(2023, 2, 5, 10);
  const begun = Date.UTC(2023, 2, 1, 10);
  const startOf = async (offline_timestamp: unknown, ms_played = 200_000) => {
    const path = await put(
      `${NAME}_0.json`,
      JSON.stringify([{ ...record, ts: '2023-03-05T10:00:00Z', ms_played, offline_timestamp }]),
    );
    await machine.history.clear();
    await importing(path);
    return Date.parse((await all())[0]?.played_at ?? '');
  };
  for (const stamp of [begun / 1000, begun, String(begun)]) expect(await startOf(stamp)).toBe(begun);
  const impossible = [0, null, 'x', {}, -1, 1e20, end / 1000, end + 1000, Date.UTC(2022, 11, 1)];
  for (const stamp of impossible) expect(await startOf(stamp)).toBe(end - 200_000);
});

test.each([
  ['Streaming_History_Audio_2026_0.json', '{"a": 1}', 'name the files that have the plays'],
  ['Streaming_History_Audio_2026_0.json', '[{"a": 1}]', 'name the files that have the plays'],
  ['Streaming_History_Audio_2026_0.json', '[{"ts": "2026', 'unpack the archive again'],
  ['Streaming_History_Audio_2026_0.json', '', 'unpack the archive again'],
  ['Streaming_History_Audio_2026_0.json', '[{"ts": "2.1.2026", "ms_played": 1}]', 'correct the fields'],
  ['StreamingHistory_podcast_0.json', '[]', 'name the archive that Spotify sent'],
])('advice fits the cause: %s with %s', async (name, text, hint) => {
  const error = (await importing(await put(name, text)).catch((reason: unknown) => reason)) as DatasetError;
  expect(error).toBeInstanceOf(DatasetError);
  expect(error.hint).toContain(hint);
});

test('where nothing can be read, that is an error, and an export without plays is none', async () => {
  const hopeless = await put(
    `${NAME}_0.json`,
    JSON.stringify(extendedOf(plays).map((record) => ({ ...record, ts: 'x' }))),
  );
  await expect(importing(hopeless)).rejects.toThrow(
    /got nothing that can be read: Streaming\S+: field ts: expected/,
  );
  expect(await importing(await put(`${NAME}_1.json`, '[]'))).toMatchObject({
    plays: 0,
    added: 0,
    rejected: [],
  });
});

test('what is no export is refused, and is known as none', async () => {
  const csv = await put('tracks.csv', 'id,name\n1,2');
  const other = await put('other.zip', zipOf([{ name: 'mpd.slice.0-999.json', text: '{}' }]));
  const podcasts = await put('StreamingHistory_podcast_0.json', '[]');
  for (const path of [csv, other, podcasts, join(machine.folder, 'nowhere')]) {
    expect(await isHistory(path)).toBe(false);
    await expect(importing(path)).rejects.toThrow(DatasetError);
  }
});

describe('gaps', () => {
  /** Plays from the first half are known, then none until the last fifty. */
  async function withGap(): Promise<{ after: string; before: string }> {
    const spotify = new SpotifyOf(listener, (plays[100] as (typeof plays)[number]).start);
    const deps = { ...machine, recentPlays: spotify };
    await listen(deps, {});
    spotify.now = FROM + 6 * 86_400_000;
    const { gaps } = await listen(deps, {});
    expect(gaps).toHaveLength(1);
    return gaps[0] as { after: string; before: string };
  }

  test('are filled by an export that reaches over them, in whatever files', async () => {
    await withGap();
    const folder = join(machine.folder, 'export');
    for (const [i, from] of [0, 120, 150].entries()) {
      await put(`export/${NAME}_${i}.json`, extended(from, [120, 150, plays.length][i]));
    }
    expect(await importing(folder)).toMatchObject({ gaps: [] });
    const rows = await all();
    expect(rows).toHaveLength(music.length);
  });

  test('are filled by the short form', async () => {
    await withGap();
    expect(await importing(await put('StreamingHistory_music_0.json', short()))).toMatchObject({ gaps: [] });
    expect(await all()).toHaveLength(music.length);
  });

  test('are shrunk by an export that ends within them', async () => {
    const { before } = await withGap();
    const { gaps } = await importing(await put(`${NAME}_0.json`, extended(0, 130)));
    const last = plays.slice(0, 130).at(-1) as (typeof plays)[number];
    expect(gaps).toMatchObject([{ before }]);
    expect(Math.abs(Date.parse(gaps[0]?.after as string) - last.start)).toBeLessThan(1000);
  });

  test('stay where the file that should fill them is missing or broken, until it comes', async () => {
    await withGap();
    const folder = join(machine.folder, 'export');
    await put(`export/${NAME}_0.json`, extended(0, 60));
    await put(`export/${NAME}_2.json`, extended(150));
    expect((await importing(folder)).gaps).toHaveLength(1);
    const middle = await put(`export/${NAME}_1.json`, extended(60, 150).slice(0, -9));
    expect((await importing(folder)).gaps).toHaveLength(1);
    await writeFile(middle, extended(60, 150));
    expect((await importing(folder)).gaps).toEqual([]);
  });

  test('stay where files that do not follow one another lack one', async () => {
    await withGap();
    for (const i of [0, 2]) {
      const part = plays.filter((_, n) => n % 3 === i);
      await put(`export/endsong_${i}.json`, JSON.stringify(extendedOf(part)));
    }
    expect((await importing(join(machine.folder, 'export'))).gaps).toHaveLength(1);
  });
});

test('while another run changes the history it is refused, and nothing is written', async () => {
  const lease_until = '2026-11-22T12:01:00.000Z';
  await machine.runs.insert(runRow({ kind: 'listening', status: 'running', lease_until }));
  await expect(importing(await put(`${NAME}_0.json`, extended()))).rejects.toThrow(LeaseHeldError);
  expect(await all()).toEqual([]);
});
