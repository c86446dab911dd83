/** What kind of Spotify app the stand-in plays. */
export type Mode = 'extended' | 'development';

/** The modes, as the command line offers them. */
export const MODES: readonly Mode[] = ['extended', 'development'];

/** How many items a page may hold, and holds unless told. */
export interface PageLimits {
  max: number;
  default: number;
}

/** What an app of a mode may do. */
export interface AppRights {
  /**
   * Whether it has the endpoints and fields that Spotify took from development-mode apps: top tracks, batch gets,
   * audio features; popularity, followers, markets, labels.
   */
  all: boolean;
  search: PageLimits;
  artistAlbums: PageLimits;
  albumTracks: PageLimits;
  /** Which paths to playlists it has: `/items` and `/me/playlists`, or the older ones too. */
  playlistPaths: 'newer' | 'both';
}

/** The rights of each mode, as of Spotify's changes of February and March 2026. */
export const RIGHTS: Readonly<Record<Mode, AppRights>> = {
  extended: {
    all: true,
    search: { max: 50, default: 20 },
    artistAlbums: { max: 50, default: 20 },
    albumTracks: { max: 50, default: 20 },
    playlistPaths: 'both',
  },
  development: {
    all: false,
    search: { max: 10, default: 5 },
    artistAlbums: { max: 10, default: 5 },
    albumTracks: { max: 50, default: 20 },
    playlistPaths: 'newer',
  },
};
