import fc from 'fast-check';
import { mergePlays } from '../../../../core/listening/merge.ts';
import { songOf } from '../../../../core/listening/song.ts';
import type { Play } from '../../../../core/ports.ts';
import { tries } from '../../../support/long.ts';

const BEGINNING = Date.UTC(2026, 10, 22);
const iso = (second: number): string => new Date(BEGINNING + second * 1000).toISOString();

type Values = Partial<Play>;

const play = (values: Values): Play => ({
  played_at: (values.spotify_at ?? values.export_at ?? values.short_at) as string,
  track_id: 't',
  name: 'Song',
  artist_id: null,
  artist_name: 'Artist',
  duration_ms: null,
  isrc: null,
  source: 'test',
  spotify_at: null,
  export_at: null,
  short_at: null,
  song: values.spotify_at ? null : songOf('Artist', values.name ?? 'Song'),
  ...values,
});
const listened = (second: number, values: Values = {}): Play =>
  play({ spotify_at: iso(second), duration_ms: 200_000, artist_id: 'a', ...values });
/** What the extended export says of a play that ended at a second after so many were heard of it. */
const exported = (end: number, heard = 200, values: Values = {}): Play =>
  play({
    export_at: iso(end - heard),
    export_end: iso(end),
    export_id: values.track_id ?? 't',
    ...values,
  });
/** The same of one that began at a second by its device, and was paused. */
const paused = (start: number, end: number, heard = 200, values: Values = {}): Play =>
  exported(end, heard, { offline_at: iso(start), played_at: iso(start), ...values });
/** What the short export says of a play that ended in a minute after so many seconds of it were heard. */
const short = (minute: number, heard = 200, values: Values = {}): Play =>
  play({
    short_at: iso(minute * 60 - heard),
    short_end: iso(minute * 60),
    track_id: 'unknown:song',
    ...values,
  });

const merge = (...told: Play[]): Play[] => mergePlays([], told, () => undefined);
const starts = (plays: readonly Play[]) =>
  plays.map(({ spotify_at, export_at, short_at }) => [spotify_at, export_at, short_at]);

const relinked = { track_id: 'T' };
const other = { name: 'Other', song: songOf('Artist', 'Other') };

describe('two reports', () => {
  test.each<[string, Play, Play, number]>([
    ['at the start', listened(0), exported(200), 1],
    ['at the end', listened(200.4), exported(200), 1],
    ['within', listened(90), exported(200), 1],
    ['ten seconds before the start', listened(-10), exported(200), 1],
    ['eleven seconds before the start', listened(-11), exported(200), 2],
    ['ten seconds after the end', listened(210), exported(200), 1],
    ['eleven seconds after the end', listened(211), exported(200), 2],
    ['a track’s length after the start of a skipped play', listened(200), exported(40, 40), 2],
    ['at the start of a paused play', listened(0), paused(0, 920), 1],
    ['in the pause', listened(500), paused(0, 920), 1],
    ['at the end of a paused play', listened(920), paused(0, 920), 1],
    ['at the start of a play that is sent days later', listened(0), paused(0, 400_000), 1],
    ['at the end of a play that is sent days later', listened(200), paused(0, 400_000), 1],
    ['at the end of a play that was paused and is sent days later', listened(900), paused(0, 400_000), 1],
    ['between a play and its sending', listened(200_000), paused(0, 400_000), 2],
    ['under another id of the song', listened(0), exported(200, 200, relinked), 1],
    ['under another id of another song', listened(0), exported(200, 200, { ...relinked, ...other }), 2],
    [
      'under another id of a song without a name',
      listened(0),
      exported(200, 200, { ...relinked, song: null, name: null, artist_name: null }),
      2,
    ],
    ['without an id', listened(0), exported(200, 200, { track_id: 'unknown:song' }), 1],
    ['at the start, by the short export', listened(0), short(3), 1],
    ['at the end, by the short export', listened(239), short(3), 1],
    ['before the minute’s start', listened(-31), short(3), 2],
    ['after the minute’s end', listened(251), short(3), 2],
    ['of another title', listened(0), short(3, 200, other), 2],
    [
      'of a title in other letters',
      listened(0),
      short(3, 200, { name: 'SÓNG', song: songOf('ARTIST', 'SÓNG') }),
      1,
    ],
    ['by both exports', exported(239), short(3), 1],
    ['by both exports, of other minutes', exported(300), short(3), 2],
    ['of recently-played at two times', listened(0), listened(1), 2],
    ['of an export, the same', exported(200), exported(200), 1],
    ['of an export, at one end', exported(200, 200), exported(200, 50), 1],
    ['of an export, at one end under two ids', exported(200, 200), exported(200, 200, relinked), 1],
    [
      'of an export, at one end and of two songs',
      exported(200),
      exported(200, 200, { ...relinked, ...other }),
      2,
    ],
    ['of an export, sent at one time', paused(0, 9000), paused(200, 9000), 2],
    ['of an export, sent at one time, the last at its end', paused(0, 400), paused(200, 400), 2],
    ['of an export, sent at one time, of one start', paused(0, 9000), paused(0.7, 9000, 90), 1],
    ['of an export, sent at one time, less than a play apart', paused(0, 9000), paused(100, 9000), 1],
    ['of an export, one of them without the device’s time', paused(0, 9000), exported(9000, 90), 1],
    ['of an export, one after another', exported(200), exported(400), 2],
    ['of the short export, in one minute', short(3, 200), short(3, 90), 1],
    ['of the short export, in one minute and shorter than one', short(3, 35), short(3, 45), 2],
  ])('%s', (_, a, b, rows) => {
    expect(merge(a, b)).toHaveLength(rows);
    expect(starts(merge(b, a))).toEqual(starts(merge(a, b)));
    expect(starts(mergePlays(merge(a), [b], () => undefined))).toEqual(starts(merge(a, b)));
  });
});

test('a song three times in a row stays three, by starts, by ends, and by both', () => {
  const exports = [exported(200), exported(400), exported(600)];
  for (const times of [
    [0, 200, 400],
    [200.3, 400.3, 600.3],
    [200.2, 200.5, 600],
    [0, 400.1, 400.4],
  ]) {
    expect(merge(...exports, ...times.map((time) => listened(time)))).toHaveLength(3);
  }
});

test('a song on repeat is paired play by play, and a play that only the export has stays its own', () => {
  const plays = merge(listened(200), listened(400), exported(200), exported(400), exported(600));
  expect(starts(plays)).toEqual([
    [null, iso(0), null],
    [iso(200), iso(200), null],
    [iso(400), iso(400), null],
  ]);
});

test('ids of one song that change from play to play leave as many plays as there were', () => {
  const plays = merge(
    ...[listened(200.1), listened(400.1, relinked), listened(600.1)],
    ...[exported(200, 200, relinked), exported(400), exported(600, 200, relinked)],
  );
  expect(starts(plays)).toEqual([
    [iso(200.1), iso(0), null],
    [iso(400.1), iso(200), null],
    [iso(600.1), iso(400), null],
  ]);
});

test('the ids that sources gave a track are kept, whatever they are paired with', () => {
  const pair = merge(listened(0), exported(200, 200, relinked));
  expect(pair).toMatchObject([{ track_id: 't', export_id: 'T' }]);
  const plays = mergePlays(pair, [listened(1, relinked)], () => undefined);
  expect(plays).toMatchObject([
    { track_id: 't', spotify_at: iso(0), export_at: null, export_id: null },
    { track_id: 'T', spotify_at: iso(1), export_at: iso(0), export_id: 'T' },
  ]);
});

test('a play that has its partner is no other play’s, whichever export comes later', () => {
  const known = merge(listened(0), exported(200));
  const plays = mergePlays(known, [exported(410)], () => undefined);
  expect(starts(plays)).toEqual([
    [iso(0), iso(0), null],
    [null, iso(210), null],
  ]);
});

test('a play of an older version, whose end was not kept, stays one when its export comes again', () => {
  const { export_end, export_id, ...old } = exported(200);
  const { short_end, ...oldShort } = short(3);
  expect(starts(merge(listened(0), old, oldShort))).toEqual([[iso(0), iso(0), iso(-20)]]);
  const again = mergePlays(merge(listened(0), old, oldShort), [exported(200), short(3)], () => undefined);
  expect(again).toMatchObject([{ export_end: iso(200), export_id: 't', short_end: iso(180) }]);
  expect(mergePlays([old], [paused(-60, 200)], () => undefined)).toHaveLength(1);
});

test('what recently-played has goes before what an export has, and that before the short one', () => {
  const [row] = merge(
    short(3, 200, { source: 'dataset:short', name: 'song' }),
    exported(200, 200, { source: 'dataset:long', name: 'Song' }),
    listened(2, { source: 'spotify:recently-played', isrc: 'X' }),
  );
  expect(row).toEqual({
    ...listened(2, { source: 'spotify:recently-played', isrc: 'X' }),
    export_at: iso(0),
    export_end: iso(200),
    export_id: 't',
    offline_at: null,
    short_at: iso(-20),
    short_end: iso(180),
    song: songOf('Artist', 'Song'),
  });
});

test('a song that no source has given an id for has that of its song, where there is one', () => {
  const later = exported(9000);
  expect(merge(short(3))).toMatchObject([{ track_id: 'unknown:song' }]);
  expect(merge(short(3), later)).toMatchObject([{ track_id: 'unknown:song' }, { track_id: 't' }]);
  const idOf = (song: string) => (song === songOf('Artist', 'Song') ? 't' : undefined);
  const known = mergePlays([], [short(3)], idOf);
  expect(known).toMatchObject([{ track_id: 't', short_at: iso(-20) }]);
  expect(mergePlays(known, [short(3)], idOf)).toEqual(known);
  const nameless = exported(200, 200, { track_id: 'unknown:song' });
  const found = mergePlays([], [nameless], idOf);
  expect(found).toMatchObject([{ track_id: 't', export_id: 'unknown:song' }]);
  expect(mergePlays(found, [nameless], () => undefined)).toEqual(found);
});

test('the short export’s song is found by the artist that the long one names, whatever Spotify names', () => {
  const various = { artist_name: 'Various Artists', song: songOf('Various Artists', 'Song') };
  const plays = merge(listened(0), exported(200, 200, various), short(3, 200, various));
  expect(plays).toHaveLength(1);
});

test('plays that the minutes of the short export make begin at once stay two', () => {
  const at = (...told: Play[]) => mergePlays([], told, () => 't');
  const plays = at(exported(240, 30), exported(210, 30), short(4, 30), short(3, 30));
  expect(plays).toHaveLength(2);
  const crowded = at(
    exported(60, 60),
    exported(90, 30),
    short(1, 59),
    short(1, 40),
    short(2, 100),
    short(2, 59),
  );
  expect(new Set(crowded.map(({ played_at, track_id }) => played_at + track_id)).size).toBe(crowded.length);
});

const anyPlay = fc.oneof(
  fc.nat(1500).map((second) => listened(second)),
  fc.nat(1500).map((second) => exported(second, 40 + (second % 160))),
  fc.nat(1500).map((second) => paused(second, second + 160 + (second % 500), 150)),
  fc.nat(25).map((minute) => short(minute)),
  fc.nat(1500).map((second) => listened(second, { track_id: 'u' })),
  fc.nat(1500).map((second) => exported(second, 60, { track_id: 'u' })),
);

test('in whatever portions and order reports come, the same plays come of it, and none is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyPlay, { maxLength: 8 }), { maxLength: 5 }), (portions) => {
      const inTurn = (all: Play[][]) =>
        all.reduce((known, told) => mergePlays(known, told, () => 't'), [] as Play[]);
      const atOnce = mergePlays([], portions.flat(), () => 't');
      expect(starts(inTurn(portions))).toEqual(starts(atOnce));
      expect(starts(inTurn(portions.toReversed()))).toEqual(starts(atOnce));
      const reports = (plays: readonly Play[]) =>
        plays.flatMap(({ track_id, spotify_at, export_end, short_end }) => [
          ...(spotify_at ? [`recently ${spotify_at} ${track_id}`] : []),
          ...(export_end ? [`export ${export_end}`] : []),
          ...(short_end ? [`short ${short_end}`] : []),
        ]);
      expect(new Set(reports(atOnce))).toEqual(new Set(reports(portions.flat())));
      expect(new Set(atOnce.map(({ played_at, track_id }) => played_at + track_id)).size).toBe(atOnce.length);
    }),
    tries(300, 5000),
  );
});
