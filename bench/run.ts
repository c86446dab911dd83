import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
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

const { seconds, bareNode, parts } = await timeStart(values.quick ? 3 : 9);
const middle = (sorted: number[]): number => sorted[sorted.length >> 1] as number;
const start: Measurement = {
  work: 'npm start on the sample',
  yardstick: 'node -e 0',
  unit: 's',
  ours: middle(seconds),
  theirs: middle(bareNode),
  ratio: middle(bareNode) / middle(seconds),
  low: (bareNode[0] as number) / (seconds.at(-1) as number),
  high: (bareNode.at(-1) as number) / (seconds[0] as number),
};

const table = [...requests, start];
if (values.json) process.stdout.write(`${JSON.stringify(table, null, 2)}\n`);
else {
  const figure = (value: number): string => String(Number(value.toPrecision(4)));
  const lines = table.map(
    ({ work, yardstick, unit, ours, theirs, ratio, low, high }) =>
      `${work}: ${figure(ours)} ${unit}; ${yardstick}: ${figure(theirs)}; ratio ${figure(ratio)} (${figure(low)} to ${figure(high)})`,
  );
  const where = Object.entries(parts).map(([part, ms]) => `  ${ms.toFixed(0).padStart(5)} ms  ${part}`);
  process.stdout.write(
    `${[...lines, '', 'Where the time of a start goes, once its modules are loaded:', ...where, '', `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model}`].join('\n')}\n`,
  );
}
