/** What a statement takes for each of its `?`. */
export type Parameter = string | number | null;

/** One database server or file, as the tables need it. Statements are those under `sql/`, with `?` for parameters. */
export interface Engine {
  /** The rows of a query. */
  all(sql: string, parameters?: readonly Parameter[]): Promise<Record<string, unknown>[]>;
  /** Runs a statement and tells how many rows it matched. */
  run(sql: string, parameters?: readonly Parameter[]): Promise<number>;
  /** Runs an INSERT, which ends in `VALUES (?, ...)`, for each row of parameters. */
  runMany(sql: string, rows: Iterable<readonly Parameter[]>): Promise<void>;
  /**
   * Runs `work` alone: no other writer in between, and all of it or nothing. The engine that `work` gets is the only
   * one it may use.
   */
  transaction<T>(work: (engine: Engine) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
