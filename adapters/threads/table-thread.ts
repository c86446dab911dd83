import { Worker } from 'node:worker_threads';
import type { SchemaElement } from 'hyparquet';
import { WorkerDiedError } from '../../core/errors.ts';
import SOURCE from './table-worker.bundle.ts';

/** A Parquet file's schema, and the names of its columns. */
export interface TableShape {
  schema: SchemaElement[];
  names: readonly string[];
}

/** Some columns' next values, which are kept; or that they are to be encoded as a row group; or that the file ends. */
export type TableMessage = readonly unknown[][] | 'encode' | 'end';

/** A `TableEncoder` on a thread of its own: a row group takes a second, in which this thread is free. */
export class TableThread {
  readonly #worker: Worker;
  readonly #died: Promise<never>;

  constructor(shape: TableShape) {
    this.#worker = new Worker(SOURCE, { eval: true, workerData: shape });
    this.#died = new Promise((_, reject) => {
      this.#worker.once('error', (cause) => reject(died(cause.message, cause)));
      this.#worker.once('exit', (code) => reject(died(`exit status ${code}`)));
    });
    // It is seen by whoever waits for bytes, if anyone does.
    this.#died.catch(() => {});
  }

  /** Adds values to the row group, a column a name. */
  add(columns: readonly unknown[][]): void {
    this.#worker.postMessage(columns satisfies TableMessage);
  }

  /** The bytes of the row group of what was added since the last. Throws `WorkerDiedError`. */
  encode(): Promise<Uint8Array> {
    return this.#bytesFor('encode');
  }

  /** The last bytes of the file. Throws `WorkerDiedError`. */
  end(): Promise<Uint8Array> {
    return this.#bytesFor('end');
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #bytesFor(message: TableMessage): Promise<Uint8Array> {
    const bytes = new Promise<Uint8Array>((resolve) => this.#worker.once('message', resolve));
    this.#worker.postMessage(message);
    return await Promise.race([bytes, this.#died]);
  }
}

const died = (how: string, cause?: Error): WorkerDiedError =>
  new WorkerDiedError(
    `expected a thread to encode a table, got ${how}`,
    'run it again; if memory is short, give it more',
    { cause },
  );
