import type { JSX } from 'preact';
import type { CollectResult, Dropped, SimilarityResult } from '../core/events.ts';
import type { ExploredRun, ExploredRuns } from '../core/explore.ts';
import { Warnings } from './artist-view.tsx';
import { count, counted, day, dollars, figure, percent, time } from './format.ts';
import { Heading, Table, Told } from './parts.tsx';
import { Answered, useAnswer } from './server.tsx';
import { droppedBecause, featureName, list, measureName } from './words.ts';

/** What results of runs may have; those of other kinds have some of it. */
type Account = Partial<Omit<CollectResult, 'artists' | 'features'>> &
  Partial<Omit<SimilarityResult, 'artists' | 'features' | keyof CollectResult>> & {
    artists?: number | { asked: number; collected: number };
    features?: number | string[];
  };

/** The account of each run, and its score card. */
export function RunsView(): JSX.Element {
  const runs = useAnswer<ExploredRuns>('/api/runs');
  return (
    <>
      <Heading>Runs</Heading>
      <Answered answer={runs}>
        {({ runs }) => (
          <>
            <Told>{counted(runs.length, 'run')}</Told>
            {runs.length === 0 && (
              <p>
                Nothing has run yet in this data folder: <code>npm start</code>
              </p>
            )}
            {runs.map((run, place) => (
              <Run
                key={run.id}
                run={run}
                isOpen={runs.findIndex(({ kind }) => kind === run.kind) === place}
              />
            ))}
          </>
        )}
      </Answered>
    </>
  );
}

function Run({ run, isOpen }: { run: ExploredRun; isOpen: boolean }): JSX.Element {
  const { id, kind, date, status, startedAt, finishedAt, cost } = run;
  const account = (run.result ?? {}) as Account;
  return (
    <details class="run" open={isOpen}>
      <summary>
        <h2>
          {capital(kind)} of {day(date)}
        </h2>{' '}
        <span class={`status ${status}`}>{status}</span> <span class="quiet">{time(startedAt)}</span>
      </summary>
      <dl class="account">
        <Entry name="Run" value={id} isLong />
        <Entry name="Began" value={time(startedAt)} />
        {finishedAt && <Entry name="Ended" value={time(finishedAt)} />}
        {figures(account).map(([name, value]) => (
          <Entry key={name} name={name} value={value} isLong={value.length > SHORT} />
        ))}
        {cost !== null && <Entry name="Cost, about" value={dollars(cost)} />}
      </dl>
      {account.stopped && <p>{account.stopped}</p>}
      <Warnings warnings={[...(account.blocked ?? []), ...(account.warnings ?? [])]} />
      <SourcesTable sources={account.sources} />
      <DroppedTable dropped={account.dropped ?? []} all={account.droppedCount} />
      <ScoreCard scores={account.scores ?? []} />
    </details>
  );
}

/** Letters of a value that fits into a column. */
const SHORT = 30;

function Entry(props: { name: string; value: string; isLong?: boolean }): JSX.Element {
  const { name, value, isLong } = props;
  return (
    <div class={isLong ? 'wide' : ''}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const NAMES: Record<string, string> = {
  features: 'With features',
  droppedCount: 'Dropped',
  rejectedCount: 'Rejected',
  unknownCount: 'Not known',
  neighbours: 'Neighbours each',
  notSongs: 'No songs',
  weight: 'Weight of playlists',
};

/** What a result counts, in its own order; one of what `artists` were asked and collected tells both. */
function figures(account: Account): [name: string, value: string][] {
  const { artists, method, features, published, report } = account;
  const counts = Object.entries({ ...account, ...(typeof artists === 'object' ? artists : {}) }).flatMap(
    ([name, value]): [string, string][] => {
      if (name === 'coverage') return [[named(name), percent(value as number)]];
      return typeof value === 'number' || name === 'neighbours' ? [[named(name), said(value)]] : [];
    },
  );
  const compared = Array.isArray(features) ? list(features.map(featureName)) : undefined;
  return [
    ...counts,
    ...(typeof method === 'string' ? [['Method', method] as [string, string]] : []),
    ...(compared === undefined ? [] : [['Compared by', compared] as [string, string]]),
    ...(published === undefined ? [] : [['Published', published ? 'yes' : 'no'] as [string, string]]),
    ...(report ? [['Report, in the lake', report.page] as [string, string]] : []),
  ];
}

const said = (value: unknown): string =>
  typeof value !== 'number' ? String(value) : Number.isInteger(value) ? count(value) : figure(value);

const named = (name: string): string => NAMES[name] ?? capital(name).replace(/([a-z])([A-Z])/g, '$1 $2');

const capital = (word: string): string => word.replace(/^./, (letter) => letter.toUpperCase());

function SourcesTable({ sources }: { sources: Account['sources'] }): JSX.Element | null {
  const rows = Object.entries<Record<string, number>>({ ...sources }).flatMap(([what, counts]) =>
    Object.entries(counts).map(([source, rows]) => ({ what, source, rows })),
  );
  if (rows.length === 0) return null;
  return (
    <Table caption="Sources" head={['What', 'From', 'Rows']}>
      {rows.map(({ what, source, rows }) => (
        <tr key={`${what} ${source}`}>
          <th scope="row">{what}</th>
          <td>{source}</td>
          <td>{count(rows)}</td>
        </tr>
      ))}
    </Table>
  );
}

function DroppedTable({ dropped, all }: { dropped: readonly Dropped[]; all?: number }): JSX.Element | null {
  if (dropped.length === 0) return null;
  const more = all !== undefined && all > dropped.length ? `, the first of ${count(all)}` : '';
  return (
    <Table caption={`${counted(dropped.length, 'artist')} left out${more}`} head={['Artist', 'Why', 'Id']}>
      {dropped.map(({ id, name, reason }) => (
        <tr key={id}>
          <th scope="row" class="long" title={name}>
            {name}
          </th>
          <td>
            {droppedBecause(reason)} <code>{reason}</code>
          </td>
          <td>
            <code>{id}</code>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function ScoreCard({ scores }: { scores: SimilarityResult['scores'] }): JSX.Element | null {
  if (scores.length === 0) return null;
  return (
    <Table
      caption="Score card: how well the neighbours match what is known, beside chance and popularity"
      head={['Measure', 'Nearest', 'Value', '95 % interval', 'By chance', 'By popularity', 'Artists']}
    >
      {scores.map(({ name, k, value, low, high, random, popularity, artists }) => (
        <tr key={`${name} ${k}`}>
          <th scope="row">{measureName(name)}</th>
          <td>{count(k)}</td>
          <td>
            <strong>{figure(value)}</strong>
          </td>
          <td>
            <Interval value={value} low={low} high={high} random={random} /> {figure(low)} to {figure(high)}
          </td>
          <td>{figure(random)}</td>
          <td>{figure(popularity)}</td>
          <td>{count(artists)}</td>
        </tr>
      ))}
    </Table>
  );
}

/** From 0 to 1: the value on its interval, and chance as a tick. */
function Interval(props: { value: number; low: number; high: number; random: number }): JSX.Element {
  const { value, low, high, random } = props;
  return (
    <svg class="interval" viewBox="-4 0 128 16" aria-hidden="true">
      <line class="axis" x1={0} x2={120} y1={8} y2={8} />
      <line class="spread" x1={low * 120} x2={high * 120} y1={8} y2={8} />
      <line class="chance" x1={random * 120} x2={random * 120} y1={2} y2={14} />
      <circle cx={value * 120} cy={8} r={4} />
    </svg>
  );
}
