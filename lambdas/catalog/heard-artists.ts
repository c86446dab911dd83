import { NoDataError } from '../../core/errors.ts';
import type { Clock, History } from '../../core/ports.ts';
import { byId, foldName } from '../../core/text.ts';

/** What is needed to tell whom the user heard. */
export interface HeardArtistsDeps {
  history: Pick<History, 'between'>;
  clock: Clock;
}

/** Artists at most, and how often each was heard at least. */
const [MOST, LEAST_PLAYS] = [50, 2];
const DAY_MS = 86_400_000;

/**
 * The artists heard most in the last days, the most plays first, as `addArtists` takes them: by id, and by name where no
 * play tells the id, as the plays of a privacy export do not, or where two ids go by that name. Throws `NoDataError`
 * where nobody was heard often enough.
 */
export async function heardArtists({ history, clock }: HeardArtistsDeps, days: number): Promise<string[]> {
  const now = clock.now();
  const iso = (time: number): string => new Date(time).toISOString();
  const plays = await history.between(iso(now - days * DAY_MS), iso(now + DAY_MS));
  const ids = new Map<string, Set<string>>();
  for (const { artist_id, artist_name } of plays) {
    const folded = foldName(artist_name ?? '');
    if (artist_id !== null) ids.set(folded, (ids.get(folded) ?? new Set()).add(artist_id));
  }
  const counts = new Map<string, { query: string; plays: number }>();
  for (const { artist_id, artist_name } of plays) {
    const folded = foldName(artist_name ?? '');
    const [known, other] = folded === '' ? [] : (ids.get(folded) ?? []);
    const id = artist_id ?? (other === undefined ? known : undefined);
    if (id === undefined && folded === '') continue;
    const key = id ?? `name ${folded}`;
    const counted = counts.get(key) ?? { query: id ?? artist_name ?? '', plays: 0 };
    counts.set(key, { ...counted, plays: counted.plays + 1 });
  }
  const heard = [...counts.values()]
    .filter((counted) => counted.plays >= LEAST_PLAYS)
    .sort((a, b) => b.plays - a.plays || byId(a.query, b.query))
    .slice(0, MOST);
  if (heard.length > 0) return heard.map(({ query }) => query);
  throw new NoDataError(
    `expected an artist that was heard ${LEAST_PLAYS} times in the last ${days} days, got ${plays.length} plays without one`,
    'take your listening in first (soundalike listen, or import a privacy export), or raise --days',
  );
}
