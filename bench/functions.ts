import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { FUNCTIONS, type FunctionName } from '../core/names.ts';
import { BUNDLING } from '../lib/bundling.ts';

const ROOT = join(import.meta.dirname, '..');

/** A function's bundle, and how long loading it takes beside loading the SDK's clients that it has. */
export interface BundleFigures {
  name: FunctionName;
  bytes: number;
  gzipped: number;
  /** Milliseconds of each load in a new process, sorted. */
  load: number[];
  sdkLoad: number[];
}

/** Bundles functions as the stack does, and loads each `runs` times, in turn with its part of the SDK alone. */
export async function measureFunctions(
  runs: number,
  names: readonly FunctionName[] = FUNCTIONS,
): Promise<BundleFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-bench-'));
  try {
    const figures: BundleFigures[] = [];
    for (const name of names) figures.push(await measure(folder, name, runs));
    return figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(folder: string, name: FunctionName, runs: number): Promise<BundleFigures> {
  const [ours, sdk] = [join(folder, `${name}.js`), join(folder, `${name}-sdk.js`)];
  const entry = join(ROOT, 'lambdas', name, 'handler.ts');
  const { metafile } = await build({ ...BUNDLING, metafile: true, entryPoints: [entry], outfile: ours });
  const clients = new Set(
    Object.keys(metafile.inputs).flatMap((path) => /@aws-sdk\/client-[a-z0-9-]+/.exec(path)?.[0] ?? []),
  );
  const contents = [...clients].map((client) => `export * from '${client}';`).join('\n');
  await build({ ...BUNDLING, stdin: { contents, resolveDir: ROOT }, outfile: sdk });
  const load: number[] = [];
  const sdkLoad: number[] = [];
  for (let i = 0; i < runs; i++) {
    load.push(milliseconds(ours));
    sdkLoad.push(milliseconds(sdk));
  }
  const ascending = (a: number, b: number) => a - b;
  return {
    name,
    bytes: statSync(ours).size,
    gzipped: gzipSync(readFileSync(ours)).length,
    load: load.sort(ascending),
    sdkLoad: sdkLoad.sort(ascending),
  };
}

/** How long `require` of a bundle takes in a new process with what a function's environment has. */
function milliseconds(bundle: string): number {
  const script = `const t = performance.now(); require(${JSON.stringify(bundle)}); console.log(performance.now() - t);`;
  const environment = {
    SOUNDALIKE_LAKE_BUCKET: 'b',
    SOUNDALIKE_LAKE_DATABASE: 'd',
    SOUNDALIKE_WORKGROUP: 'w',
    SOUNDALIKE_USER_SECRET: 'u',
    AWS_REGION: 'eu-central-1',
    PATH: process.env.PATH,
  };
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: environment,
  });
  if (status !== 0) throw new Error(`${bundle} cannot be loaded: ${stderr}`);
  return Number(stdout.trim().split('\n').at(-1));
}
