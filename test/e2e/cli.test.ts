import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CollectResult, RunResult } from '../../core/events.ts';
import { complaints, documentOf, type Ended, expectGolden, soundalike } from '../support/cli.ts';
import { writeDatasetFolder } from '../support/dataset-folder.ts';
import { hashesOfDay, TODAY } from '../support/pipeline.ts';
import { artistId, smallCatalogue } from '../support/small-catalogue.ts';

const VELINDEL = '03AubsQdcQ57Zn5acQFkWu';

let root: string;
let steps: Record<'collect' | 'similarity' | 'similar' | 'again' | 'run' | 'words', Ended>;

const on = (folder: string, ...args: string[]): Promise<Ended> =>
  soundalike([...args, '--data', join(root, folder), '--date', TODAY, '--json']);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-cli-'));
  const byStep = async () => ({
    collect: await on('steps', 'collect'),
    similarity: await on('steps', 'similarity'),
    similar: await on('steps', 'similar', 'velindel', '--limit', '3'),
    again: await on('steps', 'collect'),
  });
  const atOnce = async () => ({
    run: await on('run', 'run'),
    words: await soundalike(['run', '--data', join(root, 'run'), '--date', TODAY]),
  });
  const [first, second] = await Promise.all([byStep(), atOnce()]);
  steps = { ...first, ...second };
});
afterAll(() => rm(root, { recursive: true }));

describe('on the bundled sample', () => {
  test.each(['collect', 'similarity', 'similar', 'run'] as const)('%s prints its golden document', (name) => {
    expect([steps[name].status, complaints(steps[name])]).toEqual([0, []]);
    expectGolden(name, steps[name]);
  });

  test('run is collect and similarity: the same day, the same numbers', async () => {
    expect(await hashesOfDay(join(root, 'run'))).toEqual(await hashesOfDay(join(root, 'steps')));
    const [run, collected] = [documentOf<RunResult>(steps.run), documentOf<CollectResult>(steps.collect)];
    expect(run).toMatchObject({ tracks: collected.tracks, requests: collected.requests, pairs: 150 * 149 });
  });

  test('all but the document goes to stderr; without --json there are words for people', () => {
    expect(steps.run.stderr).toBe(
      'Using the stand-in for Spotify with the sample, as an app of mode extended.\n',
    );
    expect(steps.words).toMatchObject({ status: 0, stderr: steps.run.stderr });
    expect(steps.words.stdout).toContain('Compared 150 of 152 artists: 22350 pairs, published.\n');
    expect(steps.words.stdout).not.toContain('{');
  });

  test('the same features are asked for on the same day only', async () => {
    const ids = (ended: Ended) => documentOf<CollectResult>(ended).run;
    expect(ids(steps.again)).not.toBe(ids(steps.collect));
    const scrubbed = (ended: Ended) => ({ ...documentOf(ended), run: '' });
    expect(scrubbed(steps.again)).toEqual(scrubbed(steps.collect));
    const next = await soundalike([
      'collect',
      '--data',
      join(root, 'steps'),
      '--date',
      '2026-11-23',
      '--json',
    ]);
    const { requests, sources } = documentOf<CollectResult>(next);
    // A token, a request for each artist, and those for the tracks whose features nobody has.
    expect(requests).toBeLessThan(1 + 152 + 3);
    expect(sources).toEqual(documentOf<CollectResult>(steps.collect).sources);
  });

  test('artists are added, found out and removed', async () => {
    await on('follow', 'artists', 'add', VELINDEL);
    const removed = await on('follow', 'artists', 'remove', VELINDEL);
    expect(removed.status).toBe(0);
    expectGolden('artists-remove', removed);
    const again = await on('follow', 'artists', 'remove', VELINDEL);
    expect([again.status, documentOf(again)]).toMatchObject([
      1,
      { removed: [], error: { code: 'unknown-artist' } },
    ]);
    const names = ['velindel', 'Left Twyndle', 'Aurelindo', 'Nobody at all'];
    const added = await on('follow', 'artists', 'add', ...names);
    expect(added.status).toBe(1);
    expectGolden('artists-add', added);
    expect(complaints(added)).toEqual([
      'soundalike: expected one artist for each name, got none or several for "Aurelindo", "Nobody at all"; add by id or link',
    ]);
    const clear = await on('follow', 'artists', 'add', 'Velindel');
    expect([clear.status, documentOf(clear)]).toMatchObject([0, { added: [], known: [{ id: VELINDEL }] }]);
  });
});

describe('on a dataset folder', () => {
  const catalogue = smallCatalogue(6);

  test('the whole way, in both modes; nothing is left in the folder but the lake, the database and the mark', async () => {
    const dir = join(root, 'dataset');
    await writeDatasetFolder(dir, catalogue);
    const results = await Promise.all(
      ['extended', 'development'].map((mode) => on(mode, 'run', '--catalogue', dir, '--mode', mode)),
    );
    const [extended, development] = results.map((ended) => documentOf<RunResult>(ended));
    expect(results.map(({ status }) => status)).toEqual([0, 0]);
    expect([extended?.sources.tracks, development?.sources.tracks]).toEqual([
      { 'spotify:top-tracks': 18 },
      { 'spotify:search': 18 },
    ]);
    expect([development?.nearest, development?.pairs]).toEqual([extended?.nearest, 30]);
    const listed = await on('extended', 'artists', 'list');
    expect(listed.status).toBe(0);
    expectGolden('artists-list', listed);
    const one = await on('extended', 'similar', artistId(1));
    const other = await on('development', 'similar', artistId(1));
    expect({ ...documentOf(one), run: '' }).toEqual({ ...documentOf(other), run: '' });
    expect(existsSync(join(root, 'extended/lake/staging'))).toBe(false);
  });

  test('what is not done has exit status 1, the result and the error, and goes on', async () => {
    const dir = join(root, 'dataset');
    const stopped = await on('budget', 'run', '--catalogue', dir, '--budget', '4');
    expectGolden('run-not-done', stopped);
    expect([stopped.status, complaints(stopped)]).toEqual([
      1,
      [
        `soundalike: the collection of ${TODAY} is not done: the budget of 4 requests of this call is used up; it goes on where it stopped: run the same command with --date ${TODAY}`,
      ],
    ]);
    const resumed = await on('budget', 'run', '--catalogue', dir);
    expect(resumed.status).toBe(0);
    expect(documentOf<RunResult>(resumed).requests).toBe(1 + 6 + 1 + 1);
    expect(await hashesOfDay(join(root, 'budget'))).toEqual(await hashesOfDay(join(root, 'extended')));
  });

  test('one artist alone is collected, and has nobody to be compared with', async () => {
    const dir = join(root, 'one');
    await writeDatasetFolder(dir, smallCatalogue(1));
    const ended = await on('alone', 'run', '--catalogue', dir);
    expect([ended.status, documentOf(ended)]).toMatchObject([
      0,
      { artists: { asked: 1, collected: 1, compared: 1 }, pairs: 0, nearest: [], published: true },
    ]);
    const similar = await on('alone', 'similar', artistId(1));
    expect([similar.status, documentOf(similar)]).toMatchObject([1, { error: { code: 'no-data' } }]);
    expect(complaints(similar)[0]).toContain('compared with nobody');
  });
});
