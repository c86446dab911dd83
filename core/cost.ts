import { FUNCTION_SIZES } from './functions.ts';
import type { FunctionName } from './names.ts';
import type { RunKind } from './ports.ts';

/** US dollars for a GB-second of an arm64 function. Source: https://aws.amazon.com/lambda/pricing/ */
const GB_SECOND = 1.33334e-5;
/** The function that does a kind of run. */
const DOES: Readonly<Record<RunKind, FunctionName>> = {
  collection: 'collector',
  import: 'catalog',
  similarity: 'similarity',
  listening: 'listening',
  training: 'trainer',
  recommendation: 'recommender',
};

/**
 * What the function of a run cost, about, in US dollars: from its first second to its last, so that a run that waited
 * in between cost less. The free tier, queries and storage, which are cents a month, do not count, nor does another
 * `similarityMegabytes` than the default.
 */
export const costOf = (kind: RunKind, seconds: number): number =>
  seconds * (FUNCTION_SIZES[DOES[kind]].megabytes / 1024) * GB_SECOND;
