import { FEATURE_COLUMNS, featureValues, importFiles } from '../../support/import.ts';
import { type Machine, openMachine, TODAY } from '../../support/machine.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const HEADER = `track_id,track_name,track_artist,track_popularity,track_album_id,playlist_genre,${FEATURE_COLUMNS},duration_ms`;
const row = (id: string, danceability: string | number): string =>
  `${id},Song,Artist,5,al,pop,${featureValues(danceability)},1000`;

test('a row with a value that cannot be is rejected and named, the others are imported', async () => {
  const good = Array.from({ length: 60 }, (_, i) => row(`t${i}`, 0.5));
  const bad = [row('far', '1e308'), row('negative', -0.1)];
  const result = await importFiles(machine, { 'songs.csv': `${[HEADER, ...good, ...bad].join('\n')}\n` });
  expect(result).toMatchObject({
    features: 60,
    rejectedCount: 2,
    rejected: [
      { file: 'songs.csv', line: 62, reason: expect.stringMatching(/danceability.*from 0 to 1.*1e308/) },
      { file: 'songs.csv', line: 63, reason: expect.stringMatching(/danceability.*from 0 to 1.*-0\.1/) },
    ],
  });
  const rows = (await machine.lake.read('audio_features', TODAY)) ?? [];
  expect(rows.map(({ danceability }) => danceability)).toEqual(good.map(() => 0.5));
});
