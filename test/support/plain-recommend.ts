import type { Play } from '../../core/ports.ts';
import { foldName } from '../../core/text.ts';

/** A song as the plain way sees it: by name, with what is known of it. */
export interface PlainSong {
  id: string;
  name: string;
  artist: string;
  isrc?: string;
  /** The nine features; absent where the lake has none. */
  features?: readonly number[];
  /** Its vector of the model. */
  vector?: readonly number[];
  /** How often it stands in the playlists of the model; null where that is of another. */
  count?: number | null;
}

/** What the plain way is asked. */
export interface PlainQuestion {
  songs: readonly PlainSong[];
  playlists: readonly (readonly string[])[];
  plays: readonly Play[];
  /** Epoch milliseconds. */
  to: number;
  method: 'sound' | 'playlists' | 'items' | 'both';
  days?: number;
  halfLife?: number;
  perSong?: number;
  size?: number;
  maxPerArtist?: number;
  gone?: readonly string[];
}

type Near = { song: PlainSong; method: string; nearness: number; worth: number };

const DAY = 86_400_000;
const PRIOR = 0.4;
/** Names differ in case and in this mark of a version alone. */
const keyOf = ({ artist, name }: { artist: string; name: string }) =>
  `${foldName(artist)} ${foldName(name).replace(/ - live$/, '')}`;

function dot(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
}
const cosine = (x: readonly number[], y: readonly number[]): number =>
  dot(x, x) * dot(y, y) === 0 ? 0 : dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));

function scaled(songs: readonly PlainSong[], features: readonly number[]): number[] {
  const all = songs.flatMap((song) => (song.features ? [song.features] : []));
  return features.map((value, f) => {
    const mean = all.reduce((sum, of) => sum + (of[f] as number), 0) / all.length;
    const variance = all.reduce((sum, of) => sum + ((of[f] as number) - mean) ** 2, 0) / all.length;
    return variance < 1e-20 ? 0 : (value - mean) / Math.sqrt(variance);
  });
}

/** Vectors of a model of our own, as they lie around their mean. */
function centred(
  songs: readonly PlainSong[],
  vector: readonly number[],
  count: PlainSong['count'],
): number[] {
  const all = songs.flatMap((song) => (song.vector ? [song.vector] : []));
  const mean = vector.map((_, f) => all.reduce((sum, of) => sum + (of[f] as number), 0) / all.length);
  return vector.map((value, f) => (count ? value - (mean[f] as number) : value));
}

/** What counts beside how near a song is: of vectors how frequent it is. */
function prior({ songs }: PlainQuestion, way: string, { count }: PlainSong): number {
  const most = Math.max(...songs.map((song) => song.count ?? 0));
  return way === 'playlists' && count ? (count / most) ** PRIOR : 1;
}

/** How near two songs are by each way; undefined where the way does not know one of them. */
function nearness(question: PlainQuestion, way: string, a: PlainSong, b: PlainSong): number | undefined {
  const { songs, playlists } = question;
  if (way === 'playlists') {
    if (!a.vector || !b.vector) return undefined;
    return cosine(centred(songs, a.vector, a.count), centred(songs, b.vector, b.count));
  }
  if (way === 'sound') {
    return a.features && b.features && cosine(scaled(songs, a.features), scaled(songs, b.features));
  }
  const of = (song: PlainSong) => playlists.filter((playlist) => playlist.includes(song.id));
  const [p, q] = [of(a), of(b)];
  return p.filter((playlist) => q.includes(playlist)).length / Math.sqrt(p.length * q.length || 1);
}

const knows = ({ playlists }: PlainQuestion, way: string, song: PlainSong): boolean =>
  way === 'sound'
    ? song.features !== undefined
    : way === 'playlists'
      ? song.vector !== undefined
      : playlists.some((playlist) => playlist.includes(song.id));

/** The list by brute force: objects, look-ups and sorts of everything, song by song. */
export function plainRecommend(question: PlainQuestion) {
  const { songs, plays, to, method, gone = [] } = question;
  const { days = 7, halfLife = 3, perSong = 2, size = 30, maxPerArtist = 2 } = question;
  const lately = plays.filter(({ played_at }) => {
    const age = to - Date.parse(played_at);
    return age >= 0 && age < days * DAY;
  });
  const heardIds = [...new Set(lately.map(({ track_id }) => track_id))].sort();
  const everKeys = new Set(
    plays.map(({ artist_name, name }) => keyOf({ artist: artist_name ?? '', name: name ?? '' })),
  );
  const everIds = new Set(plays.map(({ track_id }) => track_id));
  const codes = new Set(lately.map(({ isrc }) => isrc).filter(Boolean));
  const admissible = (song: PlainSong) =>
    !(
      everIds.has(song.id) ||
      everKeys.has(keyOf(song)) ||
      codes.has(song.isrc ?? null) ||
      gone.includes(song.id)
    );
  const ways = method === 'both' ? ['sound', 'playlists'] : [method];

  const near = heardIds.map((id) => {
    const ofSong = lately.filter((play) => play.track_id === id);
    const weight = ofSong.reduce(
      (sum, { played_at }) => sum + 0.5 ** ((to - Date.parse(played_at)) / DAY / halfLife),
      0,
    );
    const [play] = ofSong as [Play];
    const rankings = ways.map((way) => {
      const key = keyOf({ artist: play.artist_name ?? '', name: play.name ?? '' });
      const known = songs.filter((song) => knows(question, way, song)).sort((a, b) => (a.id < b.id ? -1 : 1));
      const self = known.find((song) => song.id === id) ?? known.find((song) => keyOf(song) === key);
      if (!self) return [];
      return known
        .filter((song) => song !== self && !everIds.has(song.id))
        .map((song): Near => {
          const close = nearness(question, way, self, song) ?? 0;
          return { song, method: way, nearness: close, worth: close * prior(question, way, song) };
        })
        .filter((one) => one.nearness > 0)
        .sort((a, b) => b.worth - a.worth || (a.song.id < b.song.id ? -1 : 1));
    });
    if (method !== 'both') return { id, weight, ranking: rankings[0] as Near[] };
    const all = new Map<string, Near & { rank: number }>();
    for (const ranking of rankings) {
      for (const [place, one] of ranking.entries()) {
        const before = all.get(one.song.id);
        const worth = (before?.worth ?? 0) + 1 / (61 + place);
        const better = before && before.rank <= place ? before : { ...one, rank: place };
        all.set(one.song.id, { ...better, worth });
      }
    }
    const ranking = [...all.values()].sort((a, b) => b.worth - a.worth || (a.song.id < b.song.id ? -1 : 1));
    return { id, weight, ranking };
  });

  for (let each = perSong; ; each *= 2) {
    const named = near.flatMap(({ id, weight, ranking }) =>
      ranking
        .filter(({ song }) => admissible(song))
        .slice(0, each)
        .map((one) => ({ ...one, because: id, part: weight * one.worth })),
    );
    const candidates = [...new Set(named.map(({ song }) => song))]
      .map((song) => {
        const parts = named.filter((one) => one.song === song);
        const most = parts.reduce((best, one) => (one.part > best.part ? one : best));
        return { ...most, score: parts.reduce((sum, { part }) => sum + part, 0) };
      })
      .sort((a, b) => b.score - a.score || (a.song.id < b.song.id ? -1 : 1));
    const list: typeof candidates = [];
    for (const one of candidates) {
      const isDouble = list.some(
        ({ song }) => keyOf(song) === keyOf(one.song) || (song.isrc && song.isrc === one.song.isrc),
      );
      const ofArtist = list.filter(({ song }) => foldName(song.artist) === foldName(one.song.artist));
      if (!isDouble && ofArtist.length < maxPerArtist && list.length < size) list.push(one);
    }
    if (list.length < size && each < 1000) continue;
    const songsOf = list.map(({ song, score, because, method: way, nearness: close }) => ({
      ...{ id: song.id, score, because, method: way, nearness: close },
    }));
    return {
      songs: songsOf,
      unknown: near.filter(({ ranking }) => ranking.length === 0).map(({ id }) => id),
    };
  }
}
