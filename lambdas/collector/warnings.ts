import type { Dropped } from '../../core/events.ts';
import type { ItemFailure } from '../../core/source-health.ts';
import type { Day } from './day.ts';
import type { Harvest } from './harvest.ts';

/** How many items a warning names. */
const NAMED = 3;

/** Why an artist is missing for whom Spotify fails alone. */
export const unavailable = (
  id: string,
  { message }: ItemFailure,
): Required<Pick<Dropped, 'reason' | 'detail' | 'remedy'>> => ({
  reason: 'unavailable',
  detail: message,
  remedy: `the next collection asks for it again; if this lasts, take it out: soundalike artists remove ${id}`,
});

/** What a user should know of a collection that is done in spite of single items, a sentence each. */
export function warningsOf(day: Day, harvest: Harvest, unread: number): string[] {
  const warnings: string[] = [];
  const failed = [...harvest.unavailable].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [id, failure] of failed.slice(0, NAMED)) {
    const { name } = day.artists.find((artist) => artist.id === id) ?? {};
    const { detail, remedy } = unavailable(id, failure);
    warnings.push(
      `Spotify fails for ${name ?? id} alone, whose tracks are not all there: ${detail}; ${remedy}`,
    );
  }
  if (failed.length > NAMED) {
    warnings.push(`Spotify fails for ${failed.length - NAMED} more artists alone (see dropped)`);
  }
  for (const [source, ids] of harvest.failed) {
    const others = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : '';
    const named = ids.slice(0, NAMED).join(', ');
    warnings.push(
      `${source} fails for single tracks, for which the next source was asked: ${named}${others}`,
    );
  }
  for (const [source, values] of harvest.refused) {
    const others = values.length > NAMED ? ` and ${values.length - NAMED} more` : '';
    const named = values.slice(0, NAMED).join(', ');
    warnings.push(`${source} gives values outside their bounds, which count as unknown: ${named}${others}`);
  }
  if (unread > 0) {
    warnings.push(
      `${unread} of the items in the services' answers could not be read, or not in full: that counts as unknown`,
    );
  }
  return warnings;
}
