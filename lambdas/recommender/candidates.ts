import { type LongWork, yieldToEventLoop } from '../../core/long-work.ts';
import { merged, type Naming, type Neighbour } from '../../core/recommend/choose.ts';
import type { HeardSong, SongNames } from '../../core/recommend/heard.ts';
import type { Way } from '../../core/recommend/way.ts';
import type { LocatedWay } from './choose-ways.ts';

/** What finding neighbours needs. */
export type NearestDeps = Pick<LongWork, 'clock' | 'progress'>;

/** Those beyond weigh next to nothing, and take as long. */
const MOST_HEARD = 1000;
/** Songs after which the event loop has its turn, so that the run's lease is renewed. */
const BETWEEN_TURNS = 16;

/** The songs that weigh the most, by id. */
export function heaviest(songs: readonly HeardSong[]): readonly HeardSong[] {
  if (songs.length <= MOST_HEARD) return songs;
  const first = new Set([...songs].sort((a, b) => b.weight - a.weight).slice(0, MOST_HEARD));
  return songs.filter((song) => first.has(song));
}

/** Each heard song with its neighbours by the ways together; the songs of `ids`, which were heard, are none. */
export async function nearestOf(
  { clock, progress }: NearestDeps,
  heard: readonly HeardSong[],
  ways: readonly LocatedWay[],
  ids: ReadonlySet<string>,
): Promise<Naming[]> {
  const leftOut = ways.map(({ way }) => {
    const rows = [...ids].map((id) => way.rows.get(id)).filter((row) => row !== undefined);
    return new Set(rows);
  });
  const namings: Naming[] = [];
  for (const [i, song] of heard.entries()) {
    if (i % BETWEEN_TURNS === 0) {
      progress('finding songs', i, heard.length);
      await yieldToEventLoop({ clock });
    }
    const rankings = ways.map(({ way, rows }, w) => neighboursOf(way, rows[i], leftOut[w] as Set<number>));
    const [first = [], ...others] = rankings;
    namings.push({ heard: song, neighbours: others.length > 0 ? merged(rankings) : first });
  }
  progress('finding songs', heard.length, heard.length);
  return namings;
}

/** Those that point the same way at least: the others are no neighbours, however few there are. */
function neighboursOf(way: Way, row: number | undefined, leftOut: ReadonlySet<number>): Neighbour[] {
  if (row === undefined) return [];
  const near = way.nearest(row, leftOut);
  const found: Neighbour[] = [];
  for (const [place, other] of near.rows.entries()) {
    const [nearness, worth] = [near.nearness[place] as number, near.worth[place] as number];
    if (nearness <= 0) break;
    if (other === row) continue;
    found.push({ id: way.ids[other] as string, method: way.method, nearness, worth });
  }
  return found;
}

/** What songs are called by the first of the ways that knows it, and their recording code by whoever does. */
export function songsOf(ways: readonly Way[]): (id: string) => SongNames {
  return (id) => {
    const told = ways.flatMap((way) => {
      const row = way.rows.get(id);
      return row === undefined ? [] : [way.song(row)];
    });
    const first = (field: keyof SongNames) =>
      told.map((names) => names[field]).find((value) => value !== null) ?? null;
    return { name: first('name'), artist: first('artist'), isrc: first('isrc') };
  };
}
