import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { PublishedLake } from '../../../adapters/lake/published.ts';
import { costOf } from '../../../core/cost.ts';
import type { SimilarityRequest, SimilarityResult, SimilarResult } from '../../../core/events.ts';
import type {
  DriftResult,
  ExploredCatalogue,
  ExploredPair,
  ExploredPath,
  ExploredRuns,
  ExploredTracks,
} from '../../../core/explore.ts';
import { FEATURES } from '../../../core/features.ts';
import type { ExploreSources } from '../../../lambdas/explorer/sources.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { type Machine, openMachine } from '../../support/machine.ts';
import { testDatabase } from '../../support/mariadb-database.ts';
import { TODAY, TOMORROW } from '../../support/pipeline.ts';
import { asking, day, MOVER, N, publishTwoDays, s3With, sourcesOn } from './explored.ts';

const mysql = testDatabase();
let machine: Machine;
let emptyFolder: string;
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  machine = await openMachine();
  emptyFolder = await mkdtemp(join(tmpdir(), 'soundalike-empty-'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await rm(emptyFolder, { recursive: true });
  await machine.close();
});

const emptyLake = () => new ParquetLake(new FolderStore(emptyFolder));
const onMysql = () => ({ ...machine, ...mysql.database });
const onS3 = async (): Promise<ExploreSources> => {
  const s3 = await s3With(machine);
  closing.push(() => s3.close());
  return sourcesOn(s3, machine);
};

/** Ways to reach what was published, with what publishes and what reads. */
const WAYS = [
  ['the folder with SQLite', () => publishTwoDays(machine), async () => machine],
  ['MariaDB and the folder', () => publishTwoDays(machine, mysql.database), async () => onMysql()],
  ['the lake alone, on S3', () => publishTwoDays(machine), onS3],
  ['SQLite alone', () => publishTwoDays(machine), async () => ({ ...machine, lake: emptyLake() })],
  [
    'MariaDB alone',
    () => publishTwoDays(machine, mysql.database),
    async () => ({ ...onMysql(), lake: emptyLake() }),
  ],
] as const;

type Ask = ReturnType<typeof asking>;

test.each(WAYS)('on %s the page is told what was published', async (name, publish, reach) => {
  const result = await publish();
  const ask = asking(await reach());
  const hasLake = !name.endsWith(' alone');
  await tellsCatalogue(ask, result, hasLake);
  await tellsPair(ask);
  await tellsWay(ask);
  await tellsTracksAndDrift(ask, hasLake);
  await refuses(ask);
});

/** The catalogue is that of the published run. */
async function tellsCatalogue(ask: Ask, result: SimilarityResult, hasLake: boolean): Promise<void> {
  const found = await ask<ExploredCatalogue>('catalogue');
  const { artists, features, ...run } = found;
  expect(run).toEqual({
    date: TOMORROW,
    run: result.run,
    method: 'mean',
    compared: result.features,
    map: hasLake ? result.map : null,
    days: hasLake
      ? [
          expect.objectContaining({ date: TOMORROW, run: result.run }),
          expect.objectContaining({ date: TODAY }),
        ]
      : [{ date: TOMORROW, run: result.run, method: 'mean' }],
  });
  expect(artists.map(({ id }) => id)).toEqual(
    day()
      .artists.slice(0, N)
      .map(({ id }) => id),
  );
  expect(artists[1]).toMatchObject({
    name: '방탄소년단 <b>💜</b>',
    genres: ['genre 1'],
    popularity: 1,
    tracks: 3,
    image: 'https://i.scdn.co/image/a01',
  });
  expect(features.map((feature) => feature.name)).toEqual(expect.arrayContaining([...FEATURES]));
  const means = artists.map((artist) => artist.means[0] as number);
  expect(features[0]).toEqual({ name: 'danceability', min: Math.min(...means), max: Math.max(...means) });
  // The five nearest are those that `similar` tells.
  for (const artist of [artists[0], artists[7]]) {
    const { neighbours } = await ask<SimilarResult>('similar', { artist: artist?.id ?? '', limit: '5' });
    expect(artist?.nearest.map((place) => artists[place]?.id)).toEqual(neighbours.map(({ id }) => id));
  }
  expect(await ask('catalogue')).toEqual(found);
}

/** Two artists stand side by side, at the distance that similar tells. */
async function tellsPair(ask: Ask): Promise<void> {
  const pair = await ask<ExploredPair>('pair', { a: 'a03', b: 'Artist a05' });
  const { neighbours } = await ask<SimilarResult>('similar', { artist: 'a03', limit: '100' });
  expect(pair).toMatchObject({ a: { id: 'a03', name: 'Artist a03' }, b: { id: 'a05' } });
  expect(pair.distance).toBe(neighbours.find(({ id }) => id === 'a05')?.distance);
  const { artists } = await ask<ExploredCatalogue>('catalogue');
  const [energy] = pair.features.filter((feature) => feature.name === 'energy');
  const all = artists.map(({ means }) => means[1] as number);
  const below = (value: number) => all.filter((other) => other < value).length / N;
  expect(energy).toMatchObject({
    a: all[3],
    b: all[5],
    belowA: below(all[3] as number),
    belowB: below(all[5] as number),
  });
  expect(energy?.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(N);
}

/** There is a way through near ones. */
async function tellsWay(ask: Ask): Promise<void> {
  const { neighbours } = await ask<SimilarResult>('similar', { artist: 'a00', limit: '100' });
  const farthest = neighbours.at(-1)?.id ?? '';
  const { steps, total, near } = await ask<ExploredPath>('path', { from: 'a00', to: farthest });
  expect([steps[0]?.id, steps.at(-1)?.id, near]).toEqual(['a00', farthest, 10]);
  expect(steps.length).toBeGreaterThan(2);
  expect(steps.reduce((sum, step) => sum + step.distance, 0)).toBe(total);
  for (const [i, step] of steps.entries()) {
    if (i === 0) continue;
    const pair = await ask<ExploredPair>('pair', { a: steps[i - 1]?.id ?? '', b: step.id });
    expect(step.distance).toBe(pair.distance);
  }
}

/** Tracks and drift are told where there is a lake. */
async function tellsTracksAndDrift(ask: Ask, hasLake: boolean): Promise<void> {
  const { artist, tracks } = await ask<ExploredTracks>('tracks', { artist: 'a07' });
  expect(artist.id).toBe('a07');
  if (!hasLake) {
    expect(tracks).toEqual([]);
    await expect(ask('drift', { artist: MOVER })).rejects.toMatchObject({ code: 'no-data' });
    return;
  }
  const { features } = day(0.3);
  const track = features.find(({ id }) => id === 't-a07-1');
  expect(tracks.map(({ id, rank }) => [id, rank])).toEqual([0, 1, 2].map((t) => [`t-a07-${t}`, t + 1]));
  expect(tracks[1]).toMatchObject({ url: 'https://t/a07/1', popularity: 89, source: track?.source });
  expect(tracks[1]?.features).toMatchObject({ energy: track?.energy, duration_ms: track?.duration_ms });
  const drift = await ask<DriftResult>('drift', { artist: MOVER });
  expect(drift).toMatchObject({ from: { date: TODAY }, to: { date: TOMORROW }, compared: N - 1 });
  expect(drift.moved).toBeGreaterThan(0.3);
}

/** Artists that are not there, or were not compared, and what is no question. */
async function refuses(ask: Ask): Promise<void> {
  for (const query of ['nobody', 'silent']) {
    await expect(ask('path', { from: 'a00', to: query })).rejects.toMatchObject({ code: 'unknown-artist' });
  }
  await expect(ask('path', { from: 'a00' })).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(ask('pair', { a: 'a00', b: 'a01', c: 'x' })).rejects.toMatchObject({
    code: 'invalid-input',
  });
}

test('whatever it is asked by, the answers are the same', async () => {
  await publishTwoDays(machine);
  const [here, there] = [asking(machine), asking(await onS3())];
  for (const [name, query] of [
    ['catalogue', {}],
    ['similar', { artist: 'a02', limit: '39' }],
    ['tracks', { artist: 'a02' }],
    ['pair', { a: 'a02', b: 'a03' }],
    ['path', { from: 'a02', to: 'a38' }],
    ['drift', { artist: 'a02' }],
  ] as const) {
    expect(await there(name, query)).toEqual(await here(name, query));
  }
});

test('another run that is published takes the place of the one that is held', async () => {
  const first = await publishTwoDays(machine);
  const s3 = await onS3();
  const [here, there] = [asking(machine), asking(s3)];
  for (const ask of [here, there]) expect(await ask('catalogue')).toMatchObject({ run: first.run });
  const second = await publishAgain(['tempo', 'energy']);
  expect(await here('catalogue')).toMatchObject({ run: second.run, compared: ['tempo', 'energy'] });
  // The bucket of the other explorer is as it was.
  machine.clock.advance(3_600_000);
  expect(await there('catalogue')).toMatchObject({ run: first.run });
});

test('a stack tells of the new run after a while', async () => {
  const first = await publishTwoDays(machine);
  const published = new PublishedLake(machine.lake, machine.clock);
  const { lake, clock } = machine;
  const lakeAlone = asking({ lake, artists: published, relatedArtists: published, clock });
  machine.clock.advance(13_000);
  expect(await lakeAlone('catalogue')).toMatchObject({ run: first.run });
  const second = await publishAgain(['tempo']);
  expect(await lakeAlone('catalogue')).toMatchObject({ run: first.run });
  machine.clock.advance(15_000);
  expect(await lakeAlone('catalogue')).toMatchObject({ run: second.run });
});

/** Compares the last day anew, a second later. */
function publishAgain(features: SimilarityRequest['features']): Promise<SimilarityResult> {
  machine.clock.advance(1000);
  return compare(machine, { features });
}

test('with nothing published there is a catalogue without artists, and the others say what to do', async () => {
  for (const sources of [machine, { ...machine, ...mysql.database }, await onS3()]) {
    const ask = asking(sources);
    expect(await ask('catalogue')).toMatchObject({ run: '', artists: [], days: [], map: null });
    expect(await ask('runs')).toEqual({ runs: [] });
    expect(await ask('listening')).toEqual({ plays: [], days: [], gaps: [], recommended: null });
    for (const [name, query] of [
      ['tracks', { artist: 'x' }],
      ['pair', { a: 'x', b: 'y' }],
      ['path', { from: 'x', to: 'y' }],
    ] as const) {
      await expect(ask(name, query)).rejects.toMatchObject({
        code: 'no-data',
        hint: 'collect and compare first: soundalike run',
      });
    }
  }
});

test('runs: the last first, with what they returned; of a stack with what they cost, about', async () => {
  const { run, coverage } = await publishTwoDays(machine);
  const { runs } = await asking(machine)<ExploredRuns>('runs');
  expect(runs.map(({ kind, date }) => [kind, date])).toEqual([
    ['similarity', TOMORROW],
    ['similarity', TODAY],
    ['collection', TOMORROW],
    ['collection', TODAY],
  ]);
  expect(runs[0]).toMatchObject({ id: run, status: 'done', result: { coverage }, cost: null });
  expect(runs[0]?.result).not.toHaveProperty('space');
  const ofStack = await asking(await onS3())<ExploredRuns>('runs');
  expect(ofStack.runs.map(({ id }) => id)).toEqual(runs.map(({ id }) => id));
  const [similarity] = ofStack.runs;
  const seconds = (Date.parse(similarity?.finishedAt ?? '') - Date.parse(similarity?.startedAt ?? '')) / 1000;
  expect(similarity?.cost).toBe(costOf('similarity', seconds));
  // A full call of 15 minutes at 3,008 MB (docs/deploying.md).
  expect(costOf('training', 900)).toBeCloseTo(0.035, 3);
});
