import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ExploredPath } from '../core/explore.ts';
import type { ViewProps } from './app.tsx';
import { count, counted, figure, percent } from './format.ts';
import { MapCanvas } from './map-canvas.ts';
import type { Picture, Point } from './map-drawing.ts';
import { type Colouring, coloursOf, Key } from './map-key.tsx';
import { InView, Walk } from './map-walk.tsx';
import { Heading } from './parts.tsx';
import { Picker } from './picker.tsx';
import { goTo } from './route.ts';
import { question, useAnswer } from './server.tsx';
import { trust } from './words.ts';
import type { World } from './world.ts';

const KEYS =
  'The mouse or arrow keys move the map, the wheel or plus and minus zoom, 0 shows all of it, a click or Enter at the cross chooses an artist. The list leads to the same artists.';
const FINGERS =
  'Two fingers move and zoom the map, one scrolls the page, a tap chooses an artist. The list leads to the same artists.';

/** All artists at once, and a walk from neighbour to neighbour. */
export function MapView({ world, ids: [from, to] }: ViewProps): JSX.Element {
  const [colouring, colour] = useState<Colouring>({ by: 'style', only: null });
  const [viewed, setViewed] = useState<number[]>([]);
  const path = useAnswer<ExploredPath>(from && to ? question('path', { from, to }) : null);
  const steps = path && 'value' in path ? path.value.steps : [];
  const points = useMemo(() => pointsOf(world), [world]);
  const colours = useMemo(() => coloursOf(world.catalogue, colouring), [world, colouring]);
  const selected = world.places.get(from ?? '') ?? null;
  const picture: Picture = {
    colours,
    selected,
    nearest: (artist) => world.catalogue.artists[artist]?.nearest ?? [],
    path: steps.flatMap(({ id }) => world.places.get(id) ?? []),
  };
  return (
    <>
      <Heading>Map of {counted(world.catalogue.artists.length, 'artist')}</Heading>
      <Quality world={world} />
      <div class="map">
        {points.length > 0 && (
          <div>
            <Key world={world} colouring={colouring} onChange={colour} />
            <Canvas world={world} points={points} picture={picture} onView={setViewed} />
          </div>
        )}
        <div class="beside">
          <Picker world={world} label="Go to an artist" onPick={({ id }) => goTo('map', id)} />
          {from ? (
            <Walk key={from} world={world} id={from} to={to} path={path} />
          ) : (
            <InView world={world} viewed={points.length > 0 ? viewed : undefined} />
          )}
        </div>
      </div>
    </>
  );
}

/** Those that have a place, the best known first: so are names drawn and lists made. */
function pointsOf({ catalogue: { artists } }: World): Point[] {
  return artists
    .flatMap(({ name, x, y }, artist) => (x === null || y === null ? [] : { artist, name, x, y }))
    .sort((a, b) => (artists[b.artist]?.popularity ?? -1) - (artists[a.artist]?.popularity ?? -1));
}

function Quality({ world: { catalogue } }: { world: World }): JSX.Element {
  const { map } = catalogue;
  if (!map)
    return (
      <p>
        This run has no map: too few artists were compared, or an older version made it. The list leads to all
        of them.
      </p>
    );
  const { k, kept, trustworthiness, artists } = map;
  return (
    <p class="quality">
      A dot is an artist, and those that sound alike lie together. The map shows {trust(trustworthiness)} who
      does, not all of it: of an artist's {count(k)} true nearest, <strong>{percent(kept)}</strong> are among
      its {count(k)} nearest here; trustworthiness <strong>{figure(trustworthiness)}</strong> of 1, over{' '}
      {counted(artists, 'artist')}. Lines lead to the true nearest.
    </p>
  );
}

function Canvas(props: {
  world: World;
  points: readonly Point[];
  picture: Picture;
  onView(artists: number[]): void;
}): JSX.Element {
  const { world, points, picture, onView } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = useRef<MapCanvas | undefined>(undefined);
  const [hovered, setHovered] = useState<number | null>(null);
  const [isRefused, setRefused] = useState(false);
  const nameOf = (artist: number | null) => world.catalogue.artists[artist ?? -1]?.name;
  useEffect(() => {
    map.current = new MapCanvas(canvas.current as HTMLCanvasElement, points, picture, {
      hovered: setHovered,
      selected: (artist) => goTo('map', world.catalogue.artists[artist]?.id),
      viewed: onView,
      refused: setRefused,
    });
    return () => map.current?.close();
  }, [points]);
  useEffect(() => map.current?.show(picture));
  const { selected, path } = picture;
  useEffect(() => {
    if (path.length > 1) map.current?.frame(path);
    else if (selected !== null)
      map.current?.centre(selected, world.catalogue.artists[selected]?.nearest ?? []);
  }, [selected, path.join()]);
  return (
    <div class="canvas">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it takes keys of its own, which the role says */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label="Map of the artists"
        aria-describedby="map-help"
      />
      <p class="hovered" role="status" title={nameOf(hovered)}>
        {nameOf(hovered) ?? ''}
      </p>
      {isRefused && (
        <p class="fingers" aria-hidden="true">
          Two fingers move the map
        </p>
      )}
      <div class="zoom">
        <button type="button" onClick={() => map.current?.scale(1.6)} aria-label="Zoom in">
          +
        </button>
        <button type="button" onClick={() => map.current?.scale(1 / 1.6)} aria-label="Zoom out">
          −
        </button>
        <button type="button" onClick={() => map.current?.reset()} aria-label="Show the whole map">
          ⤢
        </button>
      </div>
      <p id="map-help" class="quiet">
        <span class="bymouse">{KEYS}</span>
        <span class="bytouch">{FINGERS}</span>
      </p>
    </div>
  );
}
