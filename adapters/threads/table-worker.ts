import { parentPort, workerData } from 'node:worker_threads';
import { TableEncoder } from '../lake/table-encoder.ts';
import type { TableMessage, TableShape } from './table-thread.ts';

const { schema, names } = workerData as TableShape;
const encoder = new TableEncoder(schema, names);
let group: unknown[][] = names.map(() => []);

parentPort?.on('message', (message: TableMessage) => {
  if (typeof message === 'object') {
    group = group.map((column, c) => column.concat(message[c]));
    return;
  }
  const bytes = message === 'end' ? encoder.end() : encoder.encode(group);
  group = names.map(() => []);
  parentPort?.postMessage(bytes, [bytes.buffer]);
});
