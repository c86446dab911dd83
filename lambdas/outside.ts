import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** S3 is reached by an endpoint of the network's own. */
const S3 = /(^|\.)s3[.-]/;

/** Requests, with their host by either of Node's two HTTP clients. */
interface Told {
  request: Pick<ClientRequest, 'host'> & { origin?: string };
}

/**
 * Counts the HTTP requests of this process to services outside of its network, and the answers, whatever these say. The
 * AWS SDK and undici both tell Node's diagnostics channels.
 */
export class Outside {
  #asked = 0;
  #answered = 0;
  readonly #ask = (told: unknown): void => {
    if (isOutside(told as Told)) this.#asked++;
  };
  readonly #answer = (told: unknown): void => {
    if (isOutside(told as Told)) this.#answered++;
  };

  constructor() {
    subscribe('http.client.request.start', this.#ask);
    subscribe('undici:request:create', this.#ask);
    subscribe('http.client.response.finish', this.#answer);
    subscribe('undici:request:headers', this.#answer);
  }

  /** Whether no service answered so far; undefined where none was asked. */
  get isSilent(): boolean | undefined {
    return this.#asked === 0 ? undefined : this.#answered === 0;
  }

  /** Counts no more. */
  close(): void {
    unsubscribe('http.client.request.start', this.#ask);
    unsubscribe('undici:request:create', this.#ask);
    unsubscribe('http.client.response.finish', this.#answer);
    unsubscribe('undici:request:headers', this.#answer);
  }
}

const isOutside = ({ request: { host, origin } }: Told): boolean =>
  !S3.test(origin ? new URL(origin).host : host);
