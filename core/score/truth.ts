import { runAtOnce, type Steps } from '../long-work.ts';
import { listAt, type Playlists } from '../vectors/playlists.ts';

/** What is known of artists: of each row, the rows that are known to go with it. Always both ways, never itself. */
export type Truth = readonly ReadonlySet<number>[];

/** Playlists of the artists alone, whose rows are the rows of `ids` (sorted bytewise); others are passed over. */
export function artistPlaylists(ids: readonly string[], playlists: Iterable<readonly string[]>): Playlists {
  const rows = new Map(ids.map((id, row) => [id, row]));
  const lists = Array.from(playlists, (list) =>
    list.map((id) => rows.get(id)).filter((row) => row !== undefined),
  );
  let length = 0;
  const ends = Int32Array.from(lists, (list) => {
    length += list.length;
    return length;
  });
  const starts = ends.map((end, p) => end - (lists[p]?.length ?? 0));
  return { ids, rows, tokens: Int32Array.from(lists.flat()), starts, ends };
}

/** Artists that share a playlist. */
export function* playlistTruth(playlists: Playlists): Steps<Truth> {
  const truth = playlists.ids.map(() => new Set<number>());
  const lists = playlists.starts.length;
  for (let p = 0; p < lists; p++) {
    const artists = new Set(listAt(playlists, p));
    for (const a of artists) {
      yield { what: 'reading playlists', done: p, total: lists };
      for (const b of artists) if (a !== b) truth[a]?.add(b);
    }
  }
  return truth;
}

/** Artists that a list of pairs names together. A pair goes both ways, however often it stands there. */
export const relatedTruth = (ids: readonly string[], pairs: Iterable<readonly [string, string]>): Truth =>
  runAtOnce(playlistTruth(artistPlaylists(ids, pairs)));
