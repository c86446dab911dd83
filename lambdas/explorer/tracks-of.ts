import * as z from 'zod';
import { type NamedArtist, parseInput } from '../../core/events.ts';
import type { ExploredTracks } from '../../core/explore.ts';
import { FEATURES } from '../../core/features.ts';
import type { LakeBatches } from '../../core/ports.ts';
import { type Row, TABLES, type TableName } from '../../core/tables.ts';
import { byId } from '../../core/text.ts';
import type { CurrentRun } from './current-run.ts';
import { placeOf } from './path.ts';
import type { ExploreSources } from './sources.ts';

const TracksRequest = z.strictObject({ artist: z.string().trim().min(1) });
/** What is told of a track. */
const TOLD = [...FEATURES, 'time_signature', 'duration_ms'] as const;

/** The tracks of an artist on the day of the published run, the best first; none where the lake does not have them. */
export async function tracksOf(
  { lake, artists }: Pick<ExploreSources, 'lake' | 'artists'>,
  current: CurrentRun,
  input: unknown,
): Promise<ExploredTracks> {
  const request = parseInput(TracksRequest, input, 'tracks');
  const run = await current.get();
  const { id, name, url } = run.artists[await placeOf(artists, run, request.artist)] as NamedArtist;
  const tracks = await rowsOf(lake, 'top_tracks', run.date, 'artist_id', [id]);
  const ids = [...new Set(tracks.map((track) => track.id))];
  const features = await rowsOf(lake, 'audio_features', run.date, 'id', ids);
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
