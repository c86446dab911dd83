import type { JSX } from 'preact';
import type { ExploredPair } from '../core/explore.ts';
import type { ViewProps } from './app.tsx';
import { featureValue, figure, percent } from './format.ts';
import { Histogram } from './histogram.tsx';
import { ArtistLink, Heading, Table, Told } from './parts.tsx';
import { Picker } from './picker.tsx';
import { goTo } from './route.ts';
import { Answered, question, useAnswer } from './server.tsx';
import { featureName } from './words.ts';
import { artistOf, type World } from './world.ts';

/** Two artists side by side, against the whole catalogue. */
export function PairView({ world, ids: [a, b] }: ViewProps): JSX.Element {
  const pair = useAnswer<ExploredPair>(a && b ? question('pair', { a, b }) : null);
  const [nameA, nameB] = [artistOf(world, a)?.name, artistOf(world, b)?.name];
  return (
    <>
      <Heading>{nameA && nameB ? `${nameA} and ${nameB}` : 'Two artists side by side'}</Heading>
      <div class="pickers">
        <Picker
          key={`a ${a}`}
          world={world}
          label="First artist"
          isLabelled
          value={nameA ?? ''}
          onPick={({ id }) => goTo('pair', id, b)}
        />
        <Picker
          key={`b ${b}`}
          world={world}
          label="Second artist"
          isLabelled
          value={nameB ?? ''}
          onPick={({ id }) => (a ? goTo('pair', a, id) : goTo('pair', id))}
        />
      </div>
      {a && b ? (
        <Answered answer={pair}>{(value) => <Compared {...value} world={world} />}</Answered>
      ) : (
        <p>Choose two artists to see them feature by feature against the whole catalogue.</p>
      )}
    </>
  );
}

function Compared({ a, b, distance, features, world }: ExploredPair & { world: World }): JSX.Element {
  // Keys go round, and the mean of B and C would be an F: so it is shown only where it was compared.
  const shown = features.filter(({ name }) => name !== 'key' || world.catalogue.compared.includes(name));
  return (
    <>
      <Told>
        {a.name} and {b.name} compared
      </Told>
      <p>
        {distance === null ? (
          'Neither is among the neighbours of the other.'
        ) : (
          <>
            Distance <strong>{figure(distance)}</strong>.
          </>
        )}{' '}
        The grey bars are all artists, the marks are these two.
      </p>
      <p class="legend">
        <span class="key">
          <span class="mark a" aria-hidden="true" /> <ArtistLink {...a} />
        </span>
        <span class="key">
          <span class="mark b" aria-hidden="true" /> <ArtistLink {...b} />
        </span>
      </p>
      <div class="histograms">
        {shown.map(({ name, a, b, histogram }) => (
          <figure key={name}>
            <figcaption>{featureName(name)}</figcaption>
            <Histogram {...histogram} marks={[a, b]} />
            <div class="ends" aria-hidden="true">
              <span>{featureValue(name, histogram.min)}</span>
              <span>{featureValue(name, histogram.max)}</span>
            </div>
          </figure>
        ))}
      </div>
      <Table
        caption="Feature by feature"
        head={['Feature', a.name, 'Artists below that', b.name, 'Artists below that']}
      >
        {shown.map((feature) => (
          <tr key={feature.name}>
            <th scope="row">{featureName(feature.name)}</th>
            <td>{featureValue(feature.name, feature.a)}</td>
            <td>{percent(feature.belowA)}</td>
            <td>{featureValue(feature.name, feature.b)}</td>
            <td>{percent(feature.belowB)}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
