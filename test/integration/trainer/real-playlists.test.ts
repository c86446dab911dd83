import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Holdout, holdOut } from '../../../core/recommend/holdout.ts';
import { byPopularity, itemIndex, itemScorer } from '../../../core/recommend/items.ts';
import { bootstrap, MEASURES, type Measure, type Scores, scoresOf } from '../../../core/recommend/quality.ts';
import { popularityScorer, randomScorer, type Scorer } from '../../../core/recommend/scorer.ts';
import { vectorScorer } from '../../../core/recommend/vector-scorer.ts';
import { xoshiro128 } from '../../../core/vectors/random.ts';
import { settingsOf } from '../../../core/vectors/settings.ts';
import { songVectors } from '../../../core/vectors/song-vectors.ts';
import { trainVectors } from '../../../lambdas/trainer/train-vectors.ts';
import { FakeClock } from '../../support/clock.ts';
import { playlistsOf } from '../../support/playlists.ts';

const REAL = join(import.meta.dirname, '../../../../shared/data/playlists/playlists-250.jsonl');
const SEED = 1;

/** The real playlists' track ids, by playlist. */
function realPlaylists(): string[][] {
  const lines = readFileSync(REAL, 'utf8').trim().split('\n');
  const playlists = lines.map(
    (line) => JSON.parse(line) as { playlist_id: string; tracks: { id: string }[] },
  );
  playlists.sort((a, b) => (a.playlist_id < b.playlist_id ? -1 : 1));
  return playlists.map(({ tracks }) => tracks.map(({ id }) => id).filter(Boolean));
}

/** Scores of every playlist, each asked of in the fold that holds it out. */
async function scores(
  folds: readonly Holdout[],
  scorerOf: (training: Holdout['training']) => Promise<Scorer> | Scorer,
): Promise<Scores[]> {
  const all: Scores[] = [];
  for (const { training, heldOut } of folds) {
    const scorer = await scorerOf(training);
    all.push(...heldOut.map((playlist) => scoresOf(scorer, playlist)));
  }
  return all;
}

if (!existsSync(REAL)) console.log('skipped: there is no ../shared/data/playlists');

(existsSync(REAL) ? test : test.skip)(
  'on real playlists vectors and item neighbours beat popularity and chance',
  async () => {
    const playlists = playlistsOf(realPlaylists());
    const folds = [0, 1, 2, 3, 4].map((fold) => holdOut(playlists, SEED, fold));
    const work = { clock: new FakeClock(), progress: () => {} };
    const popular = (training: Holdout['training']) => byPopularity(itemIndex(training));
    const popularity = await scores(folds, (training) => popularityScorer(popular(training)));
    const random = await scores(folds, (training) => randomScorer(popular(training), xoshiro128(SEED)));
    const items = await scores(folds, (training) => itemScorer(itemIndex(training)));
    const vectors = await scores(folds, async (training) => {
      const trained = await trainVectors(work, training, settingsOf({ seed: SEED }), 'training');
      return vectorScorer(songVectors(trained as NonNullable<typeof trained>));
    });
    expect(items).toHaveLength(playlists.starts.length);

    /** Lower end of the 95 % interval of how much better one is than the other, playlist by playlist. */
    const atLeast = (better: Scores[], worse: Scores[], measure: Measure) =>
      bootstrap(
        Float64Array.from(better, (of, p) => of[measure] - (worse[p]?.[measure] ?? 0)),
        xoshiro128(SEED),
      )[0];
    for (const measure of MEASURES) {
      expect(atLeast(items, popularity, measure)).toBeGreaterThan(0);
      expect(atLeast(popularity, random, measure)).toBeGreaterThan(0);
      expect(atLeast(vectors, popularity, measure)).toBeGreaterThan(0);
    }
  },
);
