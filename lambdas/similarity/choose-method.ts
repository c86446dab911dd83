import { InvalidInputError } from '../../core/errors.ts';
import type { Ruler, SimilarityRequest } from '../../core/events.ts';
import { DEFAULT_FEATURES, FEATURES } from '../../core/features.ts';
import type { Steps } from '../../core/long-work.ts';
import { Blend, DEPTH } from '../../core/methods/blend.ts';
import { fitBlend } from '../../core/methods/fit-blend.ts';
import { meanMethod } from '../../core/methods/mean.ts';
import type { Method, MethodName } from '../../core/methods/method.ts';
import { placeInSteps, SPACE_FEATURES, type Space } from '../../core/methods/space.ts';
import type { TrackSets } from '../../core/methods/track-sets.ts';
import { tracksMethod } from '../../core/methods/tracks.ts';
import { whitenedMethod } from '../../core/methods/whitened.ts';
import type { Runs } from '../../core/ports.ts';
import type { Range } from '../../core/similarity/matrix.ts';
import type { Playlists } from '../../core/vectors/playlists.ts';

import { SEED } from './seed.ts';

/** A ruler, and whose it is. */
export interface GivenRuler extends Ruler {
  of: string;
}

/** The ruler that a request names; undefined for the day's own. Throws `InvalidInputError` where there is no such run. */
export async function rulerOf(
  { ruler }: SimilarityRequest,
  runs: Pick<Runs, 'byId'>,
): Promise<GivenRuler | undefined> {
  if (ruler === undefined) return undefined;
  if (typeof ruler !== 'string') return { ...ruler, of: 'given' };
  const run = await runs.byId(ruler);
  if (run?.kind === 'similarity' && run.summary !== null) {
    return { ...(JSON.parse(run.summary) as Ruler), of: ruler };
  }
  throw new InvalidInputError(
    `expected the id of a comparison that is done, got ${run ? `${ruler}, a ${run.kind} that is ${run.status}` : ruler}`,
    'name the run that soundalike similarity --json or similar --json told, or a file with its result',
  );
}

/** The features that a request compares, by its method and its ruler. Throws `InvalidInputError` where they do not fit. */
export function featuresOf(
  { method = 'mean', features }: SimilarityRequest,
  ruler: GivenRuler | undefined,
): readonly string[] {
  if (method === 'mean') {
    const wanted = features ?? DEFAULT_FEATURES;
    const unknown = wanted.find((feature) => !FEATURES.some((known) => known === feature));
    if (unknown !== undefined) throw notFor('mean', unknown, FEATURES);
    const missing = ruler && wanted.find((feature) => !ruler.ranges?.[feature]);
    if (missing !== undefined) {
      throw new InvalidInputError(
        `expected a ruler with the range of ${missing}, got one with those of ${Object.keys(ruler?.ranges ?? {}).join(', ') || 'none'}`,
        'name a run by the method mean that compared it',
      );
    }
    return wanted;
  }
  if (!ruler) return features ?? SPACE_FEATURES;
  if (!ruler.space) {
    throw new InvalidInputError(
      `expected a ruler for ${method}, got one for mean`,
      'name a run by the method whitened, tracks or blend',
    );
  }
  const pinned = ruler.space.features;
  if (features && features.join() !== pinned.join()) throw notFor('this ruler', features.join(), pinned);
  return pinned;
}

const notFor = (what: string, got: string, expected: readonly string[]): InvalidInputError =>
  new InvalidInputError(
    `expected features for ${what}: ${expected.join(', ')}; got ${got}`,
    'leave out --features, or name others',
  );

/** The ranges that `mean` normalises by. */
export const rangesFor = (
  features: readonly string[],
  own: Readonly<Record<string, Range>>,
  ruler: GivenRuler | undefined,
): Record<string, Range> =>
  Object.fromEntries(
    features.flatMap((feature) => {
      const range = ruler?.ranges?.[feature] ?? own[feature];
      return range ? [[feature, range]] : [];
    }),
  );

/** The method `mean`. */
export const byMeans = (
  ids: readonly string[],
  features: readonly string[],
  means: readonly ArrayLike<number>[],
  ranges: Readonly<Record<string, Range>>,
): Method =>
  meanMethod(
    ids,
    features,
    means,
    features.map((feature) => ranges[feature] as Range),
  );

/** A method by sets of tracks. */
export interface BySets {
  method: Method;
  space: Space;
  /** Of playlists, for `blend`. */
  weight: number | null;
}

/** Makes a method that hears the tracks one by one. Throws `InvalidInputError` where the ruler needs what no track has. */
export function* bySets(
  name: Exclude<MethodName, 'mean'>,
  sets: TrackSets,
  ruler: GivenRuler | undefined,
  playlists: Playlists,
): Steps<BySets> {
  const pinned = ruler?.space ?? undefined;
  const missing = pinned?.features.find((feature) => !sets.features.includes(feature));
  if (missing !== undefined) {
    throw new InvalidInputError(
      `expected tracks with ${missing}, by which the ruler measures, got none`,
      'compare this day by its own ruler',
    );
  }
  const space = yield* placeInSteps(sets, pinned);
  if (name === 'tracks') return { method: tracksMethod(space), space, weight: null };
  const method = whitenedMethod(space);
  if (name === 'whitened') return { method, space, weight: null };
  const nearest = yield* method.nearest(DEPTH);
  const { weight } = yield* fitBlend(method, nearest, playlists, SEED);
  return { method: new Blend(method, playlists, weight, nearest), space, weight };
}
