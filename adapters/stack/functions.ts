import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { ServiceUnavailableError, UnexpectedAnswerError } from '../../core/errors.ts';
import { type FunctionName, functionName } from '../../core/names.ts';
import { AWS_CLIENT, nameOf, type Patience, patiently } from '../aws.ts';
import { codeOf } from '../storage-error.ts';
import { type FunctionError, remoteError } from './remote-error.ts';

/** As `AWS_CLIENT`, for a client of functions: one may take 15 minutes to answer. */
export const LAMBDA_CLIENT = {
  ...AWS_CLIENT,
  requestHandler: { ...AWS_CLIENT.requestHandler, socketTimeout: 16 * 60_000 },
};

/** What `StackFunctions` needs. */
export interface StackFunctionsOptions extends Patience {
  client: LambdaClient;
  stack: string;
}

/** How a function is invoked. */
export interface InvokeOptions {
  /** Whether the event does no harm when it comes twice, so that it is sent again where the answer was lost. */
  repeats?: boolean;
}

/** The functions of a deployed stack. */
export class StackFunctions {
  readonly #options: StackFunctionsOptions;

  constructor(options: StackFunctionsOptions) {
    this.#options = options;
  }

  /**
   * Gives a function an event and waits for its result. Throws what the function raised, as `RemoteError`; an `AwsError`
   * where it died; `ServiceUnavailableError` where its answer was lost.
   */
  async invoke<T>(name: FunctionName, event: object, { repeats = false }: InvokeOptions = {}): Promise<T> {
    const { client, stack } = this.#options;
    const FunctionName = functionName(stack, name);
    const command = new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) });
    const answer = await patiently(`invoke ${FunctionName}`, this.#options, () =>
      client.send(command).catch((error) => {
        throw repeats || !isAnswerLost(error) ? error : answerLost(FunctionName, error);
      }),
    );
    const payload = parsed(Buffer.from(answer.Payload ?? []).toString());
    if (answer.FunctionError) throw remoteError(`the function ${FunctionName}`, { ...(payload as object) });
    if (payload !== null && typeof payload === 'object') return payload as T;
    throw new UnexpectedAnswerError(
      `expected a JSON object of the function ${FunctionName}, got ${JSON.stringify(payload) ?? 'no JSON'}`,
      'deploy the version of Soundalike that you run here: npm run deploy',
    );
  }
}

function parsed(text: string): FunctionError | unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Nothing was sent when these happened. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** Whether a function may have been invoked although there is an error: the connection broke, or Lambda failed. */
function isAnswerLost(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  const code = codeOf(error);
  return status >= 500 || nameOf(error) === 'TimeoutError' || (code !== undefined && !UNSENT.has(code));
}

function answerLost(name: string, cause: unknown): ServiceUnavailableError {
  // The SDK adds lines for programmers.
  const [message] = (cause as Error).message.split('\n');
  return new ServiceUnavailableError(
    `expected an answer of the function ${name}, got ${nameOf(cause)}: ${message || codeOf(cause)}; it may have done its work all the same`,
    'it is not asked twice by itself: see what it has done, then run the command again if need be',
    { cause },
  );
}
