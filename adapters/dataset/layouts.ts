import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEATURES } from '../../core/features.ts';
import rowsSql from '../../sql/duckdb/import_rows.sql' with { type: 'text' };

/** A kind of table: which columns it has, and the statement that reads its rows (docs/datasets.md). */
export interface Layout {
  name: string;
  /** The statement, from the view `given`. */
  sql: string;
  /** The names under which a file may have each column. */
  columns: ReadonlyMap<string, readonly string[]>;
  /** Columns that the file must have, of each list one. */
  needs: readonly (readonly string[])[];
  /** Columns that the file must not have. */
  without: readonly string[];
}

/** A layout with the place of each column in a file, from 0. */
export interface MappedLayout {
  layout: Layout;
  places: ReadonlyMap<string, number>;
}

/** What the statements of all layouts have as input, with the names under which a file may have it. */
const COLUMNS = columnsIn(rowsSql);
const FOLDER = join(import.meta.dirname, '../../sql/layouts');

/** Every layout, in the order of their names. */
export const LAYOUTS: readonly Layout[] = readdirSync(FOLDER)
  .sort()
  .map((file) => layoutOf(readFileSync(join(FOLDER, file), 'utf8')));

/** The layout that needs the most columns of those that a header suits; undefined where it suits none. */
export function layoutOfHeader(header: readonly string[]): MappedLayout | undefined {
  return LAYOUTS.map((layout) => ({ layout, places: placesOf(layout, header) }))
    .filter(({ layout, places }) => missingFrom(layout, places).length === 0)
    .filter(({ layout, places }) => !layout.without.some((column) => places.has(column)))
    .reduce<MappedLayout | undefined>(
      (best, next) => (best && best.layout.needs.length >= next.layout.needs.length ? best : next),
      undefined,
    );
}

/** The layout that lacks the fewest columns, and these, each as the names that it may have. */
export function nearestLayout(header: readonly string[]): { name: string; missing: string[] } {
  const [nearest] = LAYOUTS.map((layout) => ({
    name: layout.name,
    missing: missingFrom(layout, placesOf(layout, header)).map((any) => namesOf(layout, any)),
    needs: layout.needs.length,
  })).sort((a, b) => a.missing.length / a.needs - b.missing.length / b.needs || b.needs - a.needs);
  return nearest as { name: string; missing: string[] };
}

/** A layout with the names of the columns that it needs, for the message that lists the layouts. */
export const looksOf = (layout: Layout): string =>
  `${layout.name} (${layout.needs
    .filter(([column]) => !FEATURES.slice(1).some((feature) => feature === column))
    .map((any) => (any[0] === FEATURES[0] ? `${FEATURES[0]}, …` : namesOf(layout, any)))
    .join(', ')})`;

const namesOf = ({ columns }: Layout, any: readonly string[]): string =>
  any.flatMap((column) => columns.get(column)?.map((name) => name.replaceAll(' ', '_')) ?? []).join(' or ');

const missingFrom = ({ needs }: Layout, places: ReadonlyMap<string, number>): (readonly string[])[] =>
  needs.filter((any) => !any.some((column) => places.has(column)));

function placesOf({ columns }: Layout, header: readonly string[]): Map<string, number> {
  const folded = header.map(fold);
  const places = new Map<string, number>();
  for (const [column, names] of columns) {
    const name = names.map(fold).find((name) => folded.includes(name));
    if (name !== undefined) places.set(column, folded.indexOf(name));
  }
  return places;
}

/** `Artist Name(s)`, `artist_names` and `artistNames` are one name. */
const fold = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function layoutOf(sql: string): Layout {
  const listed = (what: string): string[] =>
    new RegExp(`^-- ${what}: (.*)$`, 'm').exec(sql)?.[1]?.split(/\s*,\s*/) ?? [];
  return {
    name: listed('Layout')[0] as string,
    sql,
    columns: new Map([...COLUMNS, ...columnsIn(sql)]),
    needs: listed('Needs')
      .flatMap((column): readonly string[] => (column === 'features' ? FEATURES : [column]))
      .map((column) => column.split(' or ')),
    without: listed('Without'),
  };
}

function columnsIn(sql: string): Map<string, string[]> {
  const lines = sql.matchAll(/^-- Column (\w+):(.*)$/gm);
  return new Map(
    [...lines].map(([, column = '', names = '']) => [
      column,
      names.split('|').flatMap((name) => name.trim() || []),
    ]),
  );
}
