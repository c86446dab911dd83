import type { JSX } from 'preact';
import type { NamedArtist } from '../core/events.ts';
import type { DriftResult, PublishedDay } from '../core/explore.ts';
import type { ViewProps } from './app.tsx';
import { counted, day, figure, percent } from './format.ts';
import { ArtistLink, Bar, Heading, Told } from './parts.tsx';
import { Picker } from './picker.tsx';
import { changeTo, goTo } from './route.ts';
import { Answered, question, useAnswer } from './server.tsx';
import { artistOf, type World } from './world.ts';

/** What became of an artist between two days. */
export function TimeView({ world, ids: [id, ...days] }: ViewProps): JSX.Element {
  const name = artistOf(world, id)?.name;
  return (
    <>
      <Heading>{name ? `${name} through time` : 'Through time'}</Heading>
      <div class="pickers">
        <Picker
          key={id}
          world={world}
          label="Artist"
          isLabelled
          value={name ?? ''}
          onPick={(artist) => goTo('time', artist.id, ...days)}
        />
      </div>
      <Days world={world} id={id} days={days} />
    </>
  );
}

interface DaysProps {
  world: World;
  id: string | undefined;
  /** From and to, as the hash names them: by default the last two. */
  days: string[];
}

function Days({ world, id, days }: DaysProps): JSX.Element {
  const dates = [...new Set(world.catalogue.days.map(({ date }) => date))];
  const [from = dates[1] ?? '', to = dates[0] ?? ''] = days;
  const [first = '', second = ''] = [from, to].sort();
  const drift = useAnswer<DriftResult>(
    id && first !== '' && first !== second
      ? question('drift', { artist: id, from: first, to: second })
      : null,
  );
  if (dates.length < 2)
    return (
      <p>
        Only one day has been published. When another is (<code>npx soundalike run --date …</code>), this
        tells what has changed.
      </p>
    );
  if (!id) return <p>Choose an artist.</p>;
  return (
    <>
      <div class="pickers">
        <DayChoice
          label="From"
          value={from}
          dates={dates}
          onChange={(date) => changeTo('time', id, date, to)}
        />
        <DayChoice
          label="To"
          value={to}
          dates={dates}
          onChange={(date) => changeTo('time', id, from, date)}
        />
      </div>
      {from === to ? (
        <p>Choose two different days.</p>
      ) : (
        <Answered answer={drift}>{(value) => <Drifted {...value} />}</Answered>
      )}
    </>
  );
}

function DayChoice(props: {
  label: string;
  value: string;
  dates: readonly PublishedDay['date'][];
  onChange(date: string): void;
}): JSX.Element {
  const { label, value, dates, onChange } = props;
  return (
    <label class="choice">
      {label}{' '}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {(dates.includes(value) ? dates : [value, ...dates]).map((date) => (
          <option key={date} value={date}>
            {day(date)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Drifted({ artist, from, to, ...drift }: DriftResult): JSX.Element {
  const { moved, gained, lost, compared, changed, changedByMoving, changedByRuler, rulerShare } = drift;
  return (
    <>
      <Told>
        What became of {artist.name} from {day(from.date)} to {day(to.date)}
      </Told>
      <p>
        Measured both times as on the first day, {artist.name} itself has moved by{' '}
        <strong>{figure(moved)}</strong>.
      </p>
      {moved === 0 && changed === 0 && <p>Nothing has changed between these days.</p>}
      {compared > 0 && (moved > 0 || changed > 0) && (
        <>
          <h2>What changed its distances</h2>
          <p>
            Its distances to {counted(compared, 'artist')} of both days have changed by{' '}
            <strong>{figure(changed)}</strong> on average: because artists have moved, and because the ruler,
            by which features are measured, is another with every day's tracks.
          </p>
          <dl class="shares">
            <dt>By moving, its own and the others'</dt>
            <dd>
              <Bar share={changedByMoving === 0 ? 0 : 1 - rulerShare} /> {figure(changedByMoving)}
            </dd>
            <dt>By the ruler alone</dt>
            <dd>
              <Bar share={rulerShare} kind="low" /> {figure(changedByRuler)} ({percent(rulerShare)} of both)
            </dd>
          </dl>
        </>
      )}
      <div class="columns">
        <Neighbours title="Now among its ten nearest" artists={gained} />
        <Neighbours title="No longer among its ten nearest" artists={lost} />
      </div>
    </>
  );
}

function Neighbours({ title, artists }: { title: string; artists: readonly NamedArtist[] }): JSX.Element {
  return (
    <section>
      <h2>{title}</h2>
      {artists.length === 0 ? (
        <p class="quiet">None.</p>
      ) : (
        <ul>
          {artists.map(({ id, name }) => (
            <li key={id}>
              <ArtistLink id={id} name={name} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
