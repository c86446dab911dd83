import type { JSX } from 'preact';
import type { ExploredListening } from '../core/explore.ts';
import { count, counted, day, figure, songUrl, time, UNKNOWN } from './format.ts';
import { useKept } from './going-back.ts';
import { ArtistLink, Heading, Out, Table, Told } from './parts.tsx';
import { Answered, useAnswer } from './server.tsx';
import type { World } from './world.ts';

const FIRST = 25;

/** How a song was found, for people. */
const METHODS: Record<string, string> = {
  sound: 'it sounds alike',
  playlists: 'playlists put it in like places',
  items: 'it is in the same playlists',
};

/** What was heard, and what was recommended of it. */
export function ListeningView({ world }: { world: World | undefined }): JSX.Element {
  const listening = useAnswer<ExploredListening>('/api/listening');
  return (
    <>
      <Heading>Listening</Heading>
      <Answered answer={listening}>{(value) => <Listening {...value} world={world} />}</Answered>
    </>
  );
}

function Listening({ world, ...listening }: ExploredListening & { world: World | undefined }): JSX.Element {
  const { plays, days, gaps, recommended } = listening;
  return (
    <>
      <Told>{counted(plays.length, 'play')}</Told>
      <h2>To hear next</h2>
      {recommended ? (
        <Recommended {...recommended} />
      ) : (
        <p>
          Nothing has been recommended yet: <code>npx soundalike recommend</code>
        </p>
      )}
      <h2>Heard</h2>
      {plays.length === 0 ? (
        <p>
          Nothing has been heard yet: <code>npx soundalike login</code>, then{' '}
          <code>npx soundalike listen</code>
        </p>
      ) : (
        <>
          <Days days={days} />
          <Plays plays={plays} world={world} />
        </>
      )}
      <h2>Gaps</h2>
      {gaps.length === 0 ? (
        <p>No gaps are known in the history.</p>
      ) : (
        <>
          <p>Between these plays others may be missing, since Spotify tells only of the last 50.</p>
          <ul>
            {gaps.map(({ after, before }) => (
              <li key={after}>
                after {time(after)}, before {time(before)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Recommended({ date, songs }: NonNullable<ExploredListening['recommended']>): JSX.Element {
  if (songs.length === 0) return <p>On {day(date)} nothing could be recommended.</p>;
  return (
    <>
      <p class="quiet">
        Nearness is to the song that you heard, at most 1. The list is by score: how near a song is to all
        that you heard and that led to it, what you heard lately and often the most.
      </p>
      <Table
        caption={`Recommended on ${day(date)}`}
        head={['Song', 'By', 'Since you heard', 'How', 'Nearness', 'Score']}
      >
        {songs.map(({ id, name, artist, because, method, nearness, score }) => (
          <tr key={id}>
            <th scope="row" class="long" title={name}>
              <Out href={songUrl(id)}>{name}</Out>
            </th>
            <td class="long" title={artist}>
              {artist}
            </td>
            <td class="long" title={because.name}>
              {because.name}
            </td>
            <td>{METHODS[method] ?? method}</td>
            <td>{figure(nearness)}</td>
            <td>{figure(score)}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

const [WIDTH, HEIGHT] = [720, 90];
/** Days that have room at least, lest a few become blocks. */
const LEAST_DAYS = 30;

/** A bar a day that has plays; the same as a table below it. */
function Days({ days }: { days: ExploredListening['days'] }): JSX.Element | null {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return null;
  const dayOf = (date: string) => Date.parse(date) / 86_400_000;
  const step = WIDTH / Math.max(LEAST_DAYS, dayOf(last.date) - dayOf(first.date) + 1);
  const most = Math.max(...days.map(({ plays }) => plays));
  return (
    <figure class="days">
      <figcaption>
        Plays a day from {day(first.date)} to {day(last.date)}, at most {count(most)}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {days.map(({ date, plays }) => {
          const height = (plays / most) * HEIGHT;
          const x = (dayOf(date) - dayOf(first.date)) * step;
          return (
            <rect key={date} x={x} y={HEIGHT - height} width={step * 0.9} height={height}>
              <title>{`${day(date)}: ${counted(plays, 'play')}`}</title>
            </rect>
          );
        })}
      </svg>
      <details>
        <summary>Plays a day as a table</summary>
        <Table caption="Plays a day" head={['Day', 'Plays']}>
          {days.map(({ date, plays }) => (
            <tr key={date}>
              <th scope="row">{day(date)}</th>
              <td>{count(plays)}</td>
            </tr>
          ))}
        </Table>
      </details>
    </figure>
  );
}

function Plays({
  plays,
  world,
}: Pick<ExploredListening, 'plays'> & { world: World | undefined }): JSX.Element {
  const [isAll, showAll] = useKept('isAll', false);
  return (
    <>
      <Table caption="Last plays" head={['Song', 'By', 'When']}>
        {(isAll ? plays : plays.slice(0, FIRST)).map(({ playedAt, id, name, artist, artistId }) => (
          <tr key={`${playedAt} ${id}`}>
            <th scope="row" class="long" title={name ?? id}>
              <Out href={songUrl(id)}>{name ?? id}</Out>
            </th>
            <td class="long" title={artist ?? ''}>
              {artistId && artist && world?.places.has(artistId) ? (
                <ArtistLink id={artistId} name={artist} />
              ) : (
                (artist ?? UNKNOWN)
              )}
            </td>
            <td>{time(playedAt)}</td>
          </tr>
        ))}
      </Table>
      {!isAll && plays.length > FIRST && (
        <button type="button" onClick={() => showAll(true)}>
          All {count(plays.length)} of the last plays
        </button>
      )}
    </>
  );
}
