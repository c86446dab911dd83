import type { Catalogue, CatalogueArtist, CatalogueTrack } from '../core/catalogue.ts';
import type { FoundFeatures } from '../core/ports.ts';
import { samplePlaylists, samplePlays } from './listening.ts';
import { artistName, type Script, titleIn } from './names.ts';
import { mulberry32, type Random } from './random.ts';
import { MEASURES, type Measure, STYLES, type Style } from './styles.ts';

const SEED = 20_261_122;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SCRIPTS: readonly Script[] = [
  ...(['latin', 'latin', 'latin', 'latin', 'latin', 'latin', 'latin'] as const),
  ...(['hangul', 'kana', 'cyrillic', 'greek', 'emoji'] as const),
];

/** An artist before it has tracks: `kind` says what is odd about it. A twin sounds like the twin before it. */
interface Plan {
  name: string;
  style: number;
  script: Script;
  kind: 'plain' | 'no tracks' | 'no features' | 'twin';
}

const odd = (name: string, style: number, kind: Plan['kind'] = 'plain'): Plan => ({
  name,
  style,
  script: 'latin',
  kind,
});

/** What real catalogues hold and a tidy sample would not; docs/stand-in.md lists them. */
const ODD_ARTISTS: readonly Plan[] = [
  odd('Silent Quarrywick', 0, 'no tracks'),
  odd('Lake Unmeasured', 3, 'no features'),
  odd('Left Twyndle', 6, 'twin'),
  odd('Right Twyndle', 6, 'twin'),
  odd('Aurelindo', 2),
  odd('Aurelindo', 9),
  odd('Ombrelle Vey', 4),
  odd('Ombrelle Vey & the Long Tide', 1),
];

interface Artist extends Plan {
  row: CatalogueArtist;
  tracks: CatalogueTrack[];
  /** By track, in the same order; null where a track has none. */
  features: (FoundFeatures | null)[];
}

const newId = (random: Random): string => Array.from({ length: 22 }, () => BASE62[random.int(62)]).join('');

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}

function plans(random: Random): Plan[] {
  const taken = new Set(ODD_ARTISTS.map(({ name }) => name));
  const plain = STYLES.flatMap((_, style) =>
    SCRIPTS.map(
      (script): Plan => ({ name: artistName(script, random, taken), style, script, kind: 'plain' }),
    ),
  );
  return [...plain, ...ODD_ARTISTS];
}

function artistRow(plan: Plan, style: Style, random: Random): CatalogueArtist {
  const id = newId(random);
  const popularity = 15 + random.int(70);
  const [main, ...finer] = style.genres;
  return {
    id,
    name: plan.name,
    genres: [main, ...finer.filter(() => random.int(3) === 0)],
    popularity,
    followers: popularity * popularity * (20 + random.int(400)),
    image_url: null,
    url: `https://open.spotify.com/artist/${id}`,
  };
}

function trackRow(artist: Artist, number: number, random: Random): CatalogueTrack {
  const id = newId(random);
  const serial = `${10_000 + random.int(90_000)}`;
  return {
    id,
    name: titleIn(artist.script, random),
    artist_ids: [artist.row.id],
    popularity: clamp((artist.row.popularity ?? 0) + 10 - 2 * random.int(15), 0, 100),
    duration_ms: 150_000 + random.int(150_000),
    isrc: random.int(20) === 0 ? null : `ZZSLK${10 + random.int(16)}${serial}`,
    explicit: artist.style === 5 && random.int(2) === 0,
    album_id: null,
    track_number: number,
    url: `https://open.spotify.com/track/${id}`,
  };
}

type Centre = Readonly<Record<Measure, number>>;

/** Values around a centre, each within its measure's range. */
function around(centre: Centre, random: Random): Record<Measure, number> {
  const values = { ...centre };
  for (const [name, { min, max, spread, decimals }] of Object.entries(MEASURES) as [
    Measure,
    (typeof MEASURES)[Measure],
  ][]) {
    values[name] = round(clamp(centre[name] + spread * random.gaussian(), min, max), decimals);
  }
  return values;
}

function featuresRow(track: CatalogueTrack, style: Style, own: Centre, random: Random): FoundFeatures {
  const inThree = random.uniform() < style.waltz;
  return {
    id: track.id,
    ...around(own, random),
    key: random.int(13) - 1,
    mode: random.uniform() < style.major ? 1 : 0,
    time_signature: inThree ? 3 : random.int(15) === 0 ? 5 + random.int(3) : 4,
    duration_ms: track.duration_ms,
  };
}

function makeArtist(plan: Plan, before: Artist | undefined, random: Random): Artist {
  const style = STYLES[plan.style] as Style;
  const artist: Artist = { ...plan, row: artistRow(plan, style, random), tracks: [], features: [] };
  const isTwin = plan.kind === 'twin';
  const twin = isTwin && before?.kind === 'twin' ? before : undefined;
  const own = around(style.centre, random);
  const count = plan.kind === 'no tracks' ? 0 : (twin?.tracks.length ?? 10 + random.int(5));
  for (let i = 0; i < count; i++) {
    const track = trackRow(artist, i + 1, random);
    const features = featuresRow(track, style, own, random);
    // No two alike among a twin's, so that the ten most popular are the same ones for both.
    if (isTwin) track.popularity = 70 - 3 * i;
    artist.tracks.push(track);
    artist.features.push(
      plan.kind === 'no features' ? null : { ...features, ...twin?.features[i], id: track.id },
    );
  }
  return artist;
}

/** Two albums an artist, with release dates as precise as Spotify's: to the day, the month or the year. */
function albumsOf(artist: Artist, random: Random): Catalogue['albums'] {
  const half = Math.ceil(artist.tracks.length / 2);
  return [artist.tracks.slice(0, half), artist.tracks.slice(half)].flatMap((tracks) => {
    const id = newId(random);
    tracks.forEach((track, i) => {
      Object.assign(track, { album_id: id, track_number: i + 1 });
    });
    const date = `${1998 + random.int(28)}-0${1 + random.int(9)}-${10 + random.int(19)}`;
    const album = {
      id,
      name: titleIn(artist.script, random),
      release_date: date.slice(0, random.pick([4, 7, 10, 10, 10])),
      total_tracks: tracks.length,
      artist_id: artist.row.id,
      image_url: null,
    };
    return tracks.length === 0 ? [] : [album];
  });
}

/** Collaborations, and features that are unknown in part or as a whole, among the artists with nothing else odd. */
function roughen(plain: readonly Artist[]): void {
  plain.forEach((artist, i) => {
    const [first, second] = artist.tracks;
    const guest = plain[i + 1];
    if (i % 13 === 4 && first && guest) first.artist_ids.push(guest.row.id);
    if (i % 29 === 7 && second) artist.features[1] = null;
    if (i % 17 === 9 && artist.features[2]) Object.assign(artist.features[2], { energy: null, key: null });
  });
}

const swapCase = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()));

/** Gives the second artist the first one's id in the other case: Spotify's ids do differ by case alone. */
function takeIdOf(first: Artist, second: Artist): void {
  const id = swapCase(first.row.id);
  Object.assign(second.row, { id, url: `https://open.spotify.com/artist/${id}` });
  for (const track of second.tracks) track.artist_ids = [id];
}

/**
 * The catalogue that ships: about 150 artists in twelve styles, all made up, the same on every platform and at every
 * call. Its features tell the styles apart; its oddities (docs/stand-in.md) are those of real catalogues.
 */
export function sampleCatalogue(): Catalogue {
  const random = mulberry32(SEED);
  const artists: Artist[] = [];
  for (const plan of plans(random)) artists.push(makeArtist(plan, artists.at(-1), random));
  const [first, second] = artists;
  if (first && second) takeIdOf(first, second);
  const albums = artists.flatMap((artist) => albumsOf(artist, random));
  roughen(artists.slice(0, -ODD_ARTISTS.length));
  const byStyle = STYLES.map((_, style) => artists.filter((a) => a.style === style).flatMap((a) => a.tracks));
  return {
    name: 'sample',
    artists: artists.map(({ row }) => row),
    albums,
    tracks: artists.flatMap(({ tracks }) => tracks),
    features: artists.flatMap(({ features }) => features.filter((row) => row !== null)),
    playlists: samplePlaylists(byStyle, () => newId(random), random),
    plays: samplePlays(byStyle, random),
  };
}
