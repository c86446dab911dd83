import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openTestServer } from '../test/support/mariadb.ts';
import { barChart } from './bar-chart.ts';
import { timeExplorer } from './explore.ts';
import { measureFunctions } from './functions.ts';
import { timeImport } from './import.ts';
import { mapRows } from './map.ts';
import { measureMemory } from './memory.ts';
import { mostSimilarRows } from './most-similar.ts';
import { nearestRows } from './nearest.ts';
import { timePublish } from './publish.ts';
import { timePublishRows } from './publish-rows.ts';
import { countRequests } from './requests.ts';
import { timeStart } from './start.ts';
import { training } from './training.ts';
import { type Round, type Row, rowOf } from './yardstick.ts';

const DOCS = join(import.meta.dirname, '../docs');

/** Lines that stand below the table. */
const notes: string[] = [];

/** What is measured, in the order of the table. */
const PARTS: Record<string, (quick: boolean) => Promise<Row[]>> = {
  nearest: (quick) => nearestRows({ quick }),
  publish,
  training: (quick) => training({ quick }),
  map: (quick) => mapRows({ quick }),
  'most-similar': (quick) => mostSimilarRows({ quick }),
  requests,
  start,
  explore,
  functions,
  import: importing,
  memory,
};

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string' } },
});
const rows: Row[] = [];
for (const [name, part] of Object.entries(PARTS)) {
  if (values.only !== undefined && values.only !== name) continue;
  const begun = performance.now();
  rows.push(...(await part(values.quick ?? false)));
  process.stderr.write(`${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
}
if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
else {
  const document = [tableOf(rows), ...notes, machine()].join('\n\n');
  process.stdout.write(`${document}\n`);
  // What is quick, or but a part, is not to be shown.
  if (!values.quick && values.only === undefined) await show(document);
}

async function requests(): Promise<Row[]> {
  return (await countRequests()).map(({ mode, requests: ours, least: theirs }) =>
    rowOf(
      {
        work: `requests of a collection, ${mode} app`,
        yardstick: 'the least that the API allows',
        unit: 'requests',
      },
      [{ ours, theirs }],
      'less',
    ),
  );
}

async function start(quick: boolean): Promise<Row[]> {
  const { seconds, bareNode, parts } = await timeStart(quick ? 1 : 9);
  const where = Object.entries(parts).map(([part, ms]) => `${part} ${ms.toFixed(0)} ms`);
  notes.push(`Where the time of a start goes, once its modules are loaded: ${where.join(', ')}.`);
  return [inSeconds('npm start on the sample', 'node -e 0', seconds, bareNode)];
}

async function explore(quick: boolean): Promise<Row[]> {
  const times = await timeExplorer(10_000, quick ? 1 : 5).catch((error: Error) => {
    process.stderr.write(`No figures for the explorer: ${error.message}\n`);
  });
  if (!times) return [];
  const aim = (seconds: number) => times.map(() => seconds);
  const of = (part: 'firstPicture' | 'longestFrame') => times.map((time) => time[part] / 1000);
  return [
    inSeconds(
      'first picture of a map of 10,000 artists, its server just started',
      'the aim',
      of('firstPicture'),
      aim(2),
    ),
    inSeconds('longest frame while it is zoomed', 'the aim', of('longestFrame'), aim(0.1)),
  ];
}

async function functions(quick: boolean): Promise<Row[]> {
  const figures = await measureFunctions(quick ? 1 : 9, quick ? ['explorer'] : undefined);
  const sizes = figures.map(({ name, gzipped }) => `${name} ${Math.round(gzipped / 1024)}`);
  notes.push(`Bundles in KB, gzipped: ${sizes.join(', ')}.`);
  const toSeconds = (times: number[]) => times.map((ms) => ms / 1000);
  return figures.map(({ name, load, sdkLoad }) =>
    inSeconds(`cold load of ${name}`, "its AWS SDK clients' alone", toSeconds(load), toSeconds(sdkLoad)),
  );
}

async function publish(quick: boolean): Promise<Row[]> {
  const server = await openTestServer().catch((error: Error) => {
    process.stderr.write(`No figures for publishing: ${error.message}\n`);
  });
  if (!server) return [];
  try {
    // As servers are: a commit is on the disk.
    await server.admin.query('SET GLOBAL innodb_flush_log_at_trx_commit = 1');
    const rounds = quick ? 1 : 5;
    const whole = await timePublish(await server.newDatabase(), rounds);
    const count = quick ? 100_000 : 1_000_000;
    const load = await timePublishRows(await server.newDatabase(), count, rounds);
    return [
      inSeconds(
        '1,000 artists, all pairs, lake to published table in MariaDB',
        'a statement a pair (scaled from 3,000 pairs)',
        whole.ours,
        whole.plain,
      ),
      inSeconds(
        `publishing ${count.toLocaleString('en')} rows to MariaDB`,
        'a bare LOAD DATA of them from a file on the server',
        load.ours,
        load.bare,
      ),
    ];
  } finally {
    await server.stop();
  }
}

async function importing(quick: boolean): Promise<Row[]> {
  const { rows: count, ours, duckDb } = await timeImport(quick ? 20_000 : 1_200_000);
  notes.push(
    `The import took ${Math.round(ours.megabytes)} MB of memory at the most, DuckDB's ${Math.round(duckDb.megabytes)} MB, and did ${Math.round(count / ours.seconds)} rows a second.`,
  );
  const names = [`import of a CSV of ${count.toLocaleString('en')} rows`, "DuckDB's read_csv to Parquet"];
  return [inSeconds(names[0] as string, names[1] as string, [ours.seconds], [duckDb.seconds])];
}

/** No yardstick, but docs/deploying.md says which function it fits. */
async function memory(quick: boolean): Promise<Row[]> {
  // A million takes five minutes, which are had by asking for this part alone.
  const sizes = quick ? [] : [1_000, 10_000, 100_000, ...(values.only ? [1_000_000] : [])];
  const footprints = measureMemory(sizes).map(
    ({ artists, neighbours, seconds, megabytes }) =>
      `${artists.toLocaleString('en')} artists x ${neighbours}: ${Math.round(megabytes)} MB, ${seconds.toFixed(1)} s`,
  );
  if (!quick)
    notes.push(`The similarity step, from Athena's rows to the database's: ${footprints.join('; ')}.`);
  return [];
}

/** Seconds beside the yardstick's, in the order in which they were measured. */
function inSeconds(work: string, yardstick: string, ours: number[], theirs: number[]): Row {
  const rounds = ours.map((value, i): Round => ({ ours: value, theirs: theirs[i] ?? Number.NaN }));
  return rowOf({ work, yardstick, unit: 's' }, rounds, 'less');
}

function tableOf(measured: readonly Row[]): string {
  const figure = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en');
  const lines = measured.map(
    ({ work, yardstick, unit, ours, theirs, ratio, low, high }) =>
      `| ${work} | ${figure(ours)} ${unit} | ${yardstick} | ${figure(theirs)} ${unit} | ${figure(ratio)} (${figure(low)} to ${figure(high)}) |`,
  );
  return ['| work | here | yardstick | takes | ratio |', '|---|---|---|---|---|', ...lines].join('\n');
}

function machine(): string {
  return `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model}.`;
}

/** Writes the table and its picture to docs/. */
async function show(document: string): Promise<void> {
  const bars = rows.map(({ work, yardstick, ratio: value, low, high }) => ({
    label: `${work}; ${yardstick}`,
    ...{ value, low, high },
  }));
  const plot = barChart({
    title: 'Times as fast as the yardstick',
    caption: 'Above 1 (the dashed line) we are faster; the thin line is the spread of the rounds',
    groups: [{ label: machine(), bars }],
    logarithmic: true,
  });
  await writeFile(join(DOCS, 'benchmarks.svg'), plot);
  await writeFile(
    join(DOCS, 'benchmarks.md'),
    `# Benchmarks\n\nWritten by \`npm run bench\`, each line beside its yardstick in the same run: the median of the rounds, and the smallest and largest ratio. Above 1 we are faster.\n\n${document}\n\n![Ratios](benchmarks.svg)\n`,
  );
}
