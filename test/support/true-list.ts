import type { Play } from '../../core/ports.ts';
import type { HeardTrack, TruePlay } from './listener.ts';
import type { TwoWeeks } from './two-weeks.ts';

/** How far off the beginning is that a row has of a true play: the best of what its sources can tell. */
const isOf = (row: Play, { start, what }: TruePlay): boolean => {
  const track = what as HeardTrack;
  const sameTrack =
    row.track_id === track.id ||
    (row.name === track.name && row.artist_name === track.artist && !row.spotify_at && !row.export_at);
  const off = start - Date.parse(row.played_at);
  return (
    sameTrack &&
    (row.spotify_at ? off === 0 : row.export_at ? off >= 0 && off < 1000 : off > -1000 && off < 60_000)
  );
};

/** The rows and true plays that belong together; each at most once. */
function assign({ plays, listener }: TwoWeeks): { rows: Set<Play>; found: Set<TruePlay> } {
  const [rows, found] = [new Set<Play>(), new Set<TruePlay>()];
  for (const row of plays) {
    const play = listener.music.find((play) => !found.has(play) && isOf(row, play));
    if (!play) continue;
    rows.add(row);
    found.add(play);
  }
  return { rows, found };
}

/** Those of these plays that the history does not have. */
export function missing(weeks: TwoWeeks, plays: readonly TruePlay[]): TruePlay[] {
  const { found } = assign(weeks);
  return plays.filter((play) => typeof play.what !== 'string' && !found.has(play));
}

/** The rows of the history that are no true play, or one that another row is already. */
export function doubled(weeks: TwoWeeks): Play[] {
  const { rows } = assign(weeks);
  return weeks.plays.filter((row) => !rows.has(row));
}

/**
 * Plays since the history began that are not there although no gap tells of them; one that came late may have been the
 * 51st by then.
 */
export function lostOutsideOfGaps(weeks: TwoWeeks): TruePlay[] {
  const beginning = Date.parse(weeks.plays[0]?.played_at ?? '');
  const isInGap = (time: string) => weeks.gaps.some(({ after, before }) => after < time && time < before);
  return missing(weeks, weeks.listener.music).filter(
    ({ start, shownFrom }) =>
      start >= beginning && shownFrom - start <= 30_000 && !isInGap(new Date(start).toISOString()),
  );
}

/** The lake has the rows of the database, each on its UTC day. */
export function expectLakeIsHistory({ plays, lake }: TwoWeeks): void {
  expect(
    lake.map(({ dt, played_at, ...row }) => ({
      dt,
      played_at: new Date(played_at as string).toISOString(),
      ...row,
    })),
  ).toEqual(
    plays.map((play) => ({
      dt: play.played_at.slice(0, 10),
      played_at: play.played_at,
      track_id: play.track_id,
      name: play.name,
      artist_id: play.artist_id,
      artist_name: play.artist_name,
      duration_ms: play.duration_ms,
      isrc: play.isrc,
      source: play.source,
    })),
  );
}
