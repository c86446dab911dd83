import * as z from 'zod';
import { readAnswer } from '../../../adapters/read-answer.ts';

const song = z.object({
  id: z.string().min(1),
  name: z.string().nullable().default(null),
  artists: z.array(z.object({ id: z.string().nullable() }).nullable()).nullish(),
});
const page = z.object({ songs: z.array(song.nullable()), next: z.string().nullish() });

const read = (songs: unknown, rest: object = {}) => readAnswer(page, { songs, ...rest });
const good = { id: 'a', name: 'A' };

test('what does not fit in an item is unknown; an item without its id is left out', () => {
  const songs = [
    good,
    { id: 'b', name: 5 },
    { name: 'C' },
    { id: '' },
    7,
    null,
    { id: 'd', artists: [{ id: 5 }, 'x'] },
  ];
  expect(read(songs)).toEqual({
    ok: true,
    value: {
      songs: [
        good,
        { id: 'b', name: null },
        null,
        null,
        null,
        null,
        { id: 'd', name: null, artists: [{ id: null }, null] },
      ],
    },
    unread: 5,
  });
  expect(read([good, null])).toMatchObject({ ok: true, unread: 0 });
});

test.each<[string, unknown]>([
  ['the whole', 'songs'],
  ['a list that is none', { songs: {} }],
  ['what lies outside of lists', { songs: [good], next: 5 }],
  ['a list of which no item can be read', { songs: [null, { name: 'A' }, 5] }],
])('%s that cannot be read is the answer’s fault', (_, answer) => {
  expect(readAnswer(page, answer)).toMatchObject({ ok: false, issue: { message: expect.any(String) } });
});

test('the answer itself stays as it was', () => {
  const songs = [good, { id: 'b', name: 5 }];
  read(songs);
  expect(songs[1]).toEqual({ id: 'b', name: 5 });
});
