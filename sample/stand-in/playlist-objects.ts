import { createHash } from 'node:crypto';
import { publicUser, type UserContext } from './me.ts';
import { type Page, pageOf, type Window } from './paging.ts';
import type { Playlist } from './user-state.ts';

/** How many items a playlist is shown with. */
const SHOWN = 100;

/** Which names an app knows: `items` and `item`, `tracks` and `track`, or both. */
function named<T>({ user }: UserContext, newer: string, older: string, value: T): Record<string, T> {
  const paths = user.settings.playlistPaths;
  return {
    ...(paths === 'older' ? {} : { [newer]: value }),
    ...(paths === 'newer' ? {} : { [older]: value }),
  };
}

/** A version of a playlist: another one after each change of its items. */
export const snapshotOf = ({ id, revision }: Playlist): string =>
  createHash('sha256').update(`${id} ${revision}`).digest('base64');

/** A page of a playlist's items. */
export function itemPage(
  context: UserContext,
  playlist: Playlist,
  window: Window,
  url: string,
): Page<unknown> {
  return pageOf(playlist.items, window, url, ({ uri, added_at }) => ({
    added_at,
    added_by: { ...publicUser(context.api, playlist.owner), display_name: undefined },
    is_local: uri.startsWith('spotify:local:'),
    ...named(context, 'item', 'track', context.objects.trackOf(uri)),
  }));
}

/** SimplifiedPlaylistObject. */
export function simplePlaylist(context: UserContext, playlist: Playlist) {
  const href = `${context.api}/playlists/${playlist.id}`;
  return {
    id: playlist.id,
    type: 'playlist',
    uri: `spotify:playlist:${playlist.id}`,
    href,
    external_urls: { spotify: `https://open.spotify.com/playlist/${playlist.id}` },
    name: playlist.name,
    description: playlist.description ?? '',
    public: playlist.public,
    collaborative: playlist.collaborative,
    images: [],
    owner: publicUser(context.api, playlist.owner),
    snapshot_id: snapshotOf(playlist),
    ...named(context, 'items', 'tracks', { href: `${href}/items`, total: playlist.items.length }),
  };
}

/** PlaylistObject; an app in development mode sees no contents of somebody else's (`withItems` is false). */
export function wholePlaylist(context: UserContext, playlist: Playlist, withItems: boolean) {
  const { items: _, tracks: __, ...simple } = simplePlaylist(context, playlist) as Record<string, unknown>;
  if (!withItems) return simple;
  const page = itemPage(context, playlist, { limit: SHOWN, offset: 0 }, `${simple.href}/items`);
  return { ...simple, ...named(context, 'items', 'tracks', page) };
}
