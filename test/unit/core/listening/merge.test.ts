import fc from 'fast-check';
import { mergePlays } from '../../../../core/listening/merge.ts';
import { songOf } from '../../../../core/listening/song.ts';
import type { Play } from '../../../../core/ports.ts';
import { tries } from '../../../support/long.ts';

const BEGINNING = Date.UTC(2026, 10, 22);
const iso = (second: number): string => new Date(BEGINNING + second * 1000).toISOString();

interface Values extends Partial<Play> {
  name?: string;
}

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
const listened = (second: number, duration = 200, values: Values = {}): Play =>
  play({ spotify_at: iso(second), duration_ms: duration * 1000, artist_id: 'a', ...values });
const exported = (second: number, values: Values = {}): Play => play({ export_at: iso(second), ...values });
const short = (second: number, values: Values = {}): Play =>
  play({ short_at: iso(second), track_id: 'unknown:song', ...values });

const merge = (...told: Play[]): Play[] => mergePlays([], told, () => undefined);
const starts = (plays: readonly Play[]) =>
  plays.map(({ spotify_at, export_at, short_at }) => [spotify_at, export_at, short_at]);

describe('two kinds tell of the same play', () => {
  test.each([
    ['less than its length apart', listened(0), exported(199), 1],
    ['its length apart', listened(0), exported(200), 2],
    ['less than 30 s apart, however short it is', listened(0, 10), exported(29), 1],
    ['30 s apart', listened(0, 10), exported(30), 2],
    ['of other tracks', listened(0), exported(0, { track_id: 'T' }), 2],
    ['of unknown length', { ...listened(0), duration_ms: null }, exported(29), 1],
    ['of a minute', listened(59), short(0), 1],
    ['up to its length before the minute', listened(0), short(199), 1],
    ['its length before the minute', listened(0), short(200), 2],
    ['up to its length after the minute', listened(259), short(0), 1],
    ['its length after the minute', listened(260), short(0), 2],
    ['of another title', listened(0), short(0, { name: 'Other', song: songOf('Artist', 'Other') }), 2],
    [
      'of a title in other letters',
      listened(0),
      short(0, { name: 'SÓNG', song: songOf('ARTIST', 'SÓNG') }),
      1,
    ],
    ['within a kind', listened(0), listened(1), 2],
    ['within a kind, at once', exported(0), exported(0), 1],
  ])('%s', (_, a, b, rows) => {
    expect(merge(a, b)).toHaveLength(rows);
    expect(starts(merge(b, a))).toEqual(starts(merge(a, b)));
  });
});

test('a song on repeat is paired play by play, and a play that only the export has stays its own', () => {
  const plays = merge(listened(200), listened(400), exported(1), exported(201), exported(401));
  expect(starts(plays)).toEqual([
    [null, iso(1), null],
    [iso(200), iso(201), null],
    [iso(400), iso(401), null],
  ]);
});

test('a play that has its partner is no other play’s, whichever export comes later', () => {
  const known = merge(listened(0), exported(1));
  const plays = mergePlays(known, [exported(100)], () => undefined);
  expect(starts(plays)).toEqual([
    [iso(0), iso(1), null],
    [null, iso(100), null],
  ]);
});

test('what Spotify tells goes before what an export tells, and that before the short one', () => {
  const [row] = merge(
    short(0, { source: 'dataset:short', name: 'song' }),
    exported(10, { source: 'dataset:long', name: 'Song' }),
    listened(12, 200, { source: 'spotify:recently-played', isrc: 'X' }),
  );
  expect(row).toEqual({
    ...listened(12, 200, { source: 'spotify:recently-played', isrc: 'X' }),
    export_at: iso(10),
    short_at: iso(0),
    song: songOf('Artist', 'Song'),
  });
});

test('a song that the short export alone tells of has the id of its song, where there is one', () => {
  expect(merge(short(0))).toMatchObject([{ track_id: 'unknown:song' }]);
  expect(merge(short(0), exported(900))).toMatchObject([{ track_id: 'unknown:song' }, { track_id: 't' }]);
  const idOf = (song: string) => (song === songOf('Artist', 'Song') ? 't' : undefined);
  const known = mergePlays([], [short(0)], idOf);
  expect(known).toMatchObject([{ track_id: 't', short_at: iso(0) }]);
  expect(mergePlays(known, [short(0)], idOf)).toEqual(known);
});

test('the short export’s song is found by the artist that the long one names, whatever Spotify names', () => {
  const various = { artist_name: 'Various Artists', song: songOf('Various Artists', 'Song') };
  const plays = merge(listened(0), exported(0, various), short(0, various));
  expect(plays).toHaveLength(1);
});

test('plays that the minutes of the short export make begin at once stay two', () => {
  const at = (...told: Play[]) => mergePlays([], told, () => 't');
  const plays = at(exported(0), short(0), short(-1));
  expect(plays).toHaveLength(2);
  expect(new Set(plays.map(({ played_at }) => played_at)).size).toBe(2);
  const crowded = at(exported(0), exported(1), short(0), short(1), short(-30), short(-31));
  expect(new Set(crowded.map(({ played_at, track_id }) => played_at + track_id)).size).toBe(crowded.length);
});

const anyPlay = fc.oneof(
  fc.nat(1500).map((second) => listened(second)),
  fc.nat(1500).map((second) => exported(second)),
  fc.nat(25).map((minute) => short(minute * 60)),
  fc.nat(1500).map((second) => listened(second, 90, { track_id: 'u' })),
  fc.nat(1500).map((second) => exported(second, { track_id: 'u' })),
);

test('in whatever portions and order plays are told, the same plays come of it, and nothing told is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyPlay, { maxLength: 8 }), { maxLength: 5 }), (portions) => {
      const inTurn = (all: Play[][]) =>
        all.reduce((known, told) => mergePlays(known, told, () => 't'), [] as Play[]);
      const atOnce = mergePlays([], portions.flat(), () => 't');
      expect(starts(inTurn(portions))).toEqual(starts(atOnce));
      expect(starts(inTurn(portions.toReversed()))).toEqual(starts(atOnce));
      for (const kind of ['spotify_at', 'export_at', 'short_at'] as const) {
        const told = portions
          .flat()
          .flatMap((each) => (each[kind] ? `${each[kind]} ${kind === 'short_at' ? '' : each.track_id}` : []));
        const kept = atOnce.flatMap((each) =>
          each[kind] ? `${each[kind]} ${kind === 'short_at' ? '' : each.track_id}` : [],
        );
        expect(kept.sort()).toEqual([...new Set(told)].sort());
      }
      expect(new Set(atOnce.map(({ played_at, track_id }) => played_at + track_id)).size).toBe(atOnce.length);
    }),
    tries(300, 5000),
  );
});
