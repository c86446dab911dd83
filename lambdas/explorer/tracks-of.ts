import * as z from 'zod';
import { type NamedArtist, parseInput } from '../../core/events.ts';
import type { ExploredTracks } from '../../core/explore.ts';
import { FEATURES } from '../../core/features.ts';
import type { LakeBatches } from '../../core/ports.ts';
import { readWhole } from '../../core/run/published.ts';
import { type Row, TABLES, type TableName } from '../../core/tables.ts';
import { byId } from '../../core/text.ts';
import type { CurrentRun } from './current-run.ts';
import { placeOf } from './path.ts';
import type { ExploreSources } from './sources.ts';

const TracksRequest = z.strictObject({ artist: z.string().trim().min(1) });
/** What is told of a track. */
const TOLD = [...FEATURES, 'time_signature', 'duration_ms'] as const;

/**
 * The tracks of an artist on the day of the published run, the best first; none where the lake does not have them.
 * Throws `DayNotReadyError` while they are being replaced.
 */
export async function tracksOf(
  { lake, artists }: Pick<ExploreSources, 'lake' | 'artists'>,
  current: CurrentRun,
  input: unknown,
): Promise<ExploredTracks> {
  const request = parseInput(TracksRequest, input, 'tracks');
  const run = await current.get();
  const { id, name, url } = run.artists[await placeOf(artists, run, request.artist)] as NamedArtist;
  const { tracks, features } = await readWhole(lake, [{ date: run.date }], () =>
    readTracks(lake, run.date, id),
  );
  const measured = new Map(features.map((row) => [row.id, row]));
  return {
    artist: { id, name, url },
    tracks: tracks
      .sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || byId(a.id, b.id))
      .map((track) => {
        const known = measured.get(track.id);
        return {
          id: track.id,
          name: track.name,
          url: track.external_url,
          popularity: track.popularity,
          rank: track.rank,
          source: known?.source ?? null,
          features: Object.fromEntries(TOLD.map((feature) => [feature, known?.[feature] ?? null])),
        };
      }),
  };
}

/** An artist's tracks of a day, and the audio features of these. */
async function readTracks(
  lake: LakeBatches,
  date: string,
  artist: string,
): Promise<{ tracks: Row<'top_tracks'>[]; features: Row<'audio_features'>[] }> {
  const tracks = await rowsOf(lake, 'top_tracks', date, 'artist_id', [artist]);
  const ids = [...new Set(tracks.map((track) => track.id))];
  return { tracks, features: await rowsOf(lake, 'audio_features', date, 'id', ids) };
}

/** The rows of a day that have one of these values in a column. */
async function rowsOf<N extends TableName, C extends keyof Row<N> & string>(
  lake: LakeBatches,
  table: N,
  dt: string,
  column: C,
  values: readonly string[],
): Promise<Row<N>[]> {
  const wanted = new Set<unknown>(values);
  const columns = Object.keys(TABLES[table].columns) as (keyof Row<N> & string)[];
  const [only] = values.length === 1 ? values : [];
  const where =
    only === undefined ? undefined : ({ [column]: only } as Partial<Record<keyof Row<N> & string, string>>);
  const rows: Row<N>[] = [];
  if (wanted.size === 0) return rows;
  for await (const batch of lake.batches(table, dt, columns, where)) {
    for (const [i, value] of batch[column].entries()) {
      if (!wanted.has(value)) continue;
      rows.push(Object.fromEntries(columns.map((name) => [name, batch[name][i]])) as unknown as Row<N>);
    }
  }
  return rows;
}
