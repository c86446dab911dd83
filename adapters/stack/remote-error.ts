import { AwsError, RemoteError, type SoundalikeError } from '../../core/errors.ts';

/** What Lambda tells of a function that failed. */
export interface FunctionError {
  errorType?: string;
  errorMessage?: string;
}

/** How a function ends without a word of its own: what that is, and what to do. */
const DEATHS: Record<string, [what: string, hint: string]> = {
  'Sandbox.Timedout': [
    'was ended at its time limit',
    'what it had written stays: run it again, and see its log if it goes on',
  ],
  'Runtime.ExitError': [
    'was ended by force, mostly since its memory was used up',
    'see its log, and give it more memory',
  ],
  'Runtime.OutOfMemory': ['used up its memory', 'give it more memory'],
  'Function.ResponseSizeTooLarge': [
    'had an answer of more than the 6 MB that Lambda carries',
    'ask for less at once',
  ],
};

/**
 * The error that a function raised, as `handle` of the functions writes it (the type is its code, the last line of the
 * message its hint), or an `AwsError` that says how the function died. `what` names the function.
 */
export function remoteError(what: string, { errorType, errorMessage = '' }: FunctionError): SoundalikeError {
  const [hint = '', ...message] = errorMessage.split('\n').reverse();
  if (/^[a-z]+(-[a-z]+)*$/.test(errorType ?? '') && message.length > 0) {
    return new RemoteError(errorType as string, message.reverse().join('\n'), hint);
  }
  // Older runtimes give no type.
  const type = errorMessage.includes('Task timed out') ? 'Sandbox.Timedout' : (errorType ?? 'an error');
  const [death, remedy] = DEATHS[type] ?? [`ended with ${type}`, 'see its log in CloudWatch'];
  const told = errorMessage && `: ${errorMessage}`;
  return new AwsError(`expected ${what} to come to its end, but it ${death}${told}`, remedy);
}
