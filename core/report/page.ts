import type { NamedArtist } from '../events.ts';
import type { Run } from '../ports.ts';
import { accountOf } from './account.ts';
import type { Compared } from './compared.ts';
import { figure, percent } from './figures.ts';
import { type Content, Html, html } from './html.ts';
import { mapFigure } from './map-figure.ts';
import { droppedList, facts, table } from './parts.ts';
import { STYLE } from './style.ts';

/** Nothing is loaded or run; the picture of a large map stands in the page. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * The page of a run, whole: a file that needs nothing else. `runs` are the day's; `picture` is the PNG of the map as
 * base64, null where there is no map. Every number comes from a run's result.
 */
export function pageOf(
  { result, artists, map }: Compared,
  runs: readonly Run[],
  picture: string | null,
): string {
  const title = `Soundalike: ${result.date}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${
    result.published
      ? 'This run was published: it is what everybody is served.'
      : 'This run was not published: everybody is served the last good one.'
  }</p>
${result.warnings.length > 0 ? section('Warnings', list(result.warnings)) : null}
${section('The run', theRun(result))}
${section('Map', map && picture !== null ? mapFigure(map, artists, picture) : html`<p>There is no map of this run.</p>`)}
${section('Closest pairs', pairs(result))}
${section('Score card', scoreCard(result))}
${section('Artists of several styles', severalStyles(result))}
${section('The day', accountOf(runs))}
${section('Not compared', droppedList(result))}
${section(
  'Look closer',
  html`<p>The explorer shows every artist's neighbours, and why.</p>
<pre tabindex="0" aria-label="Commands">npx soundalike explore
npx soundalike explore --stack &lt;name of the stack&gt;</pre>`,
)}
</main>
</body>
</html>
`;
  return page.text;
}

const section = (title: string, content: Content): Html => html`<section>
<h2>${title}</h2>
${content}
</section>`;

const list = (items: readonly Content[]): Html =>
  html`<ul>${items.map((item) => html`<li>${item}</li>\n`)}</ul>`;

function theRun(result: Compared['result']): Content {
  const whose = result.ruler === null ? "the day's own" : `of ${result.ruler}`;
  const ranges = Object.entries(result.ranges).map(([feature, { min, max }]) => [
    feature,
    figure(min),
    figure(max),
  ]);
  return [
    facts({
      run: result.run ?? 'none: nothing was written',
      method: result.method,
      artists: result.artists,
      coverage: percent(result.coverage),
      neighbours: result.neighbours === 'all' ? 'all of each' : `${result.neighbours} of each`,
      pairs: result.pairs,
      features: result.features.join(', '),
      ruler: whose,
      ...(result.weight === null ? {} : { 'weight of playlists': result.weight }),
    }),
    ranges.length > 0
      ? table(`Ranges of the ruler, ${whose}`, ['feature', 'smallest', 'largest'], ranges)
      : null,
  ];
}

function pairs({ nearest }: Compared['result']): Content {
  if (nearest.length === 0) return html`<p>None were named.</p>`;
  return table(
    'The smaller the distance, the more they sound alike',
    ['artist', 'and', 'distance'],
    nearest.map(({ artist, y_artist, distance }) => [link(artist), link(y_artist), figure(distance)]),
  );
}

/** Only addresses of the web are links. */
const link = ({ name, url }: NamedArtist): Content =>
  url !== null && /^https?:\/\//.test(url) ? html`<a href="${url}">${name}</a>` : name;

function scoreCard({ scores }: Compared['result']): Content {
  if (scores.length === 0)
    return html`<p>Nothing is known of the artists by which a run could be scored.</p>`;
  return table(
    'How well the neighbours agree with what else is known, with the 95 % interval, beside chance and popularity',
    ['measure', 'value', 'interval', 'by chance', 'by popularity', 'artists'],
    scores.map(({ name, k, value, low, high, random, popularity, artists }) => [
      `${name} at ${k}`,
      figure(value),
      `[${figure(low)}, ${figure(high)}]`,
      figure(random),
      figure(popularity),
      artists,
    ]),
  );
}

function severalStyles({ severalStyles: several }: Compared['result']): Content {
  if (several.length === 0) return html`<p>None were found.</p>`;
  return [
    html`<p>Their tracks lie so far apart that one list of neighbours does not do for them; 1 is usual.</p>`,
    table(
      'The first 100',
      ['artist', 'spread'],
      several.map(({ name, spread }) => [name, figure(spread)]),
    ),
  ];
}
