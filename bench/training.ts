import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainEpochOn } from '../adapters/threads/train-epoch.ts';
import { type HeldOut, holdOut } from '../core/recommend/holdout.ts';
import { bootstrap } from '../core/recommend/quality.ts';
import { buildCorpus, buildVocabulary } from '../core/vectors/corpus.ts';
import { SimilaritySearch } from '../core/vectors/most-similar.ts';
import { unitVectors } from '../core/vectors/nearest.ts';
import { type Playlists, PlaylistsBuilder } from '../core/vectors/playlists.ts';
import { type Xoshiro128, xoshiro128 } from '../core/vectors/random.ts';
import { settingsOf, type Word2VecSettings } from '../core/vectors/settings.ts';
import type { TrackVectors } from '../core/vectors/track-vectors.ts';
import { beginTraining, trainEpoch } from '../core/vectors/word2vec.ts';
import { type Trained, trainByGensim } from './gensim.ts';
import { cpuMs, findPython, type Round, type Row, rowOf } from './yardstick.ts';

type Train = (playlists: Playlists, settings: Word2VecSettings, threads: number) => Promise<Trained>;

/** word2vec.c's and gensim's usual settings. */
const USUAL = { size: 100, window: 5, negatives: 5, exponent: 0.75, subsample: 1e-3, minCount: 1 };

/**
 * Training beside gensim with the same settings, or beside our own classic form where there is none: words a second of
 * one core, by the processor's time, and of two threads, by the clock; and how often the vectors find what comes next in
 * playlists that were held out, `low` and `high` being a 95 % interval by bootstrap over these.
 */
export async function training({ quick }: { quick: boolean }): Promise<Row[]> {
  const python = findPython();
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-bench-'));
  try {
    const yardstick = python ? 'gensim 4.4.0, workers=' : 'the classic form in plain TypeScript, threads=';
    const theirs = python ? byGensim(python, folder) : classic;
    return await measured(quick, yardstick, theirs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measured(quick: boolean, yardstick: string, theirs: Train): Promise<Row[]> {
  const settings = settingsOf({ ...USUAL, epochs: quick ? 2 : 3 });
  const [lists, rounds] = quick ? [1500, 1] : [6000, 3];
  const { training, heldOut } = holdOut(generated(lists, 60), 1);
  const words = training.ends.reduce((sum, end, p) => sum + end - (training.starts[p] as number), 0);
  const rate = (seconds: number) => (words * settings.epochs) / seconds;
  const speeds: Round[] = [];
  const hits: Round[] = heldOut.map(() => ({ ours: 0, theirs: 0 }));
  for (let seed = 1; seed <= rounds; seed++) {
    const [a, b] = [
      await ours(training, { ...settings, seed }, 1),
      await theirs(training, { ...settings, seed }, 1),
    ];
    speeds.push({ ours: rate(a.cpu), theirs: rate(b.cpu) });
    const [found, foundByThem] = [hitsOf(a.vectors, heldOut), hitsOf(b.vectors, heldOut)];
    for (const [p, hit] of hits.entries()) {
      hit.ours += (found[p] as number) / rounds;
      hit.theirs += (foundByThem[p] as number) / rounds;
    }
  }
  const [a, b] = [await ours(training, settings, 2), await theirs(training, settings, 2)];
  const work = `training, ${words} words, size ${settings.size}`;
  return [
    rowOf({ work, yardstick: `${yardstick}1`, unit: 'words/s of CPU' }, speeds, 'more'),
    qualityRow({ work: `${work}: hit rate at 10`, yardstick: `${yardstick}1`, unit: 'share' }, hits),
    rowOf(
      { work: `${work}, 2 threads`, yardstick: `${yardstick}2`, unit: 'words/s' },
      [{ ours: rate(a.wall), theirs: rate(b.wall) }],
      'more',
    ),
  ];
}

const by =
  (epochOf: typeof trainEpochOn): Train =>
  async (playlists, settings, threads) => {
    const vocabulary = buildVocabulary(playlists, settings.minCount);
    const corpus = buildCorpus(playlists, vocabulary);
    const training = beginTraining(vocabulary, settings);
    const [cpu, wall] = [cpuMs(), performance.now()];
    while (training.epoch < settings.epochs) for await (const _ of epochOf(threads, training, corpus));
    const took = { cpu: (cpuMs() - cpu) / 1000, wall: (performance.now() - wall) / 1000 };
    return { ...took, vectors: { ids: vocabulary.ids, size: settings.size, vectors: training.inputs } };
  };
const ours = by(trainEpochOn);
const classic = by(async function* (_, training, corpus) {
  yield* trainEpoch(training, corpus);
});

const byGensim =
  (python: string, folder: string): Train =>
  async (playlists, settings, threads) =>
    trainByGensim(python, folder, playlists, settings, threads);

/** Of each playlist that was held out, the share of places where the next track is among the ten nearest. */
function hitsOf(vectors: TrackVectors, heldOut: readonly HeldOut[]): number[] {
  const space = unitVectors(vectors);
  const search = new SimilaritySearch(space);
  const { size, rows } = space;
  const isHit = ({ given, hidden }: HeldOut['next'][number]): boolean => {
    const known = new Set(given.map((id) => rows.get(id)).filter((row) => row !== undefined));
    const query = new Float64Array(size);
    for (const row of known) {
      for (let f = 0; f < size; f++)
        query[f] = (query[f] as number) + (space.vectors[row * size + f] as number);
    }
    return search.mostSimilar(query, 10, known).rows.includes(rows.get(hidden[0] as string) ?? -1);
  };
  return heldOut.map(({ next }) => next.filter(isHit).length / next.length);
}

function qualityRow(names: Pick<Row, 'work' | 'yardstick' | 'unit'>, hits: readonly Round[]): Row {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(hits.map(({ ours }) => ours)), mean(hits.map(({ theirs }) => theirs))];
  const differences = Float64Array.from(hits, ({ ours, theirs }) => ours - theirs);
  const [low, high] = bootstrap(differences, xoshiro128(1));
  return { ...names, ours: a, theirs: b, ratio: a / b, low: 1 + low / b, high: 1 + high / b };
}

/**
 * Playlists of tracks as they might be: of 160 genres, each of ten moods, one of which a playlist is of. Seven tenths of
 * its tracks are of that mood, two of the genre, the others any; genres, moods and tracks are drawn by 1 / rank.
 */
function generated(lists: number, length: number): Playlists {
  const [genres, moods, tracks] = [160, 10, 30];
  const random = xoshiro128(11);
  const [genre, mood, track] = [byRank(genres, random), byRank(moods, random), byRank(tracks, random)];
  const builder = new PlaylistsBuilder();
  for (let p = 0; p < lists; p++) {
    builder.begin();
    const [g, m] = [genre(), mood()];
    for (let i = 0; i < length; i++) {
      const u = random.uniform();
      const [of, like] = [u < 0.9 ? g : random.int(genres), u < 0.7 ? m : random.int(moods)];
      builder.add(`t${(of * moods + like) * tracks + track()}`);
    }
  }
  return builder.build().playlists;
}

/** Draws 0 to n - 1, each by 1 / (1 + itself). */
function byRank(n: number, random: Xoshiro128): () => number {
  const sums = new Float64Array(n);
  for (let i = 0; i < n; i++) sums[i] = (sums[i - 1] ?? 0) + 1 / (i + 1);
  return () => {
    const drawn = random.uniform() * (sums[n - 1] as number);
    return sums.findIndex((sum) => drawn < sum);
  };
}

if (import.meta.main) console.table(await training({ quick: process.argv.includes('--quick') }));
