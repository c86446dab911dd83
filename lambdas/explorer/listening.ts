import { inBatches } from '../../core/batches.ts';
import type { ListenResult, RecommendedSong } from '../../core/events.ts';
import type { ExploredListening } from '../../core/explore.ts';
import type { Row } from '../../core/tables.ts';
import type { ExploreSources } from './sources.ts';

/** Plays that are told. */
const TOLD = 200;
const YEAR_MS = 365 * 86_400_000;
/** Objects of the lake that are read at once. */
const AT_ONCE = 16;

/** What was heard lately, what may be missing, and what was recommended last. */
export async function exploredListening(sources: ExploreSources): Promise<ExploredListening> {
  const { lake, clock } = sources;
  const since = new Date(clock.now() - YEAR_MS).toISOString().slice(0, 10);
  const days: { date: string; rows: Row<'recently_played'>[] }[] = [];
  const known = (await lake.days('recently_played')).filter((dt) => dt >= since);
  for (const some of inBatches(known, AT_ONCE)) {
    const read = await Promise.all(some.map((dt) => lake.read('recently_played', dt)));
    for (const [i, date] of some.entries()) days.push({ date, rows: read[i] ?? [] });
  }
  return {
    plays: days
      .flatMap(({ rows }) => rows)
      .slice(-TOLD)
      .reverse()
      .map(playOf),
    days: days.filter(({ rows }) => rows.length > 0).map(({ date, rows }) => ({ date, plays: rows.length })),
    gaps: await gapsOf(sources),
    recommended: await recommendedOf(sources),
  };
}

const playOf = (row: Row<'recently_played'>): ExploredListening['plays'][number] => ({
  playedAt: row.played_at.toISOString(),
  id: row.track_id,
  name: row.name,
  artist: row.artist_name,
  artistId: row.artist_id,
});

/** The lake knows of gaps what the last listening of a day that it has the runs of told. */
async function gapsOf({ history, lake }: ExploreSources): Promise<ExploredListening['gaps']> {
  if (history) {
    const { gaps } = await history.account();
    return gaps.map(({ after_at, before_at }) => ({ after: after_at, before: before_at }));
  }
  for (const dt of (await lake.days('runs')).reverse().slice(0, AT_ONCE)) {
    const runs = ((await lake.read('runs', dt)) ?? []).filter(
      ({ kind, summary }) => kind === 'listening' && summary,
    );
    const last = runs.sort((a, b) => ((a.started_at ?? '') < (b.started_at ?? '') ? -1 : 1)).at(-1);
    if (last?.summary) return (JSON.parse(last.summary) as Partial<ListenResult>).gaps ?? [];
  }
  return [];
}

async function recommendedOf({ lake }: ExploreSources): Promise<ExploredListening['recommended']> {
  const date = (await lake.days('recommendations')).at(-1);
  if (date === undefined) return null;
  const rows = (await lake.read('recommendations', date)) ?? [];
  return {
    date,
    songs: rows.map((row) => ({
      id: row.id ?? '',
      name: row.name ?? row.id ?? '',
      artist: row.artist_name ?? '',
      score: row.score ?? 0,
      method: row.method as RecommendedSong['method'],
      nearness: row.nearness ?? 0,
      because: { id: row.because_id ?? '', name: row.because_name ?? row.because_id ?? '' },
    })),
  };
}
