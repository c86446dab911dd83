import { Worker } from 'node:worker_threads';
import { WorkerDiedError } from '../../core/errors.ts';
import type { Corpus } from '../../core/vectors/corpus.ts';
import { beginEpoch, endEpoch, release, type SgnsPart, trainEpochShared } from '../../core/vectors/sgns.ts';
import type { Training } from '../../core/vectors/word2vec.ts';
import SOURCE from './train-worker.bundle.ts';

/**
 * `trainEpochShared` on so many worker threads. With one it is that, to the bit, in this thread; with more, which learn
 * in the same layers without waiting for each other, the result is another each time, and the training's layers are as
 * they were where it is broken off. Throws also `WorkerDiedError`.
 */
export async function* trainEpochOn(
  threads: number,
  training: Training,
  corpus: Corpus,
): AsyncGenerator<number, void, void> {
  if (threads === 1) return yield* trainEpochShared(training, corpus);
  const parts = beginEpoch(training, corpus, threads);
  const [part] = parts as [SgnsPart];
  try {
    for await (const words of learned(parts)) yield words;
    endEpoch(training, part);
  } finally {
    release(part);
  }
}

/** How many words all parts together have done, whenever one of them tells. */
async function* learned(parts: readonly SgnsPart[]): AsyncGenerator<number, void, void> {
  const words = parts.map(() => 0);
  let [running, failed] = [parts.length, undefined as Error | undefined];
  let news = Promise.withResolvers<void>();
  const workers = parts.map((part, thread) =>
    new Worker(SOURCE, { eval: true, workerData: part })
      .on('message', (done: number) => {
        words[thread] = done;
        news.resolve();
      })
      .on('error', (error) => {
        failed ??= error;
        news.resolve();
      })
      .on('exit', () => {
        running -= 1;
        news.resolve();
      }),
  );
  try {
    while (running > 0 && !failed) {
      await news.promise;
      news = Promise.withResolvers();
      yield words.reduce((sum, done) => sum + done, 0);
    }
    if (failed) {
      throw new WorkerDiedError(
        `expected a thread to finish its part of an epoch, got ${failed.message}`,
        'train again; if memory is short, give it more or train with a smaller --size',
        { cause: failed },
      );
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
