import type { DriftResult } from '../core/explore.ts';
import { DriftRequest, drift } from '../lambdas/explorer/drift.ts';
import { type CommonOptions, perform, requestOf } from './perform.ts';
import type { Words } from './print.ts';

/** Options of `drift`. */
interface DriftOptions extends CommonOptions {
  from?: string;
  to?: string;
}

/** `soundalike drift <artist>`: what became of an artist between two days. */
export async function tellDrift(artist: string, { from, to, ...options }: DriftOptions): Promise<void> {
  const request = requestOf(DriftRequest, { artist, from, to });
  await perform(options, {
    local: (local) => drift(local, request),
    stack: async (stack) => drift(await stack.explored(), request),
    words: driftWords,
  });
}

const driftWords: Words<DriftResult> = (result) => {
  const { artist, from, to, method, moved, compared, changed, rulerShare, gained, lost } = result;
  const names = (artists: DriftResult['gained']) => artists.map(({ name }) => name).join(', ') || 'nobody';
  return [
    `${artist.name} from ${from.date} to ${to.date} (${method}): moved by ${moved.toFixed(4)}.`,
    `  gained as neighbours: ${names(gained)}`,
    `  lost: ${names(lost)}`,
    `  its distances to ${compared} others changed by ${changed.toFixed(4)} on average${
      changed > 0 ? `; ${Math.round(rulerShare * 100)} % of the change was the ruler's, not the artists'` : ''
    }.`,
  ];
};
