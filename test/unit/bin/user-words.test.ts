import { listenWords } from '../../../bin/user-words.ts';
import type { HearResult } from '../../../core/events.ts';

const [from, to] = ['2026-11-22T10:00:00.000Z', '2026-11-22T12:00:00.000Z'];
const heard: HearResult = {
  from,
  to,
  received: 18,
  skipped: 0,
  added: 5,
  matched: 0,
  known: 13,
  gaps: [],
  postponed: null,
  learned: null,
};

test('listening says how many entries it left out', () => {
  const summary = `Heard from ${from} to ${to}: Spotify reported 18 plays, 5 of them new.`;
  expect(listenWords(heard)).toEqual([summary]);
  expect(listenWords({ ...heard, skipped: 3, known: 10 })).toEqual([
    summary,
    '  left out: 3 (local files, entries without a track, and what cannot be read)',
  ]);
});
