import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import asc from 'assemblyscript/asc';
import { build } from 'esbuild';

/**
 * Makes modules that hold what cannot be imported, so that it goes wherever the code goes: the bytes of each kernel
 * `wasm/<folder>/<name>.ts`, as `core/<folder>/<name>.wasm.ts`, and the script of each worker
 * `adapters/threads/<name>-worker.ts`, as `<name>-worker.bundle.ts` beside it. Another root to write to may be given.
 */
const ROOT = join(import.meta.dirname, '..');
const [target = ROOT] = process.argv.slice(2);

/**
 * No runtime, no data and no start function, so that instances share a memory, and SIMD without the relaxed
 * instructions, so that every machine gives the same bits.
 */
const OPTIONS = [
  ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
  ...['--enable', 'simd', '--enable', 'threads'],
  ...['--importMemory', '--sharedMemory', '--maximumMemory', '65536', '--noExportMemory'],
];

async function kernel(source: string): Promise<string> {
  const written = new Map<string, Uint8Array>();
  const { error, stderr } = await asc.main([join(ROOT, source), '--outFile', 'kernel.wasm', ...OPTIONS], {
    writeFile: (name, contents) => {
      written.set(name, contents as Uint8Array);
    },
  });
  const bytes = written.get('kernel.wasm');
  if (error || !bytes) throw new Error(`${source}: ${stderr}`);
  return Buffer.from(bytes).toString('base64');
}

async function worker(source: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, source)],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
}

const sources = async (folder: string, pattern: RegExp): Promise<string[]> =>
  (await readdir(join(ROOT, folder), { recursive: true }))
    .filter((path) => pattern.test(path))
    .sort()
    .map((path) => join(folder, path));

async function write(source: string, path: string, what: string, contents: string): Promise<void> {
  const file = join(target, path);
  const literal = `'${contents.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('${', '\\x24{')}'`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(
    file,
    `// Made from ${source} by \`npm run wasm\`: change that, not this.\n/** ${what} */\nexport default ${literal};\n`,
  );
}

for (const source of await sources('wasm', /\/[\w-]+\.ts$/)) {
  const path = source.replace(/^wasm/, 'core').replace(/\.ts$/, '.wasm.ts');
  await write(source, path, 'The kernel, as base64.', await kernel(source));
}
// After the kernels, which go into them.
for (const source of await sources('adapters/threads', /-worker\.ts$/)) {
  const path = source.replace(/\.ts$/, '.bundle.ts');
  await write(source, path, 'The script, for `new Worker(script, { eval: true })`.', await worker(source));
}
