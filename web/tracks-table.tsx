import type { JSX } from 'preact';
import type { ExploredTracks } from '../core/explore.ts';
import { count, counted, featureValue, UNKNOWN } from './format.ts';
import { Out, Table } from './parts.tsx';
import { featureName } from './words.ts';
import type { World } from './world.ts';

/** The tracks behind an artist's means, with their features. */
export function TracksTable({ tracks, world }: ExploredTracks & { world: World }): JSX.Element {
  if (tracks.length === 0) return <p>No tracks of this artist are known.</p>;
  const features = world.catalogue.features.map(({ name }) => name);
  return (
    <Table
      caption={counted(tracks.length, 'track')}
      head={['Track', 'Popularity', ...features.map(featureName), 'Features from']}
    >
      {tracks.map(({ id, name, url, popularity, features: values, source }) => (
        <tr key={id}>
          <th scope="row" class="long" title={name ?? id}>
            <Out href={url}>{name ?? id}</Out>
          </th>
          <td>{count(popularity)}</td>
          {features.map((feature) => (
            <td key={feature}>{featureValue(feature, values[feature] ?? null)}</td>
          ))}
          <td>{source ?? UNKNOWN}</td>
        </tr>
      ))}
    </Table>
  );
}
