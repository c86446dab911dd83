import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listAt, type Playlists } from '../core/vectors/playlists.ts';
import type { Word2VecSettings } from '../core/vectors/settings.ts';
import type { TrackVectors } from '../core/vectors/track-vectors.ts';
import { runPython } from './yardstick.ts';

/** What training took, in seconds, and what came of it. */
export interface Trained {
  cpu: number;
  wall: number;
  vectors: TrackVectors;
}

/** Skip-gram as gensim trains it, with the same settings; what is passed over lies in `folder`. */
export function trainByGensim(
  python: string,
  folder: string,
  playlists: Playlists,
  settings: Word2VecSettings,
  threads: number,
): Trained {
  const [file, vectors] = [join(folder, 'playlists.txt'), join(folder, 'vectors.bin')];
  const lines = Array.from(playlists.starts, (_, p) =>
    Array.from(listAt(playlists, p), (row) => playlists.ids[row]).join(' '),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
  const asked = { ...settings, playlists: file, vectors, threads };
  const told = runPython<{ cpu: number; wall: number; ids: string[]; counts: number[] }>(
    python,
    'training.py',
    asked,
  );
  const { ids, counts, ...took } = told;
  const { buffer } = Uint8Array.from(readFileSync(vectors));
  return {
    ...took,
    vectors: {
      ...{ ids, size: settings.size, vectors: new Float32Array(buffer) },
      counts: Float64Array.from(counts),
    },
  };
}
