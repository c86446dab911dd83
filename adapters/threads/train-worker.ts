import { parentPort, workerData } from 'node:worker_threads';
import { type SgnsPart, trainPart } from '../../core/vectors/sgns.ts';

for (const words of trainPart(workerData as SgnsPart)) parentPort?.postMessage(words);
