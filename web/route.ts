import { useLayoutEffect, useState } from 'preact/hooks';
import { enter, leave } from './going-back.ts';

/** The views of the page, by the first part of its hash. */
export const VIEWS = ['map', 'artist', 'pair', 'time', 'listening', 'runs'] as const;
/** One of them. */
export type View = (typeof VIEWS)[number];

/** What the page shows: a view, and of which artists. */
export interface Route {
  view: View;
  /** Ids of artists, as many as the hash names; of `time`, an artist and two days. */
  ids: string[];
}

/** The hash of a view, for a link. */
export const hrefOf = (view: View, ...ids: (string | undefined)[]): string =>
  `#/${[view, ...ids.filter((id) => id !== undefined).map(encodeURIComponent)].join('/')}`;

/** Goes to a view, so that the browser's own button leads back. */
export const goTo = (view: View, ...ids: (string | undefined)[]): void => {
  location.hash = hrefOf(view, ...ids);
};

/** As `goTo`, but in the place of the view that is shown: the browser's button leads to the one before. */
export const changeTo = (view: View, ...ids: string[]): void => location.replace(hrefOf(view, ...ids));

/** The route of a hash; the map's where it is none of ours. */
function routeOf(hash: string): Route {
  const [view, ...ids] = hash.replace(/^#\/?/, '').split('/').map(decoded);
  const known = VIEWS.find((name) => name === view);
  return known ? { view: known, ids: ids.filter((id) => id !== '') } : { view: 'map', ids: [] };
}

/** A hash that a person has typed may be no URI at all. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The route of the page, as it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  // Before the browser does anything else, so that no change is missed.
  useLayoutEffect(() => {
    const changed = () => {
      leave();
      setRoute(routeOf(location.hash));
    };
    enter();
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}
