import fc from 'fast-check';
import { InvalidInputError } from '../../../core/errors.ts';
import {
  CollectRequest,
  ImportRequest,
  parseInput,
  SimilarityRequest,
  SimilarRequest,
} from '../../../core/events.ts';

test.each([
  [
    CollectRequest,
    { date: '2026-02-30' },
    'collect, field date: expected a day as yyyy-mm-dd; got "2026-02-30"',
  ],
  [
    CollectRequest,
    { artists: ['a', 'b c'] },
    'collect, field artists.1: expected an id: 1 to 64 printable ASCII characters without spaces; got "b c"',
  ],
  [CollectRequest, { budget: 0 }, 'collect, field budget: '],
  [CollectRequest, { tracks: 0 }, 'collect, field tracks: '],
  [CollectRequest, { tracks: 301 }, 'collect, field tracks: '],
  [CollectRequest, { dates: '2026-11-22' }, 'collect: '],
  [
    SimilarityRequest,
    { features: ['energy', 'energy'] },
    'collect, field features: expected each feature once; got ["energy","energy"]',
  ],
  [SimilarityRequest, { neighbours: 'some' }, 'collect, field neighbours: '],
  [SimilarityRequest, { minCoverage: 1.1 }, 'collect, field minCoverage: '],
  [SimilarRequest, {}, 'collect, field artist: '],
  [ImportRequest, { paths: [] }, 'collect, field paths: '],
])('%# a wrong event names the field', (schema, event, message) => {
  expect(() => parseInput<unknown>(schema, event, 'collect')).toThrow(InvalidInputError);
  expect(() => parseInput<unknown>(schema, event, 'collect')).toThrow(message);
});

test('any event gives a request or one clear error', () => {
  const keys = fc.constantFrom(
    'date',
    'run',
    'artists',
    'budget',
    'features',
    'neighbours',
    'minCoverage',
    'artist',
    'limit',
    'paths',
  );
  fc.assert(
    fc.property(
      fc.constantFrom(CollectRequest, SimilarityRequest, SimilarRequest, ImportRequest),
      fc.oneof(fc.dictionary(keys, fc.jsonValue(), { maxKeys: 4 }), fc.anything()),
      (schema, event) => {
        try {
          expect(typeof parseInput<unknown>(schema, event, 'event')).toBe('object');
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
          expect((error as Error).message.length).toBeLessThan(500);
        }
      },
    ),
    { seed: 20_261_122, numRuns: 1000 },
  );
});
