import { SingleBar } from 'cli-progress';
import type { Progress } from '../core/ports.ts';
import { printable } from './output.ts';

/** Does work with a bar on stderr. */
export async function withProgress<T>(work: (progress: Progress) => Promise<T>): Promise<T> {
  const { progress, stop } = progressBar();
  return await work(progress).finally(stop);
}

/** A bar on stderr while long work goes on; silent where stderr is no terminal. */
export function progressBar(): { progress: Progress; stop: () => void } {
  if (!process.stderr.isTTY) return { progress: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: '{what} {bar} {value}/{total}',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  let shown: string | undefined;
  return {
    progress: (what, done, total) => {
      if (shown !== what) {
        bar.stop();
        bar.start(total, done, { what: printable(what) });
        shown = what;
      } else bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
