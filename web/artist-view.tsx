import type { JSX } from 'preact';
import type { SimilarResult } from '../core/events.ts';
import type { ExploredArtist, ExploredTracks } from '../core/explore.ts';
import type { ViewProps } from './app.tsx';
import { featureColour } from './colours.ts';
import { count, counted, day, featureValue, figure, percent } from './format.ts';
import { useKept } from './going-back.ts';
import { ArtistLink, Bar, Heading, Newer, Out, Table, Told } from './parts.tsx';
import { hrefOf } from './route.ts';
import { Answered, question, useAnswer } from './server.tsx';
import { TracksTable } from './tracks-table.tsx';
import { featureName, reasonWords, sureness } from './words.ts';
import { artistOf, type World } from './world.ts';

type Neighbour = SimilarResult['neighbours'][number];

const FIRST = 10;
const MORE = 100;

/** An artist: who sounds alike, why, how sure that is, and the tracks that this rests on. */
export function ArtistView({ world, ids: [id = ''] }: ViewProps): JSX.Element {
  const artist = artistOf(world, id);
  if (!artist)
    return (
      <>
        <Heading>No such artist</Heading>
        <p>
          The catalogue of {day(world.catalogue.date)} has no artist of this id. Search for another by name.
        </p>
      </>
    );
  // A view of its own for each artist: what was opened in one is closed in the next.
  return <Shown key={id} artist={artist} world={world} />;
}

function Shown({ artist, world }: { artist: ExploredArtist; world: World }): JSX.Element {
  const { id } = artist;
  const tracks = useAnswer<ExploredTracks>(question('tracks', { artist: id }));
  return (
    <>
      <Heading>{artist.name}</Heading>
      <About artist={artist} />
      <h2>Sounds like</h2>
      {artist.nearest.length > 0 ? (
        <Neighbours id={id} world={world} />
      ) : (
        <p>No other artist was compared with this one.</p>
      )}
      <h2>The tracks behind it</h2>
      <Answered answer={tracks}>{(value) => <TracksTable {...value} world={world} />}</Answered>
    </>
  );
}

function Neighbours({ id, world }: { id: string; world: World }): JSX.Element {
  const [limit, setLimit] = useKept('limit', FIRST);
  const similar = useAnswer<SimilarResult>(question('similar', { artist: id, limit }));
  const isMore = limit === FIRST && world.catalogue.artists.length > FIRST + 1;
  return (
    <Answered answer={similar} room="100vh">
      {({ neighbours, warnings, run }) => (
        <>
          <Newer run={run} world={world} />
          <Warnings warnings={warnings} />
          <Told>{counted(neighbours.length, 'neighbour')}</Told>
          <Legend neighbours={neighbours} />
          <ol class="neighbours">
            {neighbours.map((neighbour) => (
              <NeighbourItem key={neighbour.id} of={id} neighbour={neighbour} world={world} />
            ))}
          </ol>
          {isMore && neighbours.length === FIRST && (
            <button type="button" onClick={() => setLimit(MORE)}>
              More neighbours
            </button>
          )}
        </>
      )}
    </Answered>
  );
}

function About({ artist: { id, url, genres, popularity, tracks } }: { artist: ExploredArtist }): JSX.Element {
  return (
    <>
      {genres.length > 0 && (
        <ul class="chips" aria-label="Genres">
          {genres.map((genre) => (
            <li key={genre}>{genre}</li>
          ))}
        </ul>
      )}
      <p class="quiet">
        {counted(tracks, 'track')} with audio features
        {popularity !== null && ` · popularity ${count(popularity)}`}
      </p>
      <p class="links">
        <a href={hrefOf('map', id)}>On the map</a>
        <a href={hrefOf('pair', id)}>Beside another</a>
        <a href={hrefOf('time', id)}>Through time</a>
        {url && <Out href={url}>Spotify</Out>}
      </p>
    </>
  );
}

/** What a user should know, a sentence each. */
export function Warnings({ warnings }: { warnings: readonly string[] }): JSX.Element | null {
  if (warnings.length === 0) return null;
  return (
    <ul class="warnings" aria-label="Warnings">
      {warnings.map((warning) => (
        <li key={warning}>{warning}</li>
      ))}
    </ul>
  );
}

function Legend({ neighbours }: { neighbours: readonly Neighbour[] }): JSX.Element | null {
  const features = neighbours[0]?.reasons.map(({ feature }) => feature) ?? [];
  if (features.length === 0) return null;
  features.sort((a, b) => (featureName(a) < featureName(b) ? -1 : 1));
  return (
    <>
      <p class="quiet">
        The nearest first. Loud means among the loudest third here, quiet among the quietest, and so on. Sure
        means still among the nearest when the tracks of both are drawn anew, in so many of a hundred draws.
      </p>
      <p class="legend quiet">
        The striped bar is what each distance is made of:{' '}
        {features.map((feature) => (
          <span key={feature} class="key">
            <span class="swatch" style={{ background: featureColour(feature) }} aria-hidden="true" />
            {featureName(feature)}
          </span>
        ))}
      </p>
    </>
  );
}

function NeighbourItem(props: { of: string; neighbour: Neighbour; world: World }): JSX.Element {
  const { of, neighbour, world } = props;
  const { id, name, url, rank, distance, confidence, reasons } = neighbour;
  return (
    <li>
      <span class="rank">{rank}</span>
      <div class="who">
        <ArtistLink id={id} name={name} />
        <p>{reasonWords(reasons, distance, world)}</p>
      </div>
      <div class="measures">
        <span>distance </span>
        <strong>{figure(distance)}</strong>
        {confidence === null ? (
          <span class="quiet whole">sureness not computed</span>
        ) : (
          <>
            <Bar share={confidence} kind={confidence < 0.5 ? 'low' : ''} />
            <span>
              {sureness(confidence)} ({percent(confidence)})
            </span>
          </>
        )}
      </div>
      <div class="stack" aria-hidden="true">
        {reasons.map(({ feature, share }) => (
          <span
            key={feature}
            title={`${featureName(feature)}: ${percent(share)}`}
            style={{ flexGrow: share, background: featureColour(feature) }}
          />
        ))}
      </div>
      <details>
        <summary>
          Feature by feature<span class="unseen"> with {name}</span>
        </summary>
        <Table
          caption={`Why ${name}`}
          head={['Feature', 'This artist', 'The other', 'Share of the distance']}
        >
          {reasons.map(({ feature, share, a, b }) => (
            <tr key={feature}>
              <th scope="row">{featureName(feature)}</th>
              <td>{featureValue(feature, a)}</td>
              <td>{featureValue(feature, b)}</td>
              <td>
                <Bar share={share} /> {percent(share)}
              </td>
            </tr>
          ))}
        </Table>
        <p class="links">
          <a href={hrefOf('pair', of, id)}>Side by side</a>
          {url && <Out href={url}>Spotify</Out>}
        </p>
      </details>
    </li>
  );
}
