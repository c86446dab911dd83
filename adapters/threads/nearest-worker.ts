import { workerData } from 'node:worker_threads';
import { type Search, searchLeaves } from '../../core/similarity/search.ts';

const { search, thread } = workerData as { search: Search; thread: number };
searchLeaves(search, thread);
