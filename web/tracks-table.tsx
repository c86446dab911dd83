import type { JSX } from 'preact';
import type { ExploredTracks } from '../core/explore.ts';
import { count, counted, trackValue, UNKNOWN } from './format.ts';
import { Out, Table } from './parts.tsx';
import { featureName } from './words.ts';
import type { World } from './world.ts';

/** The tracks behind an artist's means, with their features. */
export function TracksTable({ tracks, world }: ExploredTracks & { world: World }): JSX.Element {
  if (tracks.length === 0) return <p>No tracks of this artist are known.</p>;
  const sources = [...new Set(tracks.flatMap(({ source }) => source ?? []))];
  // Where all come from one source, a column for it would only make the table wider.
  const from = sources.length === 1 ? `, features from ${sources[0]}` : '';
  const features = world.catalogue.features.map(({ name }) => name);
  return (
    <Table
      isDense
      caption={`${counted(tracks.length, 'track')}${from}`}
      head={['Track', 'Popularity', ...features.map(featureName), ...(from ? [] : ['Features from'])]}
    >
      {tracks.map(({ id, name, url, popularity, features: values, source }) => (
        <tr key={id}>
          <th scope="row" class="long" title={name ?? id}>
            <Out href={url}>{name ?? id}</Out>
          </th>
          <td>{count(popularity)}</td>
          {features.map((feature) => (
            <td key={feature}>{trackValue(feature, values[feature] ?? null)}</td>
          ))}
          {!from && <td>{source ?? UNKNOWN}</td>}
        </tr>
      ))}
    </Table>
  );
}
