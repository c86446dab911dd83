import fc from 'fast-check';
import { readJsonList } from '../../../adapters/dataset/history-json.ts';
import { DatasetError } from '../../../core/errors.ts';
import { tries } from '../../support/long.ts';

async function* inChunks(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}
const elementsOf = async (chunks: AsyncIterable<Buffer>): Promise<unknown[]> =>
  (await Array.fromAsync(readJsonList(chunks))).flat();

test('a list is read as JSON.parse reads it, however it is spaced and cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }),
      fc.constantFrom(undefined, 2, '\t'),
      fc.integer({ min: 1, max: 9 }),
      async (list, space, size) => {
        const text = JSON.stringify(list, null, space);
        expect(await elementsOf(inChunks(text, size))).toEqual(JSON.parse(text));
      },
    ),
    tries(300, 5000),
  );
});

test('a text that is cut or changed anywhere is a list for JSON.parse, or an error that quotes nothing', async () => {
  const text = `\uFEFF [ {"a": [1, {"b": "[\\"}\\\\"}], "secret": "203.0.113.77"} , "x, y", null, [ ] ] \n`;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(text.length - 1),
      fc.constantFrom('', '[', ']', '{', '}', ',', '"', ' ', '1'),
      fc.boolean(),
      async (at, byte, isCut) => {
        const changed = text.slice(0, at) + byte + (isCut ? '' : text.slice(at + 1));
        const expected = parsed(changed.replace(/^\uFEFF/, ''));
        const found = await elementsOf(inChunks(changed, 5)).catch((error: unknown) => error as Error);
        if (Array.isArray(expected)) expect(found).toEqual(expected);
        else {
          expect(found).toBeInstanceOf(DatasetError);
          const { message, cause } = found as Error;
          expect(message + String(cause)).not.toContain('203.');
        }
      },
    ),
    tries(500, 5000),
  );
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

test('elements come before the list has ended, and blanks or a long element are not held', async () => {
  let read = 0;
  async function* endless(chunk: string): AsyncGenerator<Buffer> {
    yield Buffer.from('[1,');
    for (;;) {
      read += chunk.length;
      yield Buffer.from(chunk);
    }
  }
  for await (const elements of readJsonList(endless('[2,3],'))) if (elements.length > 0 && read > 100) break;
  expect(read).toBeLessThan(200);
  const long = elementsOf(endless(`"${'x'.repeat(1 << 16)}`.repeat(2)));
  await expect(long).rejects.toThrow('got a record of more than 1 MiB');
  async function* blanks() {
    for (let i = 0; i < 100; i++) yield Buffer.alloc(1 << 20, ' ');
    yield Buffer.from('[]');
  }
  expect(await elementsOf(blanks())).toEqual([]);
});
