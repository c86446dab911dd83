import type { Catalogue, CatalogueTrack } from '../core/catalogue.ts';
import type { Random } from './random.ts';
import { STYLES } from './styles.ts';

const PLAYLISTS = 60;
const DAYS = 6;
const PLAYS_A_DAY = 18;
/** A song in so many is played again. */
const REPEAT = 12;
/** Length of a song whose length is unknown. */
const USUAL_MS = 200_000;
const MOODS = ['Evening', 'Commute', 'Rain', 'Kitchen', 'Long Drive'] as const;
/** The styles that the stand-in's user listens to, as indices of `STYLES`. */
const TASTE = [3, 4, 6] as const;

/** Minutes of a day. */
export const DAY_MINUTES = 24 * 60;

type TracksByStyle = readonly (readonly CatalogueTrack[])[];

function trackOf(style: number, tracks: TracksByStyle, random: Random): CatalogueTrack {
  const [first, ...rest] = tracks[style] ?? [];
  if (first === undefined) throw new RangeError(`style ${style} has no tracks`);
  return random.pick([first, ...rest]);
}

/** Playlists of 20 to 40 tracks that keep to a style but for about one track in eight. */
export function samplePlaylists(
  tracks: TracksByStyle,
  newId: () => string,
  random: Random,
): Catalogue['playlists'] {
  return Array.from({ length: PLAYLISTS }, (_, i) => {
    const style = i % STYLES.length;
    const size = 20 + random.int(21);
    const chosen = new Set<string>();
    while (chosen.size < size) {
      const from = random.int(8) === 0 ? random.int(STYLES.length) : style;
      chosen.add(trackOf(from, tracks, random).id);
    }
    const mood = MOODS[Math.floor(i / STYLES.length) % MOODS.length];
    return { id: newId(), name: `${mood}: ${STYLES[style]?.genres[0]}`, track_ids: [...chosen] };
  });
}

type Plays = Catalogue['plays'];

/** Some days of listening, a session an evening, oldest first. */
export function samplePlays(tracks: TracksByStyle, random: Random): Plays {
  const plays: Plays = [];
  for (let day = DAYS; day > 0; day--) {
    let minutesAgo = day * 24 * 60 - random.int(120);
    for (let i = 0; i < PLAYS_A_DAY; i++) {
      plays.push({ minutesAgo, track_id: trackOf(random.pick(TASTE), tracks, random).id });
      minutesAgo -= 3 + random.int(4);
    }
  }
  return plays;
}

/** A sitting that ends so many minutes ago: one song after the other, now and then one on repeat, oldest first. */
function session(
  end: number,
  songs: number,
  tracks: readonly [CatalogueTrack, ...CatalogueTrack[]],
  random: Random,
) {
  const plays: Plays = [];
  let minutesAgo = end;
  let track = random.pick(tracks);
  while (plays.length < songs) {
    if (random.int(REPEAT) > 0) track = random.pick(tracks);
    // Never shorter than the song: the next one begins when it is over.
    minutesAgo += Math.ceil((track.duration_ms ?? USUAL_MS) / 60_000) + random.int(2);
    plays.unshift({ minutesAgo, track_id: track.id });
  }
  return plays;
}

/** So many days of listening to these tracks, a session each morning and each evening, oldest first. */
export function listening(tracks: readonly CatalogueTrack[], days: number, random: Random): Plays {
  const [first, ...rest] = tracks;
  if (first === undefined) return [];
  return Array.from({ length: days }, (_, i) => (days - 1 - i) * DAY_MINUTES).flatMap((day) =>
    [
      { end: day + DAY_MINUTES / 2, songs: 6 },
      { end: day + 5, songs: 12 },
    ].flatMap(({ end, songs }) =>
      session(end + random.int(60), songs + random.int(6), [first, ...rest], random),
    ),
  );
}
