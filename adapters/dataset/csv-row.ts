/** A value that cannot be read; tells the column, what was expected and what came. */
export class RowError extends Error {}

/** One row of a CSV file, whose values are read by column. Its methods throw `RowError`. */
export class CsvRow {
  readonly #columns: ReadonlyMap<string, number>;
  readonly #values: readonly string[];

  /** `columns` tells at which place each column stands. */
  constructor(columns: ReadonlyMap<string, number>, values: readonly string[]) {
    this.#columns = columns;
    this.#values = values;
  }

  /** Whether the file has the column. */
  has(column: string): boolean {
    return this.#columns.has(column);
  }

  /** The text of a column; null where it is empty or missing. */
  text(column: string): string | null {
    return this.#values[this.#columns.get(column) ?? -1] || null;
  }

  /** The text of the first of these columns that the file has; null where it is empty. */
  first(...columns: string[]): string | null {
    return this.text(columns.find((name) => this.has(name)) ?? '');
  }

  /** The text of a column that must not be empty. */
  required(column: string): string {
    return this.text(column) ?? this.wrong(column, 'a value');
  }

  /** The id in a column: 1 to 64 printable ASCII characters without spaces. */
  id(column: string): string {
    const id = this.required(column).trim();
    return isId(id) ? id : this.wrong(column, 'an id of 1 to 64 ASCII characters without spaces');
  }

  /** The number in a column; null where it is empty, missing or one of the words for that (NA, NaN, null). */
  number(column: string): number | null {
    const text = this.text(column)?.trim();
    if (!text || UNKNOWN.test(text)) return null;
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? value : this.wrong(column, 'a number');
  }

  /** The whole number of 32 bits in a column; null as above. `4.0` is one. */
  integer(column: string): number | null {
    const value = this.number(column);
    return value === null || (Number.isInteger(value) && Math.abs(value) < 2 ** 31)
      ? value
      : this.wrong(column, 'a whole number');
  }

  /** Refuses the value of a column. */
  wrong(column: string, expected: string): never {
    const came = JSON.stringify((this.text(column) ?? '').slice(0, 100));
    throw new RowError(`column ${column}: expected ${expected}, got ${came}`);
  }
}

/** Whether a text may be an id. */
export const isId = (text: string): boolean => /^[!-~]{1,64}$/.test(text);

const UNKNOWN = /^(?:na|nan|n\/a|null|none)$/i;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
