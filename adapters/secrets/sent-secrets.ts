/** A request, as far as it may hold a secret. */
interface Request {
  headers?: Record<string, string>;
  /** Of a form that holds secrets, where `confidential` is true. */
  body?: string;
  confidential?: boolean;
}

/** The fields of a form for the token endpoint that are secret (RFC 6749, RFC 7636). */
const SECRET_FIELDS = ['client_secret', 'code', 'code_verifier', 'refresh_token'];
/** A shorter value is a word of a test: to mask it would make messages unreadable. */
const SHORTEST = 4;

/**
 * The secrets that a session has sent to a service. An answer may repeat one; `mask` is the only place that keeps it out
 * of messages.
 */
export class SentSecrets {
  readonly #values = new Set<string>();

  /** Remembers the secrets of a request: tokens, the app's secret, codes. */
  note({ headers, body, confidential }: Request): void {
    const [scheme = '', credentials = ''] = headers?.authorization?.split(' ') ?? [];
    this.#add(credentials);
    // RFC 7617: user and password in base64, with a colon between.
    if (/^basic$/i.test(scheme))
      this.#add(Buffer.from(credentials, 'base64').toString().replace(/^.*?:/, ''));
    if (!confidential || body === undefined) return;
    const form = new URLSearchParams(body);
    for (const field of SECRET_FIELDS) this.#add(form.get(field) ?? '');
  }

  /** The text with *** in place of each secret, plain or encoded as URLs and JSON have it. */
  mask(text: string): string {
    let masked = text;
    for (const value of this.#values) masked = masked.replaceAll(value, '***');
    return masked;
  }

  #add(secret: string): void {
    if (secret.length < SHORTEST) return;
    const url = encodeURIComponent(secret);
    for (const form of [secret, url, url.toLowerCase(), secret.replaceAll('/', '\\/')])
      this.#values.add(form);
  }
}
