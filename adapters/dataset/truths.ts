import { CsvError, parse } from 'csv-parse/sync';
import { InvalidInputError } from '../../core/errors.ts';
import type { TruthName } from '../../core/ports.ts';
import { pythonList } from './python-list.ts';

/** What a column that names an artist is called, the most exact first. */
const ARTIST = ['artist_id', 'id', 'artist', 'artist_name', 'name'];
const GENRES = ['genres', 'genre'];

/**
 * The genres of artists as a CSV tells them, an artist a row or a row a genre: an artist (id or name), then genres, in
 * columns of their own, separated by `;` or `|`, or as a Python list. Where the first line names the columns, those of
 * the artist and the genres are taken. Throws `InvalidInputError` where it is no CSV.
 */
export function genresOf(text: string): [artist: string, genres: string[]][] {
  const { header, rows } = rowsOf(text, 'genres');
  const column = header.findIndex((name) => GENRES.includes(name));
  const genres = new Map<string, Set<string>>();
  for (const row of rows) {
    const [artist, ...others] = [
      row[artistColumn(header)],
      ...(column === -1 ? row.slice(1) : [row[column]]),
    ];
    if (!artist) continue;
    const own = genres.get(artist) ?? new Set();
    for (const genre of others.flatMap((cell = '') => pythonList(cell) ?? cell.split(/[;|]/))) {
      if (genre.trim() !== '') own.add(genre.trim());
    }
    genres.set(artist, own);
  }
  return [...genres].map(([artist, own]) => [artist, [...own]]);
}

/**
 * Pairs of artists that are known to be related, as a CSV tells them in its first two columns (ids or names), with or
 * without a line that names the columns. Throws `InvalidInputError` where it is no CSV.
 */
export function relatedOf(text: string): [string, string][] {
  return rowsOf(text, 'related artists').rows.flatMap(([a, b]): [string, string][] =>
    a && b && a !== b ? [[a, b]] : [],
  );
}

const EXPECTED = {
  genres: {
    line: 'an artist (id or name) and its genres',
    as: '"artist_id,genres", then "4Z8W4f…,art pop;trip hop"',
  },
  related: { line: 'two artists (ids or names)', as: '"artist_id,related_id", then "4Z8W4f…,4kIwET…"' },
} satisfies Record<TruthName, { line: string; as: string }>;

/** Throws `InvalidInputError` where a CSV of that kind tells nothing of anybody. */
export function checkTruth(name: TruthName, text: string): void {
  const isTold =
    name === 'genres' ? genresOf(text).some(([, own]) => own.length > 0) : relatedOf(text).length > 0;
  if (isTold) return;
  const { line, as } = EXPECTED[name];
  throw new InvalidInputError(
    `expected a CSV file with ${line} on a line, got none`,
    `write it as ${as}, with commas between the columns`,
  );
}

const artistColumn = (header: readonly string[]): number =>
  Math.max(0, header.indexOf(ARTIST.find((name) => header.includes(name)) ?? ''));

/** The rows; the first is a header where it names an artist's column and nothing that looks like data. */
function rowsOf(text: string, what: string): { header: string[]; rows: string[][] } {
  const rows = parseCsv(text, what);
  const [first = []] = rows;
  const header = first.map((name) => name.toLowerCase());
  return ARTIST.includes(header[0] ?? '') || header.some((name) => GENRES.includes(name) && header.length > 1)
    ? { header, rows: rows.slice(1) }
    : { header: [], rows };
}

function parseCsv(text: string, what: string): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new InvalidInputError(
      `expected a CSV file of ${what}, got: ${cause.message}`,
      'correct the line that is named',
      { cause },
    );
  }
}
