import type { Dropped } from '../events.ts';
import { type Content, type Html, html } from './html.ts';

/** A few facts, each with its name. */
export const facts = (all: Readonly<Record<string, Content>>): Html =>
  html`<dl>${Object.entries(all).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>`;

/** A table whose first column names the row; it scrolls by itself where the screen is narrow. */
export const table = (
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly Content[])[],
): Html => html`<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
  ([first = null, ...others]) =>
    html`<tr><th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>\n`,
)}</tbody>
</table></div>`;

/** Artists that are missing, and why. */
export function droppedList({
  dropped,
  droppedCount,
}: {
  dropped: readonly Dropped[];
  droppedCount: number;
}): Content {
  if (droppedCount === 0) return html`<p>Nobody is missing.</p>`;
  const caption = `${droppedCount} missing${dropped.length < droppedCount ? `, the first ${dropped.length}` : ''}`;
  return table(
    caption,
    ['artist', 'id', 'reason'],
    dropped.map(({ name, id, reason }) => [name, id, reason]),
  );
}
