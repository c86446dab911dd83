import { pathMatches } from './faults.ts';

/** A request that the stand-in got, and what came of it. */
export interface LoggedRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: string;
  /** 0 where the connection was cut before an answer. */
  status: number;
}

/** What the stand-in was asked, for tests; the control path is left out. */
export class RequestLog {
  readonly #entries: LoggedRequest[] = [];

  /** All requests so far, oldest first. */
  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** How many requests there were to paths that fit the pattern, which is as in a fault: `/v1/artists/*`. */
  count(pattern = '/'): number {
    return this.#entries.filter(({ path }) => pathMatches(pattern, path)).length;
  }

  /** Notes one. */
  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
  }

  /** Forgets all. */
  clear(): void {
    this.#entries.length = 0;
  }
}
