import { AccessRefusedError, CapabilityMissingError, type SoundalikeError } from '../../core/errors.ts';
import { type Answer, excerpt } from '../http.ts';
import { errorSchema } from './schemas.ts';

const HINTS: readonly [RegExp, string][] = [
  [/premium/i, "the app's owner needs Spotify Premium; after a change it takes some hours"],
  [/regist|allow/i, 'add the user under User Management of the app in the developer dashboard'],
  [/scope/i, 'log in again and allow what is asked for: npx soundalike login'],
];
const ANY_HINT =
  "look at the app in the developer dashboard: its owner's Premium, User Management, its scopes";

/**
 * What a 403 means. Spotify tells that this app may not make this kind of call (`capability`, where that can be) in
 * JSON or without a word; that it refuses the app or its user, in plain text or with the word scope.
 */
export function refusal(answer: Answer, capability?: string): SoundalikeError {
  const words = errorMessage(answer.text);
  const isKindOfCall = words !== undefined || answer.text.trim() === '';
  if (capability && isKindOfCall && !/scope/i.test(words ?? '')) {
    return new CapabilityMissingError(
      `this Spotify app may not call ${capability} (403 ${excerpt(words ?? '')})`,
      'nothing to do: another source takes over; see docs/operating.md',
    );
  }
  const said = excerpt(words ?? answer.text) || 'nothing';
  const hint = HINTS.find(([pattern]) => pattern.test(said))?.[1] ?? ANY_HINT;
  return new AccessRefusedError(`Spotify refuses this app or its user; it said: ${said}`, hint);
}

/** Whether there is no such thing: 404, or 400 for an id that can be none ("Invalid base62 id", once "invalid id"). */
export const isUnknown = ({ status, text }: Answer): boolean =>
  status === 404 || (status === 400 && /\bid\b/i.test(errorMessage(text) ?? ''));

/** The message of a JSON error; undefined where the body is anything else. */
function errorMessage(text: string): string | undefined {
  try {
    return errorSchema.parse(JSON.parse(text)).error.message;
  } catch {
    return undefined;
  }
}
