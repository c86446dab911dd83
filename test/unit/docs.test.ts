import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as errors from '../../core/errors.ts';
import { type Bounds, FEATURE_BOUNDS } from '../../core/features.ts';
import { type LakeTable, TABLES } from '../../core/tables.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

type Cause = new (message: string, hint: string, notBefore?: null) => errors.SoundalikeError;
/** Without a code of their own: the last has that of the function which raised it. */
const ABSTRACT: unknown[] = [errors.SoundalikeError, errors.PostponedError, errors.RemoteError];
const CAUSES = Object.values(errors).filter((value) => !ABSTRACT.includes(value)) as unknown as Cause[];

test.each(Object.entries(TABLES as Record<string, LakeTable>))(
  'the data dictionary has all columns of %s',
  (name, { columns }) => {
    const sections = read('docs/data-dictionary.md').split(/^### /m);
    const section = sections.find((text) => text.split('\n')[0]?.includes(name)) ?? '';
    for (const column of Object.keys(columns)) expect(section).toContain(`\`${column}\``);
  },
);

test('the data dictionary has the bounds of the audio features', () => {
  const [, section = ''] = /^### audio_features$(.*?)^### /ms.exec(read('docs/data-dictionary.md')) ?? [];
  const told = [...section.matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]+) to ([^|]+) \|/gm)].map(
    ([, ...cells]) => cells,
  );
  const bounds = Object.entries<Bounds>(FEATURE_BOUNDS).map(([feature, { min, max, isInteger }]) => [
    feature,
    isInteger ? 'int' : 'double',
    min.toLocaleString('en'),
    max.toLocaleString('en'),
  ]);
  expect(told).toEqual(bounds);
});

test('docs/operating.md has a heading for every error that a user can do something about', () => {
  // Those of alarms are held against the stack, in test/stack.
  const headings = [...read('docs/operating.md').matchAll(/^## (?!alarm: )(.*)$/gm)].flatMap(([, codes]) =>
    codes?.split(', '),
  );
  const codes = CAUSES.map((Cause) => new Cause('', '').code).filter(
    (code) => !['usage', 'invalid-input', 'outage'].includes(code),
  );
  expect([...headings].sort()).toEqual([...codes].sort());
});

test('every link of the documents leads to a file', () => {
  const documents = [
    'README.md',
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file}`),
  ];
  for (const document of documents) {
    for (const [, target] of read(document).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (target?.startsWith('http')) continue;
      const path = join(root, document, '..', target as string);
      expect({
        document,
        target,
        is: readdirSync(join(path, '..')).includes(path.split('/').at(-1) as string),
      }).toEqual({ document, target, is: true });
    }
  }
});
