import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { Agent, request as exchange } from 'undici';
import type * as z from 'zod';
import { ServiceUnavailableError, SoundalikeError, UnexpectedAnswerError } from '../core/errors.ts';
import { fullJitter, MAX_TRIES } from '../core/retry.ts';
import { Pace, type PaceOptions } from './pace.ts';
import { readAnswer } from './read-answer.ts';
import { SentSecrets } from './secrets/sent-secrets.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
/** The largest answers that are asked for, 50 entries of a playlist, have less than 1 MiB. */
const LARGEST_BODY_MIB = 16;
const EXCERPT_LENGTH = 200;

/** By how many milliseconds this machine's clock is ahead of that of a service. */
export interface ClockSkew {
  service: string;
  milliseconds: number;
}

/** What an `ApiClient` needs. */
export interface ApiClientOptions extends PaceOptions {
  /** May have a path and a trailing slash. */
  baseUrl: string;
  /** Gives [0, 1). */
  random: () => number;
  /** Longest time of one attempt, from connecting to the end of the body; default 30 seconds. */
  timeoutMs?: number;
  /** Shared by the clients of one session, so that no message of either shows what the other has sent. */
  secrets?: SentSecrets;
}

/** One request to the service. */
export interface ApiRequest {
  method: 'GET' | 'PUT' | 'DELETE' | 'POST';
  /** Begins with a slash; comes after the path of the base URL. */
  path: string;
  query?: Record<string, string | number>;
  headers?: Record<string, string>;
  body?: string;
  /** That a POST changes nothing, so that it may be made again. */
  repeatable?: boolean;
  /** That the caller made it before, so that it counts as a retry. */
  again?: boolean;
  /** That the answer holds a secret, so that no error quotes it. */
  confidential?: boolean;
  /** How often it is made at most, the first time included; `MAX_TRIES` by default. */
  tries?: number;
}

/** The service's answer. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The body; of a refusal (status 400 or more), with secrets masked. */
  text: string;
}

/** An answer whose body was read as JSON if its status is 2xx. */
export type JsonAnswer<T> = Answer & ({ ok: true; value: T } | { ok: false });

/** A failure that may pass: 5xx, a broken connection, a body that is no JSON. */
class TransientError extends Error {}

/**
 * One outside service over HTTP: counts and budgets every attempt, obeys Retry-After, repeats what may be repeated.
 * Its methods throw `BudgetSpentError`, `RateLimitedError`, `ServiceUnavailableError`, and `UnexpectedAnswerError` for a
 * body above 16 MiB; no error of its own holds a header, a query or a secret.
 */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #baseUrl: string;
  readonly #agent = new Agent();
  readonly #pace: Pace;
  readonly #secrets: SentSecrets;
  #clockSkew: ClockSkew | undefined;

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.#pace = new Pace(options);
    this.#secrets = options.secrets ?? new SentSecrets();
  }

  /** Makes the request and returns every answer that is not repeated: all but 429 and 5xx. */
  send(request: ApiRequest): Promise<Answer> {
    return this.#persist(request, (answer) => answer);
  }

  /**
   * As `send`, and reads a 2xx answer by the schema, its lists item by item (`readAnswer`): the ledger counts the items
   * that cannot be read. Throws `UnexpectedAnswerError` where the shape is wrong outside of lists.
   */
  json<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<JsonAnswer<T>> {
    return this.#persist(request, (answer) =>
      answer.status >= 200 && answer.status < 300
        ? { ...answer, ok: true, value: this.#read(request, answer.text, schema) }
        : { ...answer, ok: false },
    );
  }

  /** The error for an answer that the caller has no use for; quotes its beginning unless it is confidential. */
  unexpected(request: ApiRequest, what: string, text?: string): UnexpectedAnswerError {
    const quote =
      request.confidential || text === undefined
        ? ''
        : `; it begins: ${excerpt(this.#secrets.mask(text)) || '(empty)'}`;
    const { service } = this.#options;
    return new UnexpectedAnswerError(
      `${service} gave an unexpected answer to ${this.#name(request)}: ${what}${quote}`,
      `call again; if that happens again, ${service} has changed and Soundalike must follow`,
    );
  }

  /** By how much the clock was ahead of the service's at its last answer; undefined where that told no time. */
  get clockSkew(): ClockSkew | undefined {
    return this.#clockSkew;
  }

  /** Closes the connections once the requests on them are answered. */
  close(): Promise<void> {
    return this.#agent.close();
  }

  async #persist<T>(request: ApiRequest, read: (answer: Answer) => T): Promise<T> {
    const { clock, random } = this.#options;
    const { tries: most = MAX_TRIES } = request;
    for (let tries = 1; ; tries++) {
      await this.#pace.admit(tries > 1 || request.again === true);
      try {
        const answer = await this.#exchange(request);
        if (answer.status !== 429) return read(answer);
        const retryAfter = [answer.headers['retry-after']].flat()[0];
        await this.#pace.backOff(retryAfter, answer.text.includes('QUOTA_EXCEEDED'), tries === MAX_TRIES);
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        const mayRepeat = request.method !== 'POST' || request.repeatable === true;
        if (!mayRepeat || tries >= most) throw this.#unavailable(request, tries, error);
        await clock.sleep(fullJitter(tries, random));
      }
    }
  }

  async #exchange(request: ApiRequest): Promise<Answer> {
    const answer = await this.#attempt(request).catch((cause: Error & { code?: string }) => {
      if (cause instanceof SoundalikeError) throw cause;
      const message = `no whole answer came: ${cause.message || cause.code}`;
      // undici's parser keeps the bytes that it could not read, which may hold a token.
      throw new TransientError(message, 'data' in cause ? {} : { cause });
    });
    if (answer.status >= 500) throw new TransientError(`the answer was ${answer.status}`);
    return answer;
  }

  async #attempt(request: ApiRequest): Promise<Answer> {
    this.#secrets.note(request);
    const { statusCode, headers, body } = await exchange(this.#url(request), {
      method: request.method,
      headers: { accept: 'application/json', 'user-agent': 'soundalike', ...request.headers },
      body: request.body,
      dispatcher: this.#agent,
      // Not undici's own timeouts: they are up to a second late, and its bodyTimeout lets a body drip for ever.
      signal: AbortSignal.timeout(this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    });
    const { service, clock } = this.#options;
    const milliseconds = clock.now() - Date.parse([headers.date].flat()[0] ?? '');
    this.#clockSkew = Number.isNaN(milliseconds) ? undefined : { service, milliseconds };
    const text = await textOf(body, [headers['content-encoding']].flat().join(','));
    if (text === undefined) throw this.unexpected(request, `a body of more than ${LARGEST_BODY_MIB} MiB`);
    return { status: statusCode, headers, text: statusCode < 400 ? text : this.#secrets.mask(text) };
  }

  #read<T>(request: ApiRequest, text: string, schema: z.ZodType<T>): T {
    const read = readAnswer(schema, parseJson(text));
    if (!read.ok) {
      const { path, message } = read.issue;
      throw this.unexpected(request, `${path.join('.') || 'the whole'}: ${message}`, text);
    }
    this.#options.ledger.countUnread(read.unread);
    return read.value;
  }

  #unavailable(request: ApiRequest, tries: number, failure: TransientError): ServiceUnavailableError {
    return new ServiceUnavailableError(
      `${this.#options.service} failed at ${this.#name(request)} (${tries} tries): ${failure.message}`,
      'see whether the service and the network work, then call again',
      { cause: failure.cause ?? failure },
    );
  }

  #url({ path, query = {} }: ApiRequest): URL {
    const url = new URL(this.#baseUrl + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    return url;
  }

  #name(request: ApiRequest): string {
    const { host, pathname } = this.#url(request);
    return `${request.method} ${host}${pathname}`;
  }
}

/** Reads what is compressed although it was not asked for so. */
const DECODERS: Readonly<Record<string, () => Transform>> = {
  br: createBrotliDecompress,
  deflate: createInflate,
  gzip: createGunzip,
  zstd: createZstdDecompress,
};

/** The body as text; undefined, and the connection closed, where it has more than 16 MiB once it is decompressed. */
async function textOf(body: Readable, encoding: string): Promise<string | undefined> {
  const decoder = DECODERS[encoding.toLowerCase()]?.();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of decoder ? pipeline(body, decoder, () => {}) : body) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY_MIB << 20) return undefined;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** The first 200 characters of a body, on one line. */
export const excerpt = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, EXCERPT_LENGTH);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TransientError('the answer is not JSON'); // JSON.parse's own words quote the body
  }
}
