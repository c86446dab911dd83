import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { InternalError, SoundalikeError } from '../../../core/errors.ts';
import type { ImportResult } from '../../../core/events.ts';
import { importFiles } from '../../support/import.ts';
import { times } from '../../support/long.ts';
import { type Machine, openMachine } from '../../support/machine.ts';
import { playlistLine, slice, sliceTrack, songs } from '../../support/playlist-files.ts';

const ORIGINALS = {
  'list.jsonl': Array.from({ length: 30 }, (_, i) => playlistLine(`p${i}`, songs(4, i))).join('\n'),
  'mpd.slice.0-999.json': slice(
    Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [i, [sliceTrack(0, `t${i}`), sliceTrack(1, 'u')]]),
    ),
  ),
} as const;

/** One thing that happens to a file: some characters go, and others come in their place. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  gone: fc.nat(8),
  come: fc.oneof(
    fc.constantFrom(
      '',
      '"',
      '\\',
      ',',
      '\n',
      '\r',
      '\0',
      '\ufeff',
      '[',
      '{}',
      'null',
      '1e999',
      '-1',
      '\\ud800',
      '\\u0000',
    ),
    fc.string({ maxLength: 4, unit: 'binary' }),
  ),
});

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

/** The playlists in the lake, and what is left beside them. */
async function state() {
  const datasets = await machine.lake.days('playlists');
  return {
    rows: await Promise.all(datasets.map((name) => machine.lake.read('playlists', name))),
    rest: [
      ...readdirSync(machine.folder).filter((name) => name.startsWith('import')),
      ...(await machine.lake.staging()),
    ],
  };
}

test('a mutated file gives a clear error and changes nothing, or whole playlists', async () => {
  for (const [name, text] of Object.entries(ORIGINALS)) await importFiles(machine, { [name]: text });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(Object.keys(ORIGINALS) as (keyof typeof ORIGINALS)[])),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      async (name, mutations) => {
        const before = await state();
        const text = mutations.reduce((now: string, { at, gone, come }) => {
          const place = Math.floor(at * now.length);
          return now.slice(0, place) + come + now.slice(place + gone);
        }, ORIGINALS[name]);
        const outcome = await importFiles(machine, { [name]: text }).catch((error: unknown) => error);
        const after = await state();
        expect(after.rest).toEqual([]);
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(SoundalikeError);
          expect(outcome).not.toBeInstanceOf(InternalError);
          expect(after).toEqual(before);
          return;
        }
        const { datasets, playlists, entries, rejected, rejectedCount } = outcome as ImportResult;
        const rows = (await machine.lake.read('playlists', datasets[0]?.name ?? '')) ?? [];
        expect([new Set(rows.map((row) => row.playlist_id)).size, rows.length]).toEqual([playlists, entries]);
        expect(rows.every((row, i) => row.position === 0 || rows[i - 1]?.position === row.position - 1)).toBe(
          true,
        );
        expect(rejected).toHaveLength(rejectedCount);
      },
    ),
    { seed: 20_261_122, numRuns: times(40, 1000) },
  );
}, 600_000);
