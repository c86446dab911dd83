import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { trainEpochOn } from '../../../adapters/threads/train-epoch.ts';
import { buildCorpus, buildVocabulary, type Corpus } from '../../../core/vectors/corpus.ts';
import { mostSimilar, unitVectors } from '../../../core/vectors/nearest.ts';
import { xoshiro128 } from '../../../core/vectors/random.ts';
import { settingsOf } from '../../../core/vectors/settings.ts';
import { trainEpochShared } from '../../../core/vectors/sgns.ts';
import { beginTraining, type Training } from '../../../core/vectors/word2vec.ts';
import { BUNDLING } from '../../../lib/bundling.ts';
import { playlistsOf } from '../../support/playlists.ts';

const SETTINGS = settingsOf({ size: 16, epochs: 6, minCount: 1, rate: 0.05 });

/** Songs x0 to x19 and y0 to y19 in playlists of 12 songs of one letter. */
function begin(): { training: Training; corpus: Corpus } {
  const random = xoshiro128(5);
  const songs = (letter: string) => Array.from({ length: 12 }, () => `${letter}${random.int(20)}`);
  const playlists = playlistsOf(Array.from({ length: 600 }, (_, p) => songs(p % 2 ? 'x' : 'y')));
  const vocabulary = buildVocabulary(playlists, 1);
  return { training: beginTraining(vocabulary, SETTINGS), corpus: buildCorpus(playlists, vocabulary) };
}

test('one thread gives the bytes of the plain way', async () => {
  const [{ training, corpus }, plain] = [begin(), begin()];
  for await (const _ of trainEpochOn(1, training, corpus));
  for (const _ of trainEpochShared(plain.training, plain.corpus));
  expect(training).toEqual(plain.training);
});

test('two threads learn all of it, and tell the groups apart', async () => {
  const { training, corpus } = begin();
  while (training.epoch < SETTINGS.epochs) {
    let words = 0;
    for await (const done of trainEpochOn(2, training, corpus)) words = done;
    expect(words).toBe(corpus.tokens.length);
  }
  const space = unitVectors({ ids: training.vocabulary.ids, size: 16, vectors: training.inputs });
  for (const [row, id] of space.ids.entries()) {
    const { rows } = mostSimilar(space, space.vectors.subarray(row * 16, row * 16 + 16), 20);
    expect(Array.from(rows, (other) => space.ids[other]?.[0])).toEqual(Array(20).fill(id[0]));
  }
});

test('broken off, it leaves the layers as they were and no worker', async () => {
  const { training, corpus } = begin();
  const before = training.inputs.slice();
  for await (const _ of trainEpochOn(2, training, corpus)) break;
  expect(training.inputs).toEqual(before);
  expect(training.epoch).toBe(0);
});

test('a worker that fails ends the epoch', async () => {
  const { training, corpus } = begin();
  // A row where no memory is.
  const tokens = corpus.tokens.map((row, i) => (i === 5 ? -(2 ** 22) : row));
  const epoch = async () => {
    for await (const _ of trainEpochOn(2, training, { ...corpus, tokens }));
  };
  await expect(epoch()).rejects.toMatchObject({
    code: 'worker-died',
    message: expect.stringContaining('out of bounds'),
  });
});

test('it works in a bundle of one file, as functions have it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-'));
  try {
    const outfile = join(folder, 'index.js');
    const contents = `
      import { trainEpochOn } from './adapters/threads/train-epoch.ts';
      import { buildCorpus, buildVocabulary } from './core/vectors/corpus.ts';
      import { settingsOf } from './core/vectors/settings.ts';
      import { beginTraining } from './core/vectors/word2vec.ts';
      import { playlistsOf } from './test/support/playlists.ts';
      async function main() {
        const playlists = playlistsOf(Array.from({ length: 50 }, () => ['a', 'b', 'c']));
        const vocabulary = buildVocabulary(playlists, 1);
        const training = beginTraining(vocabulary, settingsOf({ size: 8, epochs: 1, minCount: 1 }));
        let words = 0;
        for await (const done of trainEpochOn(2, training, buildCorpus(playlists, vocabulary))) words = done;
        console.log(words, training.epoch, training.outputs.some((value) => value !== 0));
      }
      main();`;
    const stdin = { contents, resolveDir: join(__dirname, '../../..'), loader: 'ts' as const };
    await build({ ...BUNDLING, stdin, outfile });
    const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: '150 1 true\n', stderr: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
