import type { History, Play } from '../../core/ports.ts';

/** Plays that are read at a time. */
const PAGE = 5000;

/** Every play of the history in order, as a line of JSON each. */
export async function* exportHistory({ history }: { history: History }): AsyncGenerator<string> {
  let last: Play | null = null;
  for (;;) {
    const plays: Play[] = await history.after(last, PAGE);
    for (const play of plays) yield `${JSON.stringify(play)}\n`;
    last = plays.at(-1) ?? null;
    if (plays.length < PAGE) return;
  }
}
