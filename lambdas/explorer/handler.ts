import { withDatabase } from '../deployment.ts';
import { handle } from '../handle.ts';
import { findSimilar } from './find-similar.ts';

/** Answers who sounds like an artist: `SimilarRequest` gives `SimilarResult`. */
export const handler = handle((event) =>
  withDatabase(process.env, (database) => findSimilar(database, event)),
);
