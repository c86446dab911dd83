import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { ExploredCatalogue } from '../core/explore.ts';
import { ArtistView } from './artist-view.tsx';
import { counted, day } from './format.ts';
import { comeBack } from './going-back.ts';
import { ListeningView } from './listening-view.tsx';
import { MapView } from './map-view.tsx';
import { PairView } from './pair-view.tsx';
import { Heading } from './parts.tsx';
import { Picker } from './picker.tsx';
import { goTo, hrefOf, type Route, useRoute, type View } from './route.ts';
import { RunsView } from './runs-view.tsx';
import { Answered, useAnswer } from './server.tsx';
import { ThemeButton } from './theme.tsx';
import { TimeView } from './time-view.tsx';
import { type World, worldOf } from './world.ts';

const LINKS: [View, string][] = [
  ['map', 'Map'],
  ['pair', 'Two artists'],
  ['time', 'Time'],
  ['listening', 'Listening'],
  ['runs', 'Runs'],
];

/** What a view draws. */
export interface ViewProps {
  world: World;
  ids: string[];
}

/** The whole page. */
export function App(): JSX.Element {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const answer = useAnswer<ExploredCatalogue>('/api/catalogue');
  const world = useMemo(() => answer && 'value' in answer && worldOf(answer.value), [answer]);
  useFocus(route);
  const skip = (event: Event) => {
    event.preventDefault();
    main.current?.focus();
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: a hash is a view of this page, so a link to a place in it needs this */}
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header>
        <a class="brand" href={hrefOf('map')}>
          Soundalike
        </a>
        <nav aria-label="Views">
          {LINKS.map(([view, name]) => (
            <a key={view} href={hrefOf(view)} aria-current={route.view === view ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        {world && <Picker world={world} label="Search artists" onPick={({ id }) => goTo('artist', id)} />}
        <ThemeButton />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Shown route={route} answer={answer} world={world || undefined} />
      </main>
      {world && world.catalogue.artists.length > 0 && (
        <footer>
          {counted(world.catalogue.artists.length, 'artist')} of {day(world.catalogue.date)}, compared by{' '}
          <code>{world.catalogue.method}</code> (run <code>{world.catalogue.run}</code>)
        </footer>
      )}
    </>
  );
}

type ShownProps = {
  route: Route;
  answer: ReturnType<typeof useAnswer<ExploredCatalogue>>;
  world: World | undefined;
};

/** Listening and runs are there before anything is compared. */
function Shown({ route: { view, ids }, answer, world }: ShownProps): JSX.Element {
  if (view === 'listening') return <ListeningView world={world} />;
  if (view === 'runs') return <RunsView />;
  if (!world) return <Answered answer={answer}>{() => <p />}</Answered>;
  if (world.catalogue.artists.length === 0) return <NoData />;
  const Chosen = { map: MapView, artist: ArtistView, pair: PairView, time: TimeView }[view];
  return <Chosen world={world} ids={ids} />;
}

function NoData(): JSX.Element {
  return (
    <>
      <Heading>Nothing to show yet</Heading>
      <p>
        No artists have been compared in this data folder. This does it for the sample that comes with
        Soundalike:
      </p>
      <pre>npm start</pre>
      <p>
        And this for artists of your own: <code>npx soundalike artists add "Björk"</code>, then{' '}
        <code>npx soundalike run</code>. Then load this page again.
      </p>
    </>
  );
}

/** Moves the focus to the heading of a view that one goes to, and to where one was in one that one comes back to. */
function useFocus(route: Route): void {
  const before = useRef<Route | undefined>(undefined);
  useLayoutEffect(() => {
    const heading = document.querySelector('h1');
    document.title = heading ? `${heading.textContent} · Soundalike` : 'Soundalike';
    const last = before.current;
    before.current = route;
    if (last === undefined || last === route) return;
    const isOther = placeOf(last) !== placeOf(route);
    if (isOther) heading?.focus({ preventScroll: true });
    // Who walks on by a link of a list loses it, since the list is another artist's.
    else if (document.activeElement === document.body) {
      document.querySelector<HTMLElement>('.beside h2')?.focus({ preventScroll: true });
    }
    if (!comeBack() && isOther) scrollTo(0, 0);
  });
}

/** Walking on the map is no going, nor is choosing other days. */
const placeOf = ({ view, ids }: Route): string =>
  view === 'map' ? view : [view, ...ids.slice(0, view === 'time' ? 1 : 2)].join('/');
