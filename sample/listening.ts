import type { Catalogue, CatalogueTrack } from '../core/catalogue.ts';
import type { Random } from './random.ts';
import { STYLES } from './styles.ts';

const PLAYLISTS = 60;
const DAYS = 6;
const PLAYS_A_DAY = 18;
const MOODS = ['Evening', 'Commute', 'Rain', 'Kitchen', 'Long Drive'] as const;
/** The styles that the stand-in's user listens to, as indices of `STYLES`. */
const TASTE = [3, 4, 6] as const;

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

/** Some days of listening, a session an evening, oldest first. */
export function samplePlays(tracks: TracksByStyle, random: Random): Catalogue['plays'] {
  const plays: Catalogue['plays'] = [];
  for (let day = DAYS; day > 0; day--) {
    let minutesAgo = day * 24 * 60 - random.int(120);
    for (let i = 0; i < PLAYS_A_DAY; i++) {
      plays.push({ minutesAgo, track_id: trackOf(random.pick(TASTE), tracks, random).id });
      minutesAgo -= 3 + random.int(4);
    }
  }
  return plays;
}
