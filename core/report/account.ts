import type { CollectResult, ImportResult } from '../events.ts';
import type { Run } from '../ports.ts';
import { percent } from './figures.ts';
import { type Content, html } from './html.ts';
import { droppedList, facts, table } from './parts.ts';

/** What the day is made of: the accounts of its collections and imports that are done, the last first. */
export function accountOf(runs: readonly Run[]): Content {
  const done = runs.filter(({ status, summary }) => status === 'done' && summary !== null).reverse();
  const accounts = done.flatMap((run) => {
    const result: unknown = JSON.parse(run.summary as string);
    // An older version may have told less.
    if (run.kind === 'collection') return [heading(run), collected(result as Partial<CollectResult>)];
    if (run.kind === 'import') return [heading(run), imported(result as Partial<ImportResult>)];
    return [];
  });
  return accounts.length > 0 ? accounts : html`<p>No collection and no import of this day is kept.</p>`;
}

const heading = ({ id, kind, started_at, finished_at }: Run): Content =>
  html`<h3>${kind} ${id}</h3>
<p>From ${time(started_at)} to ${finished_at === null ? 'now' : time(finished_at)}.</p>
`;

const time = (iso: string): Content => html`<time datetime="${iso}">${iso}</time>`;

function collected(result: Partial<CollectResult>): Content {
  const { artists, coverage, sources, dropped = [], droppedCount = 0, warnings = [] } = result;
  return [
    facts({
      'artists asked': artists?.asked ?? '–',
      collected: artists?.collected ?? '–',
      coverage: coverage === undefined ? '–' : percent(coverage),
      tracks: result.tracks ?? '–',
      'tracks with features': result.features ?? '–',
      requests: result.requests ?? '–',
      retries: result.retries ?? '–',
      dropped: droppedCount,
    }),
    sources
      ? table(
          'Where the rows come from',
          ['source', 'what', 'rows'],
          Object.entries(sources).flatMap(([what, counts]) =>
            Object.entries(counts as Record<string, number>).map(([source, rows]) => [source, what, rows]),
          ),
        )
      : null,
    warnings.map((warning) => html`<p>${warning}</p>\n`),
    droppedCount > 0 ? droppedList({ dropped, droppedCount }) : null,
  ];
}

function imported(result: Partial<ImportResult>): Content {
  const { files = [], rejected = [], rejectedCount = 0 } = result;
  return [
    facts({
      artists: result.artists ?? '–',
      tracks: result.tracks ?? '–',
      'tracks with features': result.features ?? '–',
      playlists: result.playlists ?? '–',
      'rejected rows': rejectedCount,
    }),
    table(
      'Files',
      ['file', 'layout', 'rows'],
      files.map(({ path, layout, rows }) => [path, layout, rows]),
    ),
    rejectedCount > 0
      ? table(
          `${rejectedCount} rejected rows${rejected.length < rejectedCount ? `, the first ${rejected.length}` : ''}`,
          ['file', 'line', 'reason'],
          rejected.map(({ file, line, reason }) => [file, line, reason]),
        )
      : null,
  ];
}
