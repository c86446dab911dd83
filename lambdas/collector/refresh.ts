import type { ArtistCatalog, ArtistLookup, CatalogArtist, Clock } from '../../core/ports.ts';
import type { HeldRun } from '../../core/run/held-run.ts';
import { byId } from '../../core/text.ts';

/** Metadata younger than this is not fetched again. */
const FRESH_MS = 30 * 86_400_000;
/** One run refreshes at most this share of the followed artists, so that they come due on different days. */
const SHARE = 1 / 30;

/** Fetches the metadata of those followed artists anew whose own is the oldest and more than 30 days old. */
export async function refreshArtists(
  { artists, clock }: { artists: ArtistCatalog; clock: Clock },
  run: HeldRun,
  lookup: ArtistLookup,
): Promise<void> {
  const followed = await artists.followed();
  const due = new Date(clock.now() - FRESH_MS).toISOString();
  const oldest = (a: CatalogArtist, b: CatalogArtist) =>
    byId(a.refreshed_at, b.refreshed_at) || byId(a.id, b.id);
  const stale = followed
    .filter(({ refreshed_at }) => refreshed_at < due)
    .sort(oldest)
    .slice(0, Math.ceil(followed.length * SHARE));
  if (stale.length === 0) return;
  const fresh = await lookup.artists(stale.map(({ id }) => id));
  const found = new Set(fresh.map(({ id }) => id));
  // Those that are gone keep what is known of them: if they stayed the oldest, the others would never have their turn.
  const gone = stale.filter(({ id }) => !found.has(id));
  const now = new Date(clock.now()).toISOString();
  await run.write((tables) => tables.artists.refresh([...fresh, ...gone], now));
}
