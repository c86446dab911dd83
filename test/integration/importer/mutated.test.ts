import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { InternalError, SoundalikeError } from '../../../core/errors.ts';
import type { ImportResult } from '../../../core/events.ts';
import { FEATURE_COLUMNS, featureValues, importFiles } from '../../support/import.ts';
import { times } from '../../support/long.ts';
import { type Machine, openMachine, TODAY } from '../../support/machine.ts';

const HEADERS = {
  'kaggle-600k': `id,name,popularity,artists,id_artists,${FEATURE_COLUMNS}`,
  'kaggle-114k': `,track_id,artists,track_name,popularity,duration_ms,${FEATURE_COLUMNS},track_genre`,
  'songs-30k': `track_id,track_name,track_artist,track_popularity,${FEATURE_COLUMNS},duration_ms`,
} as const;

const line = (layout: keyof typeof HEADERS, i: number): string => {
  const features = featureValues(i / 100);
  if (layout === 'kaggle-600k')
    return `t${i},"Song ""${i}""",${i},"['Ann', 'Bob']","['a${i % 3}', 'b1']",${features}`;
  if (layout === 'kaggle-114k') return `${i},t${i},Ann;한국어 ${i % 3},Song,${i},1000,${features},folk`;
  return `t${i},"Song\n${i}",Ann ${i % 3},${i},${features},1000`;
};

const original = (layout: keyof typeof HEADERS): string =>
  [HEADERS[layout], ...Array.from({ length: 40 }, (_, i) => line(layout, i))].join('\n');

/** One thing that happens to a file: some characters go, and others come in their place. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  gone: fc.nat(8),
  come: fc.oneof(
    fc.constantFrom(
      '',
      '"',
      '""',
      ',',
      ';',
      '\n',
      '\r\n',
      '\r',
      '\0',
      '\ufeff',
      '[',
      "'",
      'NaN',
      '1e999',
      '-',
      '\\',
    ),
    fc.string({ maxLength: 4, unit: 'binary' }),
  ),
});

const mutate = (text: string, mutations: readonly { at: number; gone: number; come: string }[]): string =>
  mutations.reduce((now, { at, gone, come }) => {
    const place = Math.floor(at * now.length);
    return now.slice(0, place) + come + now.slice(place + gone);
  }, text);

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

/** The tables of the day, and what is left beside them. */
async function state() {
  return {
    artists: await machine.lake.read('artists', TODAY),
    tracks: await machine.lake.read('top_tracks', TODAY),
    features: await machine.lake.read('audio_features', TODAY),
    staging: readdirSync(join(machine.folder, 'lake')).includes('staging')
      ? readdirSync(join(machine.folder, 'lake', 'staging'))
      : [],
    workspace: readdirSync(machine.folder).includes('import'),
  };
}

test('a mutated CSV gives a clear error and changes nothing, or a whole day', async () => {
  await importFiles(machine, { 'songs.csv': original('songs-30k') });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(Object.keys(HEADERS) as (keyof typeof HEADERS)[])),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      async (layout, mutations) => {
        const before = await state();
        const outcome = await importFiles(machine, {
          'songs.csv': mutate(original(layout), mutations),
        }).catch((error: unknown) => error);
        const after = await state();
        expect(after).toMatchObject({ staging: [], workspace: false });
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(SoundalikeError);
          expect(outcome).not.toBeInstanceOf(InternalError);
          expect(after).toEqual(before);
          return;
        }
        const { artists, tracks, features, rejected, rejectedCount } = outcome as ImportResult;
        const distinct = new Set(after.tracks?.map(({ id }) => id)).size;
        expect([after.artists?.length, distinct, after.features?.length]).toEqual([
          artists,
          tracks,
          features,
        ]);
        expect(rejected.length > 0).toBe(rejectedCount > 0);
        const known = new Set(after.artists?.map(({ id }) => id));
        expect(after.tracks?.filter(({ artist_id }) => !known.has(artist_id))).toEqual([]);
      },
    ),
    { seed: 20_261_122, numRuns: times(40, 1000) },
  );
}, 600_000);
