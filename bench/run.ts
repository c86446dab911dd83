import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openTestServer } from '../test/support/mariadb.ts';
import { measureFunctions } from './functions.ts';
import { timeImport } from './import.ts';
import { timePublish } from './publish.ts';
import { countRequests } from './requests.ts';
import { timeStart } from './start.ts';

/** One line of the table: `ratio` is above 1 where we are better than the yardstick. */
interface Measurement {
  work: string;
  yardstick: string;
  unit: string;
  ours: number;
  theirs: number;
  ratio: number;
  low: number;
  high: number;
}

const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });

const requests = (await countRequests()).map(
  ({ mode, requests, least }): Measurement => ({
    work: `requests of a collection, ${mode} app`,
    yardstick: 'the least that the API allows',
    unit: 'requests',
    ours: requests,
    theirs: least,
    ratio: least / requests,
    low: least / requests,
    high: least / requests,
  }),
);

/** Seconds beside the yardstick's, both sorted; `low` and `high` are the extremes of what was measured. */
function timed(work: string, yardstick: string, ours: number[], theirs: number[]): Measurement {
  const middle = (sorted: number[]): number => sorted[sorted.length >> 1] as number;
  return {
    ...{ work, yardstick, unit: 's', ours: middle(ours), theirs: middle(theirs) },
    ratio: middle(theirs) / middle(ours),
    low: (theirs[0] as number) / (ours.at(-1) as number),
    high: (theirs.at(-1) as number) / (ours[0] as number),
  };
}

const { seconds, bareNode, parts } = await timeStart(values.quick ? 3 : 9);
const table = [...requests, timed('npm start on the sample', 'node -e 0', seconds, bareNode)];
const functions = await measureFunctions(values.quick ? 3 : 9);
for (const { name, load, sdkLoad } of functions) {
  const seconds = (times: number[]) => times.map((ms) => ms / 1000);
  table.push(timed(`cold load of ${name}`, "its AWS SDK clients' alone", seconds(load), seconds(sdkLoad)));
}
const server = await openTestServer().catch((error: Error) => {
  process.stderr.write(`No figures for publishing: ${error.message}\n`);
});
if (server) {
  try {
    // As servers are: a commit is on the disk.
    await server.admin.query('SET GLOBAL innodb_flush_log_at_trx_commit = 1');
    const { ours, plain } = await timePublish(await server.newDatabase(), values.quick ? 1 : 5);
    const work = '1,000 artists, all pairs, lake to published table in MariaDB';
    table.push(timed(work, 'a statement a pair (scaled from 3,000 pairs)', ours, plain));
  } finally {
    await server.stop();
  }
}

const imported = await timeImport(values.quick ? 100_000 : 1_200_000);
const { ours, duckDb } = imported;
table.push(
  timed(
    `import of a CSV of ${imported.rows} rows`,
    "DuckDB's read_csv to Parquet",
    [ours.seconds],
    [duckDb.seconds],
  ),
);
const memory = `The import took ${Math.round(ours.megabytes)} MB of memory at the most, DuckDB's ${Math.round(duckDb.megabytes)} MB, and did ${Math.round(imported.rows / ours.seconds)} rows a second.`;

if (values.json) process.stdout.write(`${JSON.stringify(table, null, 2)}\n`);
else {
  const figure = (value: number): string => String(Number(value.toPrecision(4)));
  const lines = table.map(
    ({ work, yardstick, unit, ours, theirs, ratio, low, high }) =>
      `${work}: ${figure(ours)} ${unit}; ${yardstick}: ${figure(theirs)}; ratio ${figure(ratio)} (${figure(low)} to ${figure(high)})`,
  );
  const where = Object.entries(parts).map(([part, ms]) => `  ${ms.toFixed(0).padStart(5)} ms  ${part}`);
  const bundles = functions.map(
    ({ name, bytes, gzipped }) =>
      `Bundle of ${name}: ${Math.round(bytes / 1024)} KB, gzipped ${Math.round(gzipped / 1024)} KB.`,
  );
  process.stdout.write(
    `${[...lines, memory, ...bundles, '', 'Where the time of a start goes, once its modules are loaded:', ...where, '', `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model}`].join('\n')}\n`,
  );
}
