import { DatasetError } from '../../../../core/errors.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../../core/vectors/checkpoint.ts';
import { buildVocabulary } from '../../../../core/vectors/corpus.ts';
import { settingsOf } from '../../../../core/vectors/settings.ts';
import { beginTraining } from '../../../../core/vectors/word2vec.ts';
import { playlistsOf } from '../../../support/playlists.ts';

const training = beginTraining(
  buildVocabulary(playlistsOf([['a', 'ü', 'a']]), 1),
  settingsOf({ size: 3, cbow: true }),
);
const bytes = encodeCheckpoint(training);

test('a checkpoint holds all of a training', () => {
  expect(decodeCheckpoint(bytes)).toEqual(training);
  const shifted = Buffer.concat([Buffer.from('x'), bytes]).subarray(1);
  expect(decodeCheckpoint(shifted)).toEqual(training);
});

test('cut short anywhere, or with more at its end, it is refused', () => {
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(DatasetError);
  }
  expect(() => decodeCheckpoint(Buffer.concat([bytes, Buffer.from('x')]))).toThrow('got');
});

test.each([
  ['another format', 'training 2', 'training 1', 'begins with "soundalike training 2"'],
  ['a field that is none', '"size":3', '"size":0', 'wrong at settings.size'],
  ['an unknown architecture', '"cbow"', '"CBOW"', 'wrong at settings.architecture'],
  ['no JSON', '{"settings"', '["settings"', 'no JSON'],
])('%s is refused', (_, from, to, message) => {
  const changed = Buffer.from(Buffer.from(bytes).toString('latin1').replace(from, to), 'latin1');
  expect(() => decodeCheckpoint(changed)).toThrow(message);
});
