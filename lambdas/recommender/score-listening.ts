import { NoDataError } from '../../core/errors.ts';
import { type RecommendationScores, RecommendRequest } from '../../core/events.ts';
import type { Clock, History, Progress } from '../../core/ports.ts';
import { type Cut, cutsOf, FOLLOWED_DAYS, OVERLAPPING } from '../../core/recommend/back-test.ts';
import { chooseSongs, type Naming } from '../../core/recommend/choose.ts';
import { isNew } from '../../core/recommend/ever-heard.ts';
import type { SongNames } from '../../core/recommend/heard.ts';
import { DEPTH } from '../../core/recommend/merge.ts';
import { LONG_LIST } from '../../core/recommend/quality.ts';
import { popularityScorer, randomScorer, type Scorer } from '../../core/recommend/scorer.ts';
import {
  type ListMeasure,
  type ListScores,
  RANKING_MEASURES,
  rankingScores,
  type ScoredMethod,
  scoredWays,
  shortListScores,
} from '../../core/score/lists.ts';
import { xoshiro128 } from '../../core/vectors/random.ts';
import { heaviest, nearestOf, songsOf } from './candidates.ts';
import type { LocatedWay } from './choose-ways.ts';
import { type PastDeps, type WaysInThePast, waysInThePast } from './ways-in-the-past.ts';

/** What scoring by listening needs. */
export interface ScoreListeningDeps extends PastDeps {
  history: Pick<History, 'between'>;
  clock: Clock;
  progress: Progress;
}

/** As a list is made where nothing is said. */
const { days, halfLife, perSong, size, maxPerArtist } = RecommendRequest.parse({});
const MEASURES: readonly ListMeasure[] = [
  { name: 'hitRate', k: size },
  { name: 'precision', k: size },
  ...RANKING_MEASURES,
];
const BEGINNING = new Date(0).toISOString();
const iso = (time: number): string => new Date(time).toISOString();

type Listening = NonNullable<RecommendationScores['listening']>;

/**
 * Recommends as of earlier days, by what was known then of the user's listening, and sees which of the songs were heard
 * in the days that followed (docs/method.md). `to` is epoch milliseconds. Null, with a note, where the history is too
 * short or there is nothing to find songs by.
 */
export async function scoreListening(
  deps: ScoreListeningDeps,
  to: number,
  seed: number,
): Promise<{ listening: Listening | null; warnings: string[] }> {
  const plays = await deps.history.between(BEGINNING, iso(to + 1));
  const cuts = [...cutsOf(plays, { days, halfLife })].reverse();
  if (cuts.length === 0) return { listening: null, warnings: [tooShort(plays)] };
  const past = await waysInThePast(deps).catch((error: unknown) => {
    if (error instanceof NoDataError) return error;
    throw error;
  });
  if (past instanceof NoDataError) {
    return { listening: null, warnings: [`no lists were made for the past: ${past.message}; ${past.hint}`] };
  }
  const chance = randomScorer(past.songs, xoshiro128(seed));
  const scores = new Map<ScoredMethod, ListScores[]>();
  for (const [i, cut] of cuts.entries()) {
    deps.progress('recommending as of earlier days', i, cuts.length);
    for (const [method, reached] of await scoresAt(deps, past, cut, chance)) {
      const list = scores.get(method) ?? [];
      scores.set(method, list);
      list.push(reached);
    }
  }
  deps.progress('recommending as of earlier days', cuts.length, cuts.length);
  const few = cuts.length < 2 * OVERLAPPING ? [fewCuts(cuts.length)] : [];
  return {
    listening: {
      ...{ from: plays[0]?.played_at ?? '', to: plays.at(-1)?.played_at ?? '' },
      ...{ followedDays: FOLLOWED_DAYS, asked: cuts.length },
      cuts: cuts.map(({ to: end, heard, later }) => ({
        ...{ date: iso(end - 1).slice(0, 10), heard: heard.length, later: later.songs.length },
      })),
      ways: scoredWays(scores, MEASURES, seed, OVERLAPPING),
    },
    warnings: [...past.warnings, ...few],
  };
}

/** What each way reached at a cut. */
async function scoresAt(
  { clock }: ScoreListeningDeps,
  past: WaysInThePast,
  { heard: all, known, later }: Cut,
  chance: Scorer,
): Promise<Map<ScoredMethod, ListScores>> {
  const heard = heaviest(all);
  const ways = past.at(known.ids).map(({ way, locate }) => ({
    ...{ way, rows: locate(heard) },
    finds: locate(later.songs).map((row) => row !== undefined),
  }));
  const reached = new Map<ScoredMethod, ListScores>();
  const score = (method: ScoredMethod, of: typeof ways, namings: readonly Naming[]) => {
    const reachable = later.songs.filter((_, i) => of.some(({ finds }) => finds[i])).length;
    const song = songsOf(of.map(({ way }) => way));
    reached.set(method, scoresOf({ known, later }, namings, song, reachable / later.songs.length));
  };
  for (const [method, of] of methodsOf(ways)) {
    score(method, of, await nearestOf({ clock, progress: () => {} }, heard, of, known.ids));
  }
  const given = [...known.ids];
  score('popularity', ways, [namingOf(popularityScorer(past.songs)(given, AMPLE))]);
  score('random', ways, [namingOf(chance(given, AMPLE))]);
  return reached;
}

/** So many that enough of them are new, and of enough artists. */
const AMPLE = 4 * DEPTH;

/** Each way alone, and sound and vectors together. */
function methodsOf<T extends LocatedWay>(ways: readonly T[]): [ScoredMethod, T[]][] {
  const both = ways.filter(({ way }) => way.method !== 'items');
  return [
    ...ways.map((one): [ScoredMethod, T[]] => [one.way.method, [one]]),
    ...(both.length === 2 ? [['both', both] satisfies [ScoredMethod, T[]]] : []),
  ];
}

/** A ranking that comes from no heard song, as if one had named all of it. */
const namingOf = (ranking: readonly string[]): Naming => ({
  heard: { id: '', name: null, artist: null, isrc: null, weight: 1 },
  neighbours: ranking.map((id, place) => ({
    id,
    method: 'items',
    nearness: 0,
    worth: ranking.length - place,
  })),
});

/** What the list of the usual size, and a long one, reached. */
function scoresOf(
  { known, later }: Pick<Cut, 'known' | 'later'>,
  namings: readonly Naming[],
  song: (id: string) => SongNames,
  reach: number,
): ListScores {
  const admissible = new Map<string, boolean>();
  const isAdmissible = (id: string): boolean => {
    const told = admissible.get(id) ?? isNew(known, id, song(id));
    admissible.set(id, told);
    return told;
  };
  const listOf = (length: number): string[] => {
    const list = chooseSongs(namings, { perSong, size: length, maxPerArtist, isAdmissible, song });
    return later.named(
      list.map(({ id }) => id),
      song,
    );
  };
  const hidden = later.songs.map(({ id }) => id);
  return {
    ...shortListScores(listOf(size), hidden, size),
    ...rankingScores(listOf(Math.max(LONG_LIST, hidden.length)), hidden, reach),
  };
}

const tooShort = (plays: readonly { played_at: string }[]): string =>
  `expected a history of at least ${days + FOLLOWED_DAYS} days, with songs heard in the ${days} days before a cut and new ones in the ${FOLLOWED_DAYS} after it, got ${
    plays.length === 0 ? 'no plays' : `plays from ${plays[0]?.played_at} to ${plays.at(-1)?.played_at}`
  }: import a privacy export of Spotify (soundalike import <path>), or go on listening`;

const fewCuts = (cuts: number): string =>
  `the intervals of what was heard later rest on ${cuts} ${cuts === 1 ? 'cut' : 'cuts, which overlap'}: they are narrower than they should be`;
