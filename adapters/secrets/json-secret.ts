import type * as z from 'zod';
import { SecretError } from '../../core/errors.ts';
import type { Secret } from '../../core/ports.ts';

/** A secret that is stored as JSON; subclasses know where. */
export abstract class JsonSecret<T> implements Secret<T> {
  /** Names the secret in errors. */
  protected abstract readonly where: string;
  readonly #schema: z.ZodType<T>;
  #known: Promise<T> | undefined;

  constructor(schema: z.ZodType<T>) {
    this.#schema = schema;
  }

  read(): Promise<T> {
    if (this.#known) return this.#known;
    const reading = this.load().then((text) => this.#parse(text));
    this.#known = reading;
    // A failure is not kept: the next caller may find the secret filled in.
    reading.catch(() => this.#forget(reading));
    return reading;
  }

  async refresh(refused: T): Promise<T> {
    const known = this.#known;
    if ((await known?.catch(() => undefined)) === refused) this.#forget(known);
    return this.read();
  }

  /** Reads the text. Throws errors without any of it. */
  protected abstract load(): Promise<string>;

  /** Makes the next `read` read. */
  protected forget(): void {
    this.#known = undefined;
  }

  #forget(reading: Promise<T> | undefined): void {
    if (this.#known === reading) this.#known = undefined;
  }

  #parse(text: string): T {
    const parsed = this.#schema.safeParse(jsonOf(text, this.where));
    if (parsed.success) return parsed.data;
    // Neither the text nor zod's error is kept: both may hold the value.
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') || 'the document';
    throw new SecretError(
      `expected ${this.where} to hold what is needed, got for ${field}: ${issue?.message}`,
      `fill in ${field}`,
    );
  }
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's error quotes the text.
    throw new SecretError(`expected ${where} to hold JSON, got something else`, 'store it as a JSON object');
  }
}
