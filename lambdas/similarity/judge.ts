import type { SimilarityResult } from '../../core/events.ts';
import type { Steps } from '../../core/long-work.ts';
import { Blend, DEPTH } from '../../core/methods/blend.ts';
import { playlistFolds } from '../../core/methods/fit-blend.ts';
import type { Method } from '../../core/methods/method.ts';
import { whitenedMethod } from '../../core/methods/whitened.ts';
import type { Database, Runs } from '../../core/ports.ts';
import { heldOutCard, type Measured, type Ranking, scoreCard } from '../../core/score/card.ts';
import { gate, watchedOf } from '../../core/score/gate.ts';
import { genreMeasures, SCORED, SHORT, type TRUTHS, truthMeasures } from '../../core/score/measures.ts';
import { playlistTruth } from '../../core/score/truth.ts';
import type { Neighbours } from '../../core/similarity/neighbours.ts';
import type { Playlists } from '../../core/vectors/playlists.ts';
import type { BySets } from './choose-method.ts';
import type { Known } from './known.ts';
import { SEED } from './seed.ts';

/** The score card of a method, whose nearest are given: at least `SCORED`, where there are so many. */
export function* scoresOf(
  method: Method,
  nearest: Neighbours,
  { genres, popularity, playlists, related }: Known,
  bySets: BySets | null,
): Steps<Measured[]> {
  const ranking: Ranking = ranked(nearest);
  const known = [
    ...genreMeasures(genres, SHORT),
    // The blend has seen the playlists.
    ...(method.name === 'blend' ? [] : atBoth('playlist', yield* playlistTruth(playlists))),
    ...atBoth('related', related),
  ];
  const folds = playlistFolds(playlists, SEED);
  const learnt =
    bySets?.weight == null ? folds.map(() => ranking) : yield* blendsOf(bySets, bySets.weight, folds);
  const heldOut: ReturnType<typeof atBoth>[] = [];
  for (const fold of folds) {
    heldOut.push(atBoth('heldOutPlaylist', yield* playlistTruth(fold.heldOut)));
  }
  return [
    ...(yield* scoreCard(ranking, popularity, known, SEED)),
    ...(yield* heldOutCard(learnt, popularity, heldOut, SEED)),
  ];
}

/** The blend, of the playlists of each fold that it may know. */
function* blendsOf(
  { space }: BySets,
  weight: number,
  folds: readonly { training: Playlists }[],
): Steps<Ranking[]> {
  const sound = whitenedMethod(space);
  const nearest = yield* sound.nearest(DEPTH);
  const blends: Ranking[] = [];
  for (const [i, { training }] of folds.entries()) {
    yield { what: 'blending', done: i, total: folds.length };
    const blend = new Blend(sound, training, weight, nearest);
    blends.push((artist) => blend.rank(artist, DEPTH).rows);
  }
  return blends;
}

const atBoth = (name: (typeof TRUTHS)[number], truth: Parameters<typeof truthMeasures>[1]) => [
  ...truthMeasures(name, truth, SHORT),
  ...truthMeasures(name, truth, SCORED),
];

const ranked =
  ({ k, rows }: Neighbours): Ranking =>
  (artist) =>
    rows.subarray(artist * k, (artist + 1) * k);

/** Why a run must not be published: what it is asked to hold does not, beside the last published run. */
export async function reasonsNotToPublish(
  { relatedArtists, runs }: { relatedArtists: Pick<Database['relatedArtists'], 'published'>; runs: Runs },
  required: readonly string[] | undefined,
  scores: readonly Measured[],
): Promise<string[]> {
  if (!required || required.length === 0) return [];
  const published = await relatedArtists.published();
  const last = published && (await runs.byId(published.run_id));
  const { scores: before = null } = JSON.parse(last?.summary ?? '{}') as Partial<SimilarityResult>;
  return gate(required.map(watchedOf), scores, before);
}
