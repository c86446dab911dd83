import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { codeOf, storageError } from '../adapters/storage-error.ts';
import { exportHistory } from '../lambdas/listening/export-history.ts';
import { print, printJson } from './output.ts';
import { type CommonOptions, resultOf } from './perform.ts';

/** `soundalike history export`: lines of JSON, to a file or to stdout. */
export async function historyExport({
  output,
  ...options
}: CommonOptions & { output?: string }): Promise<void> {
  const write = (lines: AsyncIterable<string>) =>
    output === undefined ? toStdout(lines) : toFile(lines, output);
  const plays = await resultOf(options, {
    local: (local) => write(exportHistory(local)),
    stack: (stack) => write(stack.historyLines()),
  });
  if (output === undefined) return;
  if (options.json) printJson({ file: output, plays });
  else print(`Wrote ${plays} plays to ${output}.`);
}

/** Who reads may stop before the end. */
async function toStdout(lines: AsyncIterable<string>): Promise<number> {
  let written = 0;
  await pipeline(
    counted(lines, () => written++),
    process.stdout,
    { end: false },
  ).catch((error: unknown) => {
    if (codeOf(error) !== 'EPIPE') throw error;
  });
  return written;
}

/** The file is there whole or not at all, and none but its owner may read it. */
async function toFile(lines: AsyncIterable<string>, output: string): Promise<number> {
  const unfinished = `${output}.${process.pid}.part`;
  let written = 0;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    await pipeline(
      counted(lines, () => written++),
      file.createWriteStream(),
    );
    await rename(unfinished, output);
    return written;
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw storageError(output, error);
  }
}

async function* counted(lines: AsyncIterable<string>, count: () => void): AsyncGenerator<string> {
  for await (const line of lines) {
    count();
    yield line;
  }
}
