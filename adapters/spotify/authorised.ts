import { CredentialsError } from '../../core/errors.ts';
import type { Answer } from '../http.ts';
import type { AccessTokens } from './access-tokens.ts';

/**
 * Sends a request with a token, and once more (`again`) with a new one where it is refused; then throws
 * `CredentialsError`.
 */
export async function authorised<A extends Answer>(
  tokens: AccessTokens,
  send: (headers: { authorization: string }, again: boolean) => Promise<A>,
): Promise<A> {
  const token = await tokens.token();
  const answer = await send({ authorization: `Bearer ${token}` }, false);
  if (answer.status !== 401) return answer;
  const second = await send({ authorization: `Bearer ${await tokens.refresh(token)}` }, true);
  if (second.status !== 401) return second;
  throw new CredentialsError('Spotify refused a fresh access token (401)', tokens.remedy);
}
