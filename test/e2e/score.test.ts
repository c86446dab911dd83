import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult, ScoreResult, SimilarityResult, SimilarResult } from '../../core/events.ts';
import { type CliOptions, documentOf, errorOf, soundalike } from '../support/cli.ts';

const DAY = '2026-11-22';

let root: string;
let ran: RunResult;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-score-'));
  ran = documentOf<RunResult>(await cli('run', '--date', DAY, '--json'));
});
afterAll(() => rm(root, { recursive: true }));

const cli = (...args: string[]) =>
  soundalike([...args, '--data', join(root, 'data')], {} satisfies CliOptions);
const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(root, name), text);
  return join(root, name);
};

test('score tells of the published run what the run itself told, and publishes nothing', async () => {
  const ended = await cli('score', '--json');
  const { date, method, measures, cards } = documentOf<ScoreResult>(ended);
  expect([ended.status, date, method]).toEqual([0, DAY, 'mean']);
  expect(measures).toEqual(ran.scores);
  expect(measures[0]).toEqual({
    ...{ name: 'sharedGenre', k: 10, artists: 150 },
    ...Object.fromEntries(
      ['value', 'low', 'high', 'random', 'popularity'].map((name) => [name, expect.any(Number)]),
    ),
  });
  expect(cards).toEqual([{ method, measures }]);
});

test('methods side by side, in words too', async () => {
  const compared = await cli('score', '--compare', 'mean,whitened,tracks,blend', '--json');
  const { cards } = documentOf<ScoreResult>(compared);
  expect(cards.map(({ method }) => method)).toEqual(['mean', 'whitened', 'tracks', 'blend']);
  const { stdout } = await cli('score', '--compare', 'mean,whitened');
  expect(stdout).toMatch(/sharedGenre at 10, of 150 artists \(by chance 0\.0\d+, by popularity 0\.0\d+\):/);
  expect(stdout).toMatch(/^ {2}whitened {3}\d\.\d{3} {2}\[\d\.\d{3}, \d\.\d{3}\]$/m);
});

test('lists of genres and related artists count, once or for good', async () => {
  const [a, b] = ran.nearest.map(({ artist }) => artist.id);
  const genres = await file('genres.csv', `artist,genre\n${a},x\n${b},x\n`);
  const related = await file('related.csv', `${a},${b}\n`);
  const once = documentOf<ScoreResult>(
    await cli('score', '--genres', genres, '--related', related, '--json'),
  );
  const names = ({ measures }: ScoreResult) => measures.map(({ name }) => name);
  expect(names(once)).toContain('relatedNdcg');
  expect(names(documentOf<ScoreResult>(await cli('score', '--json')))).not.toContain('relatedNdcg');
  expect((await cli('score', '--related', related, '--keep')).status).toBe(0);
  expect(names(documentOf<ScoreResult>(await cli('score', '--json')))).toContain('relatedNdcg');
});

test('a run that does not hold what is required ends with exit status 1, and the last good one stays', async () => {
  const args = ['similarity', '--date', DAY, '--require', 'sharedGenre@10>=0.999', '--json'];
  const ended = await cli(...args);
  const error = errorOf({ ...ended, stderr: ended.stderr.replace(/^Note: .*\n/gm, '') }, 1);
  expect(error).toMatchObject({
    code: 'score-below-floor',
    message: expect.stringMatching(
      /^not published: sharedGenre at 10 is 0\.9\d{3}, below its floor of 0\.999$/,
    ),
  });
  expect(documentOf<SimilarityResult>(ended)).toMatchObject({
    published: false,
    blocked: [expect.any(String)],
  });
  const { run } = documentOf<SimilarResult>(await cli('similar', ran.nearest[0]?.artist.id ?? '', '--json'));
  expect(run).not.toBe(documentOf<SimilarityResult>(ended).run);
});

test('a ruler is a run, or a file with its result', async () => {
  const result = await cli('similarity', '--date', DAY, '--json');
  const path = await file('ruler.json', result.stdout);
  const { run, ranges, nearest } = documentOf<SimilarityResult>(result);
  for (const ruler of [path, run as string]) {
    const pinned = documentOf<SimilarityResult>(
      await cli('similarity', '--date', DAY, '--ruler', ruler, '--dry-run', '--json'),
    );
    expect(pinned).toMatchObject({ ranges, nearest, ruler: ruler === path ? 'given' : run });
  }
});

test.each([
  [['score', '--genres', '/nowhere.csv'], 'expected a CSV file at /nowhere.csv'],
  [['score', '--recommendations', '--compare', 'mean'], 'expected --recommendations without --compare'],
  [['score', '--method', 'loudest'], 'field method'],
  [['similarity', '--require', 'genres'], 'expected a measure as sharedGenre@10'],
])('%j is bad usage', async (args, why) => {
  expect(errorOf(await cli(...args, '--json'), 2).message).toContain(why);
});

test('a file that is no result is no ruler', async () => {
  const path = await file('no.json', '{');
  expect(errorOf(await cli('similarity', '--ruler', path, '--json'), 2).message).toContain(
    "expected a run's result as JSON",
  );
});
