import { type CollectResult, type Dropped, NAMED } from '../../core/events.ts';
import { DEFAULT_FEATURES } from '../../core/features.ts';
import type { Artist, AudioFeatures, Lake, TopTrack } from '../../core/ports.ts';
import { byId } from '../../core/text.ts';
import type { Harvest } from './harvest.ts';
import { recordings } from './walk-tracks.ts';
import { unavailable } from './warnings.ts';

/** A day of the lake as a collection makes it. */
export interface Day {
  artists: readonly Artist[];
  tracks: TopTrack[];
  features: AudioFeatures[];
}

/** The day as the lake has it now, to merge some artists into. */
export async function readDay(lake: Lake, dt: string): Promise<Day> {
  return {
    artists: (await lake.read('artists', dt)) ?? [],
    tracks: (await lake.read('top_tracks', dt)) ?? [],
    features: (await lake.read('audio_features', dt)) ?? [],
  };
}

/** The day's rows: what was fetched, and of `before` what belongs to followed artists that were not asked this time. */
export function assembleDay(harvest: Harvest, before: Day): Day {
  const kept = new Set(harvest.snapshot.map(({ id }) => id).filter((id) => !harvest.tracks.has(id)));
  const tracks = [
    ...before.tracks.filter(({ artist_id }) => kept.has(artist_id)),
    ...[...harvest.tracks.values()].flatMap(({ id, tracks, next }) => {
      const own = next ? recordings(tracks ?? []) : (tracks ?? []);
      return own.map((track, i) => ({ artist_id: id, ...track, rank: i + 1 }));
    }),
  ];
  const ids = new Set(tracks.map(({ id }) => id));
  const features = new Map(before.features.map((row) => [row.id, row]));
  for (const [id, row] of harvest.features) features.set(id, row);
  return {
    artists: harvest.snapshot,
    tracks,
    features: [...features.values()].filter(({ id }) => ids.has(id)),
  };
}

/** What a result tells of a day. */
export type DayAccount = Pick<
  CollectResult,
  'artists' | 'tracks' | 'features' | 'coverage' | 'dropped' | 'droppedCount' | 'sources'
>;

/** Counts a day, and names who is missing in it and why; while it is not done, features are still to be asked for. */
export function accountFor(day: Day, harvest: Harvest, isDone: boolean): DayAccount {
  const tracksOf = Map.groupBy(day.tracks, ({ artist_id }) => artist_id);
  const features = new Map(day.features.map((row) => [row.id, row]));
  const rowsOf = (id: string) => (tracksOf.get(id) ?? []).flatMap((track) => features.get(track.id) ?? []);
  const dropped = day.artists
    .flatMap(({ id, name }) => droppedAs(id, name ?? id))
    .sort((a, b) => byId(a.id, b.id));
  const complete = day.artists.filter(({ id }) =>
    rowsOf(id).some((row) => DEFAULT_FEATURES.every((feature) => row[feature] !== null)),
  );
  const asked = day.artists.length;
  return {
    artists: { asked, collected: day.artists.filter(({ id }) => tracksOf.has(id)).length },
    tracks: day.tracks.length,
    features: day.features.length,
    coverage: asked === 0 ? 0 : complete.length / asked,
    dropped: dropped.slice(0, NAMED),
    droppedCount: dropped.length,
    sources: { tracks: countBySource(day.tracks), features: countBySource(day.features) },
  };

  function droppedAs(id: string, name: string): Dropped[] {
    const failure = tracksOf.has(id) ? undefined : harvest.unavailable.get(id);
    if (failure) return [{ id, name, ...unavailable(id, failure) }];
    const reason = reasonFor(id);
    return reason === undefined ? [] : [{ id, name, reason }];
  }

  function reasonFor(id: string): string | undefined {
    if (!tracksOf.has(id)) {
      const asked = harvest.tracks.get(id);
      if (!asked || asked.next) return 'not-reached';
      return asked.tracks === null ? 'not-found' : 'no-tracks';
    }
    const rows = rowsOf(id);
    const missing = DEFAULT_FEATURES.find((feature) => rows.every((row) => row[feature] === null));
    return missing && (isDone ? `no-features:${missing}` : 'not-reached');
  }
}

function countBySource(rows: readonly { source: string | null }[]): Record<string, number> {
  const groups = Map.groupBy(rows, ({ source }) => source ?? 'unknown');
  const counts = [...groups].map(([source, group]): [string, number] => [source, group.length]);
  return Object.fromEntries(counts.sort(([a], [b]) => byId(a, b)));
}
