import type { JSX } from 'preact';
import type { SimilarResult } from '../core/events.ts';
import type { ExploredPath } from '../core/explore.ts';
import { counted, figure } from './format.ts';
import { Newer } from './parts.tsx';
import { Picker } from './picker.tsx';
import { goTo, hrefOf } from './route.ts';
import { Answered, question, useAnswer } from './server.tsx';
import { artistOf, type World } from './world.ts';

/** The artists to begin a walk with: those in view, the best known first; undefined where there is no map. */
export function InView({ world, viewed }: { world: World; viewed: number[] | undefined }): JSX.Element {
  const { artists } = world.catalogue;
  const shown = viewed ? viewed.flatMap((place) => artists[place] ?? []) : artists.slice(0, 100);
  return (
    <>
      <h2 tabIndex={-1}>{viewed ? 'In view' : 'Artists'}</h2>
      <p class="quiet">Choose one to walk from, here or on the map.</p>
      <ol class="walk">
        {shown.map(({ id, name }) => (
          <li key={id}>
            <a class="name" href={hrefOf('map', id)} title={name}>
              {name}
            </a>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Neighbours to walk on to. */
const WALKED = 10;

interface WalkProps {
  world: World;
  id: string;
  to: string | undefined;
  path: ReturnType<typeof useAnswer<ExploredPath>>;
}

/** Where one can go from an artist: to its true neighbours, or on a path to another. */
export function Walk({ world, id, to, path }: WalkProps): JSX.Element {
  const artist = artistOf(world, id);
  const name = artist?.name ?? id;
  return (
    <>
      <h2 class="long" title={name} tabIndex={-1}>
        {name}
      </h2>
      <p class="links">
        <a href={hrefOf('artist', id)}>Why, and its tracks</a>
        <a href={hrefOf('map')}>Back to all artists</a>
      </p>
      <h3>Walk on to a neighbour</h3>
      {artist?.nearest.length === 0 ? (
        <p>No other artist was compared with this one.</p>
      ) : (
        <WalkOn id={id} world={world} />
      )}
      <h3>A path through near artists</h3>
      <Picker
        world={world}
        label="Path to"
        isLabelled
        value={artistOf(world, to)?.name ?? ''}
        onPick={(artist) => goTo('map', id, artist.id)}
      />
      {to && <Answered answer={path}>{(value) => <Path {...value} />}</Answered>}
    </>
  );
}

function WalkOn({ id, world }: { id: string; world: World }): JSX.Element {
  const similar = useAnswer<SimilarResult>(question('similar', { artist: id, limit: WALKED }));
  const lines = Math.min(WALKED, world.catalogue.artists.length - 1);
  return (
    <Answered answer={similar} room={`${lines}lh`}>
      {({ neighbours, run }) => (
        <>
          <Newer run={run} world={world} />
          <ol class="walk">
            {neighbours.map((other) => (
              <li key={other.id}>
                <a class="name" href={hrefOf('map', other.id)} title={other.name}>
                  {other.name}
                </a>
                <span class="quiet">{figure(other.distance)}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Answered>
  );
}

function Path({ steps, total }: ExploredPath): JSX.Element {
  if (steps.length === 0) return <p>No path leads there through near artists.</p>;
  return (
    <>
      <p role="status">
        {counted(steps.length - 1, 'step')}, together {figure(total)}
      </p>
      <ol class="walk path">
        {steps.map(({ id, name, distance }, place) => (
          <li key={id}>
            <a class="name" href={hrefOf('artist', id)} title={name}>
              {name}
            </a>
            {place > 0 && <span class="quiet">+ {figure(distance)}</span>}
          </li>
        ))}
      </ol>
    </>
  );
}
