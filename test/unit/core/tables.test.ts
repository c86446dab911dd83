import { FEATURES } from '../../../core/features.ts';
import {
  ENVIRONMENT,
  partitionKey,
  STAGING,
  sliceKey,
  stagedKey,
  stagingPrefix,
  tableFolder,
} from '../../../core/names.ts';
import { type LakeTable, TABLES, type TableName } from '../../../core/tables.ts';

const names = Object.keys(TABLES) as TableName[];

test.each(names)('%s: its key stands first in the file, and is never a list', (name) => {
  const { key, columns, partition }: LakeTable = TABLES[name];
  const columnNames = Object.keys(columns);
  expect(key.length).toBeGreaterThan(0);
  expect(columnNames.slice(0, key.length)).toEqual(key);
  for (const column of key) expect(['string', 'int', 'timestamp']).toContain(columns[column]);
  // The partition is in the path, and names are the same for every engine.
  expect(columnNames).not.toContain(partition);
  for (const column of [name, ...columnNames]) expect(column).toMatch(/^[a-z][a-z_0-9]*$/);
});

test('the means of an artist are of the features, in their order, and the tracks have them all', () => {
  const means = Object.entries(TABLES.artist_features.columns).slice(2, 2 + FEATURES.length);
  expect(means).toEqual(FEATURES.map((feature) => [feature, 'double']));
  expect(Object.keys(TABLES.audio_features.columns)).toEqual(expect.arrayContaining([...FEATURES]));
});

test('a partition of a table is one object', () => {
  expect(partitionKey('top_tracks', '2026-11-22')).toBe('top-tracks/dt=2026-11-22/part-00000.parquet');
  expect(partitionKey('playlists', 'spotify-30k')).toBe('playlists/dataset=spotify-30k/part-00000.parquet');
  expect(partitionKey('track_vectors', 'm1')).toBe('track-vectors/model=m1/part-00000.parquet');
});

test('what a run stages is under its own prefix, which no table has and no other run', () => {
  const keys = [sliceKey('run', 'tracks-1'), stagedKey('run', 7, 'a/b')];
  expect(keys).toEqual(['staging/run/slices/tracks-1.json', 'staging/run/7/a/b']);
  for (const key of keys) {
    expect(key.startsWith(stagingPrefix('run'))).toBe(true);
    expect(key.startsWith(stagingPrefix('ru'))).toBe(false);
  }
  expect(names.map(tableFolder)).not.toContain(STAGING.replace('/', ''));
});

test('no two variables of the environment have the same name', () => {
  const variables = Object.values(ENVIRONMENT);
  expect(new Set(variables).size).toBe(variables.length);
});
