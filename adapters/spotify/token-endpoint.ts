import * as z from 'zod';
import { CredentialsError } from '../../core/errors.ts';
import { ENVIRONMENT } from '../../core/names.ts';
import type { Secret } from '../../core/ports.ts';
import type { Answer, ApiClient, ApiRequest } from '../http.ts';

const grantSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().default(3600),
  refresh_token: z.string().nullish(),
  scope: z.string().nullish(),
});
const refusalSchema = z.object({ error: z.string(), error_description: z.string().nullish() });

/** An app, with its secret where it has one. */
export interface TokenApp {
  client_id: string;
  client_secret?: string;
}

/** What the token endpoint has granted, or that it does not take the code or the refresh token. */
export type TokenAnswer =
  | { granted: true; grant: z.infer<typeof grantSchema> }
  | { granted: false; description: string };

/**
 * Asks Spotify's token endpoint in an app's name. An app that is refused is read once more: it may have been changed
 * meanwhile; then throws `CredentialsError`.
 * Source: https://developer.spotify.com/documentation/web-api/tutorials/code-flow
 */
export async function askToken(
  accounts: ApiClient,
  secret: Secret<TokenApp>,
  form: Record<string, string>,
): Promise<TokenAnswer> {
  const app = await secret.read();
  const answer = await ask(accounts, app, form);
  if (answer) return answer;
  const changed = await secret.refresh(app);
  const isSame = changed.client_id === app.client_id && changed.client_secret === app.client_secret;
  const second = isSame ? undefined : await ask(accounts, changed, form);
  if (second) return second;
  throw new CredentialsError(
    'Spotify refused the app: its client id or client secret is wrong',
    `set ${ENVIRONMENT.spotifyClientId} and ${ENVIRONMENT.spotifyClientSecret}, or the stack's secret, as the developer dashboard shows them`,
  );
}

/** Undefined where the app is refused. An app without a secret names itself in the body; mixing the two fails. */
async function ask(
  accounts: ApiClient,
  { client_id, client_secret }: TokenApp,
  form: Record<string, string>,
): Promise<TokenAnswer | undefined> {
  const basic = Buffer.from(`${client_id}:${client_secret}`).toString('base64');
  const request: ApiRequest = {
    method: 'POST',
    path: '/api/token',
    headers: {
      ...(client_secret ? { authorization: `Basic ${basic}` } : {}),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(client_secret ? form : { ...form, client_id }).toString(),
    repeatable: true,
    confidential: true,
  };
  const answer = await accounts.json(request, grantSchema);
  if (answer.ok) return { granted: true, grant: answer.value };
  const refusal = refusalOf(answer);
  // Spotify answers 400 to a wrong app; RFC 6749, 5.2, has 401 for the same.
  if (answer.status === 401 || refusal?.error === 'invalid_client') return undefined;
  if (refusal?.error === 'invalid_grant') {
    return { granted: false, description: refusal.error_description ?? '' };
  }
  throw accounts.unexpected(request, `status ${answer.status}`, answer.text);
}

function refusalOf({ text }: Answer): z.infer<typeof refusalSchema> | undefined {
  try {
    return refusalSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
