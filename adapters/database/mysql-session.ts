import { Readable } from 'node:stream';
import type { PoolConnection, QueryOptions, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Engine, Parameter } from './engine.ts';
import { databaseError, numberOf } from './mysql-errors.ts';

/** Rows of one INSERT; more make it no faster, and a packet may be limited to 16 MB. */
const ROWS = 5000;
/** Characters of one packet of a load. */
const PACKET = 65_536;

/** What came of a load: rows, and warnings of the server. */
export interface Loaded {
  sent: number;
  arrived: number;
  warnings: number;
}

/** Rows, in as many batches as they come in. */
export type Batches =
  | Iterable<Iterable<readonly Parameter[]>>
  | AsyncIterable<Iterable<readonly Parameter[]>>;

/** One connection to a server. Statements go as text, since LIMIT and LOAD DATA take no prepared ones. */
export class MysqlSession implements Engine {
  readonly #connection: PoolConnection;
  readonly #where: string;

  /** `where` names the server in errors. */
  constructor(connection: PoolConnection, where: string) {
    this.#connection = connection;
    this.#where = where;
  }

  all(sql: string, parameters: readonly Parameter[] = []): Promise<Record<string, unknown>[]> {
    return this.#query<RowDataPacket[]>({ sql, values: [...parameters] }).catch(orNone([]));
  }

  run(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    return this.#query<ResultSetHeader>({ sql, values: [...parameters] })
      .then(({ affectedRows }) => affectedRows)
      .catch(orNone(0));
  }

  async runMany(sql: string, rows: Iterable<readonly Parameter[]>): Promise<void> {
    for (const chunk of chunks(rows, ROWS)) {
      const insert = sql.replace(/\([^()]*\)\s*$/, (row) => Array(chunk.length).fill(row).join(','));
      await this.#query<ResultSetHeader>({ sql: insert, values: chunk.flat() });
    }
  }

  /**
   * Runs a LOAD DATA LOCAL INFILE over rows that are made, or read, as they are sent. No row is asked for where the
   * server refuses the statement.
   */
  async load(sql: string, parameters: readonly Parameter[], batches: Batches): Promise<Loaded> {
    const loaded: Loaded = { sent: 0, arrived: 0, warnings: 0 };
    let stream: Readable | undefined;
    const infileStreamFactory = () => {
      stream = Readable.from(packets(batches, loaded));
      return stream;
    };
    try {
      const { affectedRows, warningStatus } = await this.#query<ResultSetHeader>({
        sql,
        values: [...parameters],
        infileStreamFactory,
      });
      return { ...loaded, arrived: affectedRows, warnings: warningStatus };
    } finally {
      stream?.destroy();
    }
  }

  /** The session of a transaction is in it already. */
  transaction<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    return work(this);
  }

  async close(): Promise<void> {}

  async #query<T extends RowDataPacket[] | ResultSetHeader>(query: QueryOptions): Promise<T> {
    try {
      const [result] = await this.#connection.query<T>(query);
      return result;
    } catch (error) {
      throw databaseError(this.#where, error);
    }
  }
}

/** MariaDB's refusal to compare an id with what is not ASCII, and MySQL's. */
const INCOMPARABLE = new Set<number | undefined>([1267, 3854]);

/** To refuse that is to say that there is no such row. INSERTs are refused by other numbers. */
const orNone =
  <T>(none: T) =>
  (error: unknown): T => {
    if (INCOMPARABLE.has(numberOf(error))) return none;
    throw error;
  };

function* chunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    if (chunk.push(item) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Rows as tab-separated text, counted. mysql2 needs buffers: strings would leave the query pending for ever. */
async function* packets(batches: Batches, loaded: Loaded): AsyncGenerator<Buffer> {
  let text = '';
  for await (const rows of batches) {
    for (const row of rows) {
      loaded.sent++;
      for (let i = 0; i < row.length; i++) text += (i === 0 ? '' : '\t') + field(row[i] as Parameter);
      text += '\n';
      if (text.length < PACKET) continue;
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text !== '') yield Buffer.from(text);
}

const SPECIAL = /[\\\t\n\0]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\0': '\\0' };

function field(value: Parameter): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  return SPECIAL.test(value) ? Array.from(value, (c) => ESCAPES[c] ?? c).join('') : value;
}
