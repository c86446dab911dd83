import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Local, openLocal } from '../bin/local.ts';
import { NoDataError } from '../core/errors.ts';
import { holdOut } from '../core/recommend/holdout.ts';
import { byPopularity, itemIndex, itemScorer } from '../core/recommend/items.ts';
import { reciprocalRankScorer } from '../core/recommend/merge.ts';
import { bootstrap, MEASURES, type Measure, type Scores, scoresOf } from '../core/recommend/quality.ts';
import { popularityScorer, randomScorer, type Scorer } from '../core/recommend/scorer.ts';
import { soundScorer, soundVectors } from '../core/recommend/sound.ts';
import { vectorScorer } from '../core/recommend/vector-scorer.ts';
import { unitVectors } from '../core/vectors/nearest.ts';
import type { Playlists } from '../core/vectors/playlists.ts';
import { xoshiro128 } from '../core/vectors/random.ts';
import { settingsOf } from '../core/vectors/settings.ts';
import { songVectors } from '../core/vectors/song-vectors.ts';
import { importDataset } from '../lambdas/importer/import.ts';
import { readSound } from '../lambdas/recommender/ways.ts';
import { readPlaylists } from '../lambdas/trainer/playlists.ts';
import { trainVectors } from '../lambdas/trainer/train-vectors.ts';
import { sampleCatalogue } from '../sample/generate.ts';
import { barChart } from './bar-chart.ts';
import { trainByGensim } from './gensim.ts';
import { findPython } from './yardstick.ts';

const REAL = join(import.meta.dirname, '../../shared/data/playlists');
const DATE = '2026-11-22';
const FOLDS = [0, 1, 2, 3, 4];

/** What a way reached with each playlist, in the order of the folds. */
type Ways = Map<string, Scores[]>;
/** A figure with its 95 % interval. */
type Figure = [value: number, low: number, high: number];

/** The sample's playlists, and what its songs sound like. */
async function putSample({ lake }: Local): Promise<void> {
  const { playlists, features } = sampleCatalogue();
  const rows = playlists.flatMap(({ id, track_ids }) =>
    track_ids.map((track_id, position) => ({
      ...{ playlist_id: id, position, track_id, name: null, artist_id: null, artist_name: null },
    })),
  );
  await lake.write('playlists', 'sample', rows);
  await lake.write(
    'audio_features',
    DATE,
    features.map((row) => ({ ...row, source: 'dataset:sample' })),
  );
}

/** Asks every way of every playlist, each in the fold that holds it out. */
async function ask({ clock, warehouse, folder }: Local, playlists: Playlists, seed: number): Promise<Ways> {
  const python = findPython();
  const settings = settingsOf({ seed });
  const sound = await readSound(warehouse).catch((error) => {
    if (!(error instanceof NoDataError)) throw error;
  });
  const bySound = sound && soundScorer(soundVectors(sound.vectors));
  const ways: Ways = new Map();
  for (const fold of FOLDS) {
    const { training, heldOut } = holdOut(playlists, seed, fold);
    const index = itemIndex(training);
    const popular = byPopularity(index);
    const byItems = itemScorer(index);
    const vectors = await trainVectors({ clock, progress: () => {} }, training, settings, '');
    const byVectors: Scorer = vectors ? vectorScorer(songVectors(vectors)) : () => [];
    const scorers: Record<string, Scorer> = {
      random: randomScorer(popular, xoshiro128(seed)),
      popularity: popularityScorer(popular),
      ...(bySound && { sound: bySound }),
      ...(vectors && { 'vectors by cosine alone': vectorScorer(unitVectors(vectors)) }),
      vectors: byVectors,
      ...(python && {
        'gensim with these settings': vectorScorer(
          songVectors(trainByGensim(python, folder, training, settings, 1).vectors),
        ),
      }),
      ...(bySound && { 'sound and vectors': reciprocalRankScorer([bySound, byVectors]) }),
      'item neighbours': byItems,
    };
    for (const [name, scorer] of Object.entries(scorers)) {
      const scores = ways.get(name) ?? [];
      scores.push(...heldOut.map((playlist) => scoresOf(scorer, playlist)));
      ways.set(name, scores);
    }
  }
  return ways;
}

/** Of each way its figures, and how much they are above those of popularity, playlist by playlist. */
function figuresOf(
  ways: Ways,
): { way: string; figures: Record<Measure, Figure>; above: Record<Measure, Figure> }[] {
  const popularity = ways.get('popularity') ?? [];
  return [...ways].map(([way, scores]) => ({
    way,
    figures: eachMeasure((measure) => figureOf(scores.map((of) => of[measure]))),
    above: eachMeasure((measure) =>
      figureOf(scores.map((of, p) => of[measure] - (popularity[p]?.[measure] ?? 0))),
    ),
  }));
}

const eachMeasure = <T>(value: (measure: Measure) => T): Record<Measure, T> =>
  Object.fromEntries(MEASURES.map((measure) => [measure, value(measure)])) as Record<Measure, T>;

function figureOf(list: readonly number[]): Figure {
  const [low, high] = bootstrap(Float64Array.from(list), xoshiro128(1));
  return [list.reduce((sum, value) => sum + value, 0) / list.length, low, high];
}

const markdownOf = (table: ReturnType<typeof figuresOf>): string => {
  const cell = ([value, low, high]: Figure) => `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const line = (name: string, figures: Record<Measure, Figure>) =>
    `| ${[name, ...MEASURES.map((measure) => cell(figures[measure]))].join(' | ')} |\n`;
  const head = (name: string) =>
    `| ${[name, ...MEASURES].join(' | ')} |\n|${'---|'.repeat(MEASURES.length + 1)}\n`;
  return [
    ...[head(''), ...table.map(({ way, figures }) => line(way, figures))],
    ...['\n', head('above popularity'), ...table.map(({ way, above }) => line(way, above))],
  ].join('');
};

const plotOf = (title: string, table: ReturnType<typeof figuresOf>): string =>
  barChart({
    title,
    caption: 'Means over playlists with 95 % intervals (bootstrap); what each measure is: docs/method.md',
    format: (value) => value.toFixed(3),
    groups: MEASURES.map((measure) => ({
      label: measure,
      bars: table.map(({ way, figures }) => {
        const [value, low, high] = figures[measure];
        return { label: way, value, low, high };
      }),
    })),
  });

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, seed: { type: 'string', default: '1' }, plot: { type: 'string' } },
});
// `sample` is no folder: the generated catalogue, which has no real playlists but audio features.
const isSample = positionals[0] === 'sample' || (positionals.length === 0 && !existsSync(REAL));
const paths = positionals.length > 0 ? positionals : [REAL];

const folder = await mkdtemp(join(tmpdir(), 'soundalike-quality-'));
const local = await openLocal(folder);
try {
  if (isSample) await putSample(local);
  else {
    await importDataset({ ...local, workspaceFolder: join(folder, 'import'), progress: () => {} }, { paths });
  }
  const playlists = await readPlaylists(local.lake);
  const table = figuresOf(await ask(local, playlists, Number(values.seed)));
  const title = `What is found of playlists that were held out (${playlists.starts.length} playlists, ${playlists.ids.length} songs)`;
  if (values.plot) await writeFile(values.plot, plotOf(title, table));
  process.stdout.write(
    values.json ? `${JSON.stringify(table, null, 2)}\n` : `${title}\n\n${markdownOf(table)}`,
  );
} finally {
  await local.close();
  await rm(folder, { recursive: true });
}
