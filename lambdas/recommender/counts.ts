import type { RecommendCounts, RecommendResult } from '../../core/events.ts';

/** How many songs there are of each kind, without what was heard or recommended. */
export const countsOf = ({ songs, gone, playlist, ...result }: RecommendResult): RecommendCounts => ({
  date: result.date,
  run: result.run,
  plays: result.plays,
  heard: result.heard,
  unknownCount: result.unknownCount,
  method: result.method,
  model: result.model,
  requests: result.requests,
  songs: songs.length,
  gone: gone.length,
  pushed: playlist !== null,
});
