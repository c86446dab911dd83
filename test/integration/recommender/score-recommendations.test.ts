import type { RecommendationScores } from '../../../core/events.ts';
import { SOUND_FEATURES } from '../../../core/features.ts';
import type { Play } from '../../../core/ports.ts';
import { holdOut } from '../../../core/recommend/holdout.ts';
import { itemIndex, itemScorer } from '../../../core/recommend/items.ts';
import { qualityOf, scoresOf } from '../../../core/recommend/quality.ts';
import type { ScoredMethod } from '../../../core/score/lists.ts';
import type { Row } from '../../../core/tables.ts';
import { shuffled, xoshiro128 } from '../../../core/vectors/random.ts';
import { recommend } from '../../../lambdas/recommender/recommend.ts';
import { scoreRecommendations } from '../../../lambdas/recommender/score-recommendations.ts';
import { removeDay } from '../../support/lake.ts';
import { playOf } from '../../support/listener-in-database.ts';
import { type Machine, openMachine, TODAY } from '../../support/machine.ts';
import { playlistsOf } from '../../support/playlists.ts';
import { artistRow, featuresRow, trackRow } from '../../support/rows.ts';

const machines: Machine[] = [];
const open = async (): Promise<Machine> => {
  const machine = await openMachine();
  machines.push(machine);
  return machine;
};
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.close();
});

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;
const id = (name: string): string => name.padEnd(22, '0');
/** Every song has an artist of its own; `x-live` is a version of `x`. */
const song = (name: string) => {
  const [base = '', live] = name.split('-');
  return {
    id: id(name.replace('-', '')),
    name: `Song ${base}${live ? ' - Live' : ''}`,
    artist: `Of ${base}`,
  };
};
type Song = ReturnType<typeof song>;
const names = (group: string, count: number): Song[] =>
  Array.from({ length: count }, (_, i) => song(`${group}${i}x`));

const score = (machine: Machine, seed = 1) =>
  scoreRecommendations({ ...machine, progress: () => {} }, { seed });
const figure = (
  ways: NonNullable<RecommendationScores['listening']>['ways'],
  method: ScoredMethod,
  name: string,
) => ways.find((way) => way.method === method)?.measures.find((measure) => measure.name === name);
const valuesOf = (scores: RecommendationScores['listening' | 'playlists'], method: ScoredMethod) =>
  Object.fromEntries(
    scores?.ways.find((way) => way.method === method)?.measures.map(({ name, value }) => [name, value]) ?? [],
  );

const putLists = (machine: Machine, lists: readonly (readonly Song[])[]) =>
  machine.lake.write(
    'playlists',
    'some',
    lists.flatMap((list, p) =>
      list.map(
        (of, position): Row<'playlists'> => ({
          ...{ playlist_id: `p${String(p).padStart(4, '0')}`, position, track_id: of.id, name: of.name },
          ...{ artist_id: null, artist_name: of.artist },
        }),
      ),
    ),
  );
const featuresOf = (of: Song, values: readonly number[]) =>
  featuresRow(of.id, Object.fromEntries(SOUND_FEATURES.map((name, f) => [name, values[f]])));
async function putSounds(machine: Machine, songs: readonly Song[], values: (of: Song) => readonly number[]) {
  const artists = [...new Set(songs.map(({ artist }) => artist))];
  await machine.lake.write(
    'artists',
    TODAY,
    artists.map((name) => artistRow(name)),
  );
  const tracks = songs.map(({ id: track, name, artist }) => trackRow(artist, track, { name }));
  await machine.lake.write('top_tracks', TODAY, tracks);
  await machine.lake.write(
    'audio_features',
    TODAY,
    songs.map((of) => featuresOf(of, values(of))),
  );
}
const putHeard = (machine: Machine, songs: readonly Song[], values: (of: Song) => readonly number[]) =>
  machine.lake.write(
    'heard_features',
    TODAY,
    songs.map((of) => featuresOf(of, values(of))),
  );

describe('a listener who goes through a group of songs that share playlists', () => {
  const names = (group: string, count: number) =>
    Array.from({ length: count }, (_, i) => song(`${group}${i}x`));
  const mine = names('m', 60);
  const popular = names('p', 60);
  const others = names('o', 200);
  const random = xoshiro128(7);
  const draw = (songs: readonly Song[]) => {
    const from = random.int(songs.length - 9);
    return songs.slice(from, from + 10);
  };
  const lists = [
    ...Array.from({ length: 40 }, () => draw(mine)),
    ...Array.from({ length: 150 }, () => draw(popular)),
    ...Array.from({ length: 60 }, () => draw(others)),
  ];
  /** Thirteen weeks: a new song every other day, and then again. */
  const plays: Play[] = Array.from({ length: 91 }, (_, day) =>
    playOf(mine[Math.floor(day / 2)] as Song, 91 - day, NOW),
  );
  const noise = xoshiro128(8);
  const sounds = new Map(
    [...mine, ...popular, ...others].map((of) => [of.id, SOUND_FEATURES.map(() => noise.uniform())]),
  );
  const soundOf = (of: Song) => sounds.get(of.id) as number[];

  const planted = async () => {
    const machine = await open();
    await putLists(machine, lists);
    await putSounds(machine, [...mine, ...popular, ...others], soundOf);
    await machine.history.replace([], plays);
    return machine;
  };

  test('is served best by shared playlists, by later listening and by playlists that are held out', async () => {
    const machine = await planted();
    const scores = await score(machine);
    const { listening, playlists, warnings } = scores;
    expect(warnings).toEqual([]);
    expect(listening).toMatchObject({
      ...{ from: plays[0]?.played_at, to: plays.at(-1)?.played_at, followedDays: 28, asked: 8 },
    });
    expect(listening?.cuts.at(0)?.date).toBe('2026-09-04');
    expect(listening?.cuts.at(-1)?.date).toBe('2026-10-23');
    for (const { heard, later } of listening?.cuts ?? []) {
      expect([heard, later]).toEqual([expect.closeTo(4, -1), 14]);
    }
    for (const ways of [listening?.ways ?? [], playlists?.ways ?? []]) {
      for (const name of ['rPrecision', 'ndcg'] as const) {
        const items = figure(ways, 'items', name);
        for (const other of ['popularity', 'random', 'sound'] as const) {
          expect(items?.low).toBeGreaterThan(figure(ways, other, name)?.high as number);
        }
        expect(items?.abovePopularity?.low).toBeGreaterThan(0);
      }
      const [items, popularity] = [figure(ways, 'items', 'clicks'), figure(ways, 'popularity', 'clicks')];
      expect(items?.high).toBeLessThan(popularity?.low as number);
      expect(items?.abovePopularity?.high).toBeLessThan(0);
      for (const { measures } of ways) {
        for (const { name, value, low, high } of measures) {
          expect([name, low <= value && value <= high]).toEqual([name, true]);
        }
      }
    }
    expect(figure(listening?.ways ?? [], 'items', 'hitRate')).toMatchObject({ k: 30, value: 1, cases: 8 });
    expect(figure(playlists?.ways ?? [], 'items', 'ndcg')).toMatchObject({ k: 500, cases: 250 });
    expect(playlists?.ways.map(({ method }) => method)).toEqual([
      ...['sound', 'playlists', 'items', 'both', 'popularity', 'random'],
    ]);
    // The same seed gives the same numbers, another one others; nothing is written.
    expect(await score(machine)).toEqual(scores);
    expect((await score(machine, 2)).playlists).not.toEqual(playlists);
    expect(await machine.lake.days('recommendations')).toEqual([]);
    expect(await machine.runs.ofDay(TODAY)).toEqual([]);
  });

  test('what the lake has of songs because they were heard is not known before they were', async () => {
    const machine = await planted();
    // By sound the songs that come later are just like those that were heard; the lake has them by hearing alone.
    await putSounds(machine, others, soundOf);
    await putHeard(machine, mine, (of) => SOUND_FEATURES.map((_, f) => 3 + (f + mine.indexOf(of)) / 1e6));
    const { listening } = await score(machine);
    expect(valuesOf(listening, 'sound')).toMatchObject({ reach: 0, precision: 0, hitRate: 0, clicks: 51 });
    // As part of the catalogue they are found.
    await putSounds(machine, [...others, ...mine], (of) =>
      mine.includes(of) ? SOUND_FEATURES.map((_, f) => 3 + (f + mine.indexOf(of)) / 1e6) : soundOf(of),
    );
    const after = await score(machine);
    expect(valuesOf(after.listening, 'sound')).toMatchObject({ reach: 1, hitRate: 1, clicks: 0 });
  });

  test('plays after the day that is asked for do not count', async () => {
    const machine = await planted();
    const deps = { ...machine, progress: () => {} };
    const { listening } = await scoreRecommendations(deps, { date: '2026-11-01' });
    expect(listening?.to).toBe('2026-11-01T12:00:00.000Z');
    expect(listening?.cuts.at(-1)?.date).toBe('2026-10-03');
  });

  test("the user's own playlists in the lake are told of", async () => {
    const machine = await planted();
    await machine.lake.write('playlists', 'own', [
      { playlist_id: 'q', position: 0, track_id: id('z'), name: 'Z', artist_id: null, artist_name: 'Z' },
    ]);
    expect((await score(machine)).warnings).toEqual([
      expect.stringMatching(/^the lake has the user's own playlists/),
    ]);
  });

  test('popularity is that of the catalogue where there are no playlists', async () => {
    const machine = await planted();
    await removeDay(machine.lake, 'playlists', 'some');
    const tracks = [...mine, ...others].map(({ id: track, name, artist }, i) =>
      trackRow(artist, track, { name, popularity: i < 60 ? 90 : null }),
    );
    await machine.lake.write('top_tracks', TODAY, tracks);
    const { listening, playlists, warnings } = await score(machine);
    expect([playlists, warnings]).toEqual([null, [expect.stringMatching(/^no playlists were held out: /)]]);
    expect(listening?.ways.map(({ method }) => method)).toEqual(['sound', 'popularity', 'random']);
    expect(valuesOf(listening, 'popularity')).toMatchObject({ hitRate: 1, clicks: 0 });
  });
});

describe.each([1, 2, 3])('as recommend would have had it then, seed %i', (seed) => {
  const random = xoshiro128(seed);
  const songs = Array.from({ length: 80 }, (_, n) => song(n % 6 === 5 ? `s${n - 1}x-live` : `s${n}x`));
  const sounds = new Map(songs.map((of) => [of.id, SOUND_FEATURES.map(() => Math.fround(random.uniform()))]));
  const soundOf = (of: Song) => sounds.get(of.id) as number[];
  const lists = Array.from({ length: 40 }, () => shuffled(songs, random).slice(0, 2 + random.int(10)));
  const [catalogue, heardOnly] = [songs.slice(0, 60), songs.slice(60)];
  const vectors = songs.slice(10).map(
    (of): Row<'track_vectors'> => ({
      ...{ track_id: of.id, name: of.name, artist_name: of.artist, count: 1 + random.int(5) },
      vector: Float32Array.from({ length: 4 }, () => Math.fround(random.uniform())),
    }),
  );
  /** Just one cut: midnight, 28 days and a half before now. */
  const cut = NOW - 28.5 * DAY;
  const plays = Array.from({ length: 120 }, () => {
    const daysAgo = random.uniform() * 35.9;
    const from = daysAgo > 28.5 ? 0 : 20;
    return playOf(songs[from + random.int(40)] as Song, daysAgo, NOW);
  }).concat(playOf(songs[0] as Song, 36, NOW), playOf(songs[70] as Song, 0.1, NOW));
  const isLater = ({ played_at }: Play) =>
    Date.parse(played_at) > cut && Date.parse(played_at) <= cut + 28 * DAY;
  const isBefore = ({ played_at }: Play) => Date.parse(played_at) <= cut;
  const put = async (heard: readonly Play[]) => {
    const machine = await open();
    await putLists(machine, lists);
    await putSounds(machine, catalogue, soundOf);
    const ids = new Set(heard.map(({ track_id }) => track_id));
    await putHeard(
      machine,
      heardOnly.filter((of) => ids.has(of.id)),
      soundOf,
    );
    await machine.lake.write('track_vectors', 'a-model', vectors);
    await machine.history.replace([], [...heard]);
    return machine;
  };
  const key = ({ name, artist_name }: Pick<Play, 'name' | 'artist_name'>) =>
    `${artist_name}/${name}`.replace(' - Live', '');

  test('the lists are those of a machine that has heard nothing since', async () => {
    const { listening } = await score(await put(plays));
    expect(listening?.cuts).toHaveLength(1);
    const then = await put(plays.filter(isBefore));
    const old = new Set(plays.filter(isBefore).map(key));
    const wanted = new Set(
      plays
        .filter(isLater)
        .map(key)
        .filter((of) => !old.has(of)),
    );
    expect(listening?.cuts).toEqual([{ date: '2026-10-24', heard: expect.any(Number), later: wanted.size }]);
    for (const method of ['sound', 'items', 'playlists', 'both'] as const) {
      const found = async (size: number) => {
        const list = await recommend(
          { ...then, progress: () => {} },
          { date: '2026-10-24', method, size, dryRun: true },
        );
        return list.songs.map(({ name, artist }) => wanted.has(key({ name, artist_name: artist })));
      };
      const [short, long] = [await found(30), await found(500)];
      const hits = short.filter(Boolean).length;
      let [gained, best] = [0, 0];
      for (const [place, isFound] of long.entries()) if (isFound) gained += 1 / Math.log2(place + 2);
      for (let place = 0; place < wanted.size; place++) best += 1 / Math.log2(place + 2);
      const first = long.indexOf(true);
      expect(valuesOf(listening, method)).toMatchObject({
        ...{ hitRate: hits > 0 ? 1 : 0, precision: hits / 30 },
        rPrecision: long.slice(0, wanted.size).filter(Boolean).length / wanted.size,
        ndcg: expect.closeTo(gained / best, 10),
        clicks: first === -1 ? 51 : Math.floor(first / 10),
      });
      expect(hits).toBeGreaterThan(0);
    }
  });
});

test('of playlists that share no song with any other nothing is known, and nothing found', async () => {
  const machine = await open();
  const lists = Array.from({ length: 12 }, (_, p) => names(`l${p}x`, 8));
  await putLists(machine, lists);
  const { playlists } = await score(machine);
  expect(playlists?.heldOut).toBe(12);
  for (const method of ['items', 'playlists', 'popularity', 'random'] as const) {
    const values = valuesOf(playlists, method);
    expect([method, values]).toEqual([method, { rPrecision: 0, ndcg: 0, clicks: 51, reach: 0 }]);
  }
});

test('of playlists what is found is what training measures, each playlist in the fold that holds it out', async () => {
  const machine = await open();
  const random = xoshiro128(4);
  const songs = names('s', 40);
  const lists = Array.from({ length: 30 }, () => shuffled(songs, random).slice(0, 12));
  await putLists(machine, lists);
  const playlists = playlistsOf(lists.map((list) => list.map((of) => of.id)));
  const found = [0, 1, 2, 3, 4].flatMap((fold) => {
    const { training, heldOut } = holdOut(playlists, 9, fold);
    return heldOut.map((asked) => scoresOf(itemScorer(itemIndex(training)), asked));
  });
  const { rPrecision, ndcg500, intervals } = qualityOf(found, 9);
  const { playlists: scores } = await score(machine, 9);
  const [low, high] = intervals.rPrecision;
  expect(figure(scores?.ways ?? [], 'items', 'rPrecision')).toMatchObject({ value: rPrecision, low, high });
  expect(figure(scores?.ways ?? [], 'items', 'ndcg')?.value).toBe(ndcg500);
});

describe('where there is too little', () => {
  test('history: what is missing is said', async () => {
    const machine = await open();
    await putLists(machine, [['a', 'b', 'c'].map(song)]);
    const none = await score(machine);
    expect(none).toMatchObject({ date: TODAY, playlists: null, listening: null });
    expect(none.warnings).toEqual([
      expect.stringMatching(/^no playlist of the lake has five different songs/),
      expect.stringMatching(
        /^expected a history of at least 35 days, .*, got no plays: import a privacy export/,
      ),
    ]);
    await machine.history.replace([], [playOf(song('a'), 3, NOW), playOf(song('b'), 1, NOW)]);
    expect((await score(machine)).warnings[1]).toContain(
      'got plays from 2026-11-19T12:00:00.000Z to 2026-11-21T12:00:00.000Z',
    );
  });

  test('to find songs by: it says what to collect', async () => {
    const machine = await open();
    const plays = ['a', 'b', 'c', 'd'].map((name, i) => playOf(song(name), 36 - 12 * i, NOW));
    await machine.history.replace([], plays.concat(playOf(song('e'), 30, NOW)));
    expect(await score(machine)).toMatchObject({
      ...{ playlists: null, listening: null },
      warnings: [
        expect.stringMatching(/^no playlists were held out: expected playlists in the lake, got none; /),
        expect.stringMatching(
          /^no lists were made for the past: expected playlists, a model of vectors or songs/,
        ),
      ],
    });
  });

  test('cuts: the intervals are said to be too narrow', async () => {
    const machine = await open();
    await putLists(machine, [['a', 'b', 'c', 'd', 'e'].map(song)]);
    const days = { a: 36, b: 30, c: 12, e: 0.1 };
    const plays = Object.entries(days).map(([name, daysAgo]) => playOf(song(name), daysAgo, NOW));
    await machine.history.replace([], plays);
    const { listening, warnings } = await score(machine);
    expect(listening?.asked).toBe(1);
    expect(warnings).toContainEqual(expect.stringMatching(/rest on 1 cut: they are narrower/));
    for (const { measures } of listening?.ways ?? []) {
      for (const { value, low, high, cases } of measures)
        expect([low, high, cases]).toEqual([value, value, 1]);
    }
  });
});
