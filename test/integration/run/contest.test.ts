import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqlite } from '../../../adapters/database/sqlite.ts';

const DAY = '2026-11-22';
/** So many that the processes do get in each other's way. */
const ROUNDS = 200;
const ROOT = join(import.meta.dirname, '../../..');

/** Opens the file; for each line on stdin tries to take a run, says what came of it, and ends a run that it has. */
const PROGRAM = `
import { openSqlite } from ${JSON.stringify(join(ROOT, 'adapters/database/sqlite.ts'))};
import { systemClock as clock, thisHost as host } from ${JSON.stringify(join(ROOT, 'adapters/system.ts'))};
import { takeRun } from ${JSON.stringify(join(ROOT, 'core/run/lease.ts'))};
import { createInterface } from 'node:readline';
const [, file] = process.argv;
const { runs, transaction } = await openSqlite(file);
const lake = { discardBefore: async () => {}, place: async () => true };
let ids = 0;
const newId = () => process.pid + '-' + ++ids;
const wanted = { kind: 'collection', dt: ${JSON.stringify(DAY)}, alone: ['collection'], resumes: () => false, progress: '{}' };
let run;
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') await run?.done('{}');
  else run = await takeRun({ runs, transaction, lake, clock, host, newId }, wanted).catch((error) => void console.log(error.code));
  if (line === 'end') console.log('ended');
  else if (run) console.log('won');
}
`;

test('of four processes that begin at once exactly one wins, time after time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-contest-'));
  const file = join(folder, 'soundalike.db');
  const flags = [
    '--experimental-import-text',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
  ];
  const children = [1, 2, 3, 4].map(() => {
    const child = spawn(process.execPath, [...flags, '--eval', PROGRAM, file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  });
  const told = (line: string): Promise<string[]> => {
    for (const { child } of children) child.stdin.write(`${line}\n`);
    return answers();
  };
  const answers = (): Promise<string[]> =>
    Promise.all(children.map(async ({ lines }) => String((await lines.next()).value)));
  try {
    // All of them made the tables of the new file at once.
    expect(await answers()).toEqual(Array(4).fill('ready'));
    for (let round = 0; round < ROUNDS; round++) {
      expect((await told('go')).sort()).toEqual(['lease-held', 'lease-held', 'lease-held', 'won']);
      await told('end');
    }
    const database = await openSqlite(file);
    expect((await database.runs.ofDay(DAY)).map(({ status }) => status)).toEqual(Array(ROUNDS).fill('done'));
    await database.close();
  } finally {
    for (const { child } of children) {
      child.kill();
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true });
  }
});
