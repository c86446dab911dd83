import type { FunctionName } from './names.ts';

/** What a function is given. */
export interface FunctionSize {
  megabytes: number;
  /** The longest that an invocation may take; Lambda allows 15. */
  minutes: number;
}

/** What each function of the stack is given; `similarityMegabytes` and the costs of docs/deploying.md begin here. */
export const FUNCTION_SIZES: Readonly<Record<FunctionName, FunctionSize>> = {
  catalog: { megabytes: 1024, minutes: 15 },
  collector: { megabytes: 512, minutes: 15 },
  similarity: { megabytes: 3008, minutes: 15 },
  explorer: { megabytes: 512, minutes: 2 },
  listening: { megabytes: 512, minutes: 15 },
  trainer: { megabytes: 3008, minutes: 15 },
  recommender: { megabytes: 3008, minutes: 15 },
  migrator: { megabytes: 256, minutes: 15 },
  doctor: { megabytes: 512, minutes: 3 },
};
