import type { RunKind } from './ports.ts';

/** US dollars for a GB-second of an arm64 function. Source: https://aws.amazon.com/lambda/pricing/ */
const GB_SECOND = 1.33334e-5;
/** Megabytes of the function that does a kind of run, as it is deployed unless told otherwise (docs/deploying.md). */
const MEGABYTES: Readonly<Record<RunKind, number>> = {
  collection: 512,
  import: 1024,
  similarity: 3008,
  listening: 512,
  training: 3008,
  recommendation: 3008,
  push: 3008,
  expiry: 512,
};

/**
 * What the function of a run cost, about, in US dollars: from its first second to its last, so that a run that waited
 * in between cost less. The free tier, queries and storage, which are cents a month, do not count.
 */
export const costOf = (kind: RunKind, seconds: number): number =>
  seconds * (MEGABYTES[kind] / 1024) * GB_SECOND;
