import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Folder of the file, and what it imports. */
const REFUSED = [
  ['core/similarity/x.ts', '../../adapters/lake/lake.ts'],
  ['core/x.ts', '../lambdas/similarity/compare.ts'],
  ['core/x.ts', '../sql/athena/artist_features.sql'],
  ['core/x.ts', '../sample/generate.ts'],
  ['core/x.ts', 'node:fs'],
  ['core/x.ts', 'node:crypto'],
  ['core/x.ts', 'undici'],
  ['core/x.ts', 'mysql2'],
  ['core/x.ts', 'aws-cdk-lib'],
  ['core/x.ts', '@aws-sdk/client-s3'],
  ['core/x.ts', '@duckdb/node-api'],
  ['core/x.ts', 'hyparquet-writer'],
  ['adapters/lake/x.ts', '../../lambdas/similarity/compare.ts'],
  ['adapters/x.ts', '../bin/local.ts'],
  ['adapters/x.ts', '../sample/random.ts'],
  ['adapters/x.ts', 'aws-cdk-lib/aws-s3'],
  ['lambdas/explorer/x.ts', '../../bin/print.ts'],
  ['lambdas/explorer/x.ts', '../../lib/lake.ts'],
  ['lambdas/explorer/x.ts', '../../sample/generate.ts'],
  ['lambdas/explorer/x.ts', 'aws-cdk-lib'],
  ['lib/x.ts', '../core/ports.ts'],
  ['lib/x.ts', '../core/similarity/settings.ts'],
  ['lib/x.ts', '../adapters/lake/lake.ts'],
  ['lib/x.ts', '../lambdas/similarity/compare.ts'],
  ['sample/x.ts', '../adapters/dataset/artists-folder.ts'],
  ['sample/stand-in/x.ts', '../../lambdas/catalog/follow.ts'],
  ['web/x.ts', '../adapters/lake/lake.ts'],
  ['core/x.ts', '../test/support/clock.ts'],
  ['adapters/x.ts', '../test/support/clock.ts'],
] as const;
const ALLOWED = [
  ['core/similarity/x.ts', '../tables.ts'],
  ['core/x.ts', 'zod'],
  ['adapters/lake/x.ts', '../../core/ports.ts'],
  ['adapters/lake/x.ts', '../storage-error.ts'],
  ['adapters/database/x.ts', '../../sql/database/nearest.sql'],
  ['adapters/x.ts', 'node:fs'],
  ['lambdas/similarity/x.ts', '../../adapters/lake/lake.ts'],
  ['lambdas/similarity/x.ts', '../../core/ports.ts'],
  ['lib/x.ts', '../core/functions.ts'],
  ['lib/x.ts', '../core/names.ts'],
  ['lib/x.ts', '../core/tables.ts'],
  ['lib/x.ts', '../core/events.ts'],
  ['lib/x.ts', 'aws-cdk-lib'],
  ['bin/x.ts', '../lambdas/similarity/compare.ts'],
  ['bin/x.ts', '../adapters/lake/lake.ts'],
  ['sample/stand-in/x.ts', '../../core/catalogue.ts'],
  ['test/unit/x.test.ts', '../../adapters/lake/lake.ts'],
] as const;
/** Other ways to import. */
const SOURCES = {
  'core/type.ts': "import type { Thing } from '../adapters/lake/lake.ts';\nexport type Used = Thing;\n",
  'core/passed-on.ts': "export { thing } from '../adapters/lake/lake.ts';\n",
  'core/later.ts': "export const used = await import('../adapters/lake/lake.ts');\n",
};

let folder: string;
/** Files that the project's own lint refuses for what they import. */
let refused: Set<string>;

const importing = (from: string) => `import { thing } from '${from}';\nexport const used = thing;\n`;
const fileOf = (path: string, from: string) =>
  path.replace('x.ts', `imports-${from.replaceAll(/\W+/g, '-')}.ts`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'soundalike-lint-'));
  cpSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const files = [...REFUSED, ...ALLOWED].map(
    ([path, from]) => [fileOf(path, from), importing(from)] as const,
  );
  for (const [path, source] of [...files, ...Object.entries(SOURCES)]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), source);
  }
  const options = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json', '.'];
  const { status, stdout } = spawnSync(join(ROOT, 'node_modules/.bin/biome'), options, {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { category: string; location: { path: string } }[];
  };
  // No file is wrong for another reason.
  expect([...new Set(diagnostics.map(({ category }) => category))]).toEqual([
    'lint/style/noRestrictedImports',
  ]);
  refused = new Set(diagnostics.map(({ location }) => location.path));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(REFUSED)('%s may not import %s', (path, from) => {
  expect(refused).toContain(fileOf(path, from));
});

test.each(Object.keys(SOURCES))('%s is refused too', (path) => {
  expect(refused).toContain(path);
});

test.each(ALLOWED)('%s may import %s', (path, from) => {
  expect(refused).not.toContain(fileOf(path, from));
});
