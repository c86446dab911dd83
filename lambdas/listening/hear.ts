import type { HearResult } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import type { ConnectUser } from '../login/connect.ts';
import { type LearnDeps, learnHeard } from './learn.ts';
import { type ListenDeps, listen } from './listen.ts';

/** What hearing needs. */
export type HearDeps = Omit<ListenDeps, 'recentPlays'> & LearnDeps & { connectUser: ConnectUser };

/** Listens, then fetches the audio features of what was heard. */
export async function hear(deps: HearDeps): Promise<HearResult> {
  const { client, close } = deps.connectUser(new Ledger());
  try {
    const heard = await listen({ ...deps, recentPlays: client }, {});
    return { ...heard, learned: await learnHeard(deps) };
  } finally {
    await close();
  }
}

/** What listening comes to while nobody has logged in. */
export const IDLE: HearResult = {
  ...{
    from: null,
    to: null,
    received: 0,
    skipped: 0,
    added: 0,
    matched: 0,
    known: 0,
    gaps: [],
    postponed: null,
  },
  learned: null,
};
