import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import {
  AwsError,
  RemoteError,
  ServiceUnavailableError,
  SoundalikeError,
  UnexpectedAnswerError,
} from '../../core/errors.ts';
import type {
  CollectRequest,
  CollectResult,
  SimilarityRequest,
  SimilarityResult,
} from '../../core/events.ts';
import { nameOf, type Patience, patiently } from '../aws.ts';
import { type FunctionError, remoteError } from './remote-error.ts';

/** What the workflow takes. */
export interface WorkflowInput {
  collect?: CollectRequest;
  similarity?: SimilarityRequest;
}

/** What the workflow gives: nothing is compared where the collection is not done. */
export interface WorkflowOutput {
  collected: CollectResult;
  compared?: SimilarityResult;
}

const Skipped = z.object({
  skipped: z.literal(true),
  error: z.object({ Error: z.string(), Cause: z.string() }),
});
const Done = z.object({
  collected: z.looseObject({ done: z.boolean() }),
  compared: z.looseObject({ published: z.boolean() }).optional(),
});

/** What `Workflow` needs. */
export interface WorkflowOptions extends Patience {
  client: SFNClient;
  stateMachineArn: string;
}

/** Time between two looks at an execution, which grows from the first to the second. */
const [FIRST_POLL_MS, LAST_POLL_MS] = [500, 15_000];
/** So often in a row AWS may be out of reach (a laptop that slept) before following is given up. */
const LOOKS_LOST = 20;
/** Events of an execution that are looked through for its state: a state makes fewer. */
const EVENTS = 50;

/** The workflow of a deployed stack. */
export class Workflow {
  readonly #options: WorkflowOptions;

  constructor(options: WorkflowOptions) {
    this.#options = options;
  }

  /** Starts an execution; returns its ARN. `name` makes it one, however often its start has to be sent. */
  async start(name: string, input: WorkflowInput): Promise<string> {
    const { client, stateMachineArn } = this.#options;
    const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
    await patiently('start the workflow', this.#options, () =>
      client.send(command).catch((error) => {
        // It was started by a try whose answer was lost, and has come to its end.
        if (nameOf(error) !== 'ExecutionAlreadyExists') throw error;
      }),
    );
    return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  }

  /**
   * Waits for an execution's end, for hours if need be, and tells `doing` what it does whenever that changes. Throws
   * what its function raised, also where it was skipped since another run is under way.
   */
  async follow(execution: string, doing?: (what: string) => void): Promise<WorkflowOutput> {
    const { clock } = this.#options;
    let told: string | undefined;
    for (let lost = 0, wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LAST_POLL_MS)) {
      const described = await this.#describe(execution).catch((error) => {
        lost += 1;
        if (!(error instanceof ServiceUnavailableError) || lost > LOOKS_LOST) throw goesOn(execution, error);
      });
      if (described) {
        lost = 0;
        if (described.status !== 'RUNNING') return outputOf(execution, described);
        const what = doing && (await this.#state(execution));
        if (what && what !== told) doing(what);
        told = what ?? told;
      }
      await clock.sleep(wait);
    }
  }

  #describe(executionArn: string): Promise<DescribeExecutionOutput> {
    const command = new DescribeExecutionCommand({ executionArn });
    return patiently('tell of the execution', this.#options, () => this.#options.client.send(command));
  }

  /** What the execution does now; undefined where that cannot be known, which is no reason to stop. */
  async #state(executionArn: string): Promise<string | undefined> {
    const command = new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: EVENTS });
    const history = await this.#options.client.send(command).catch(() => undefined);
    const entered = history?.events?.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails);
    return entered && stateOf(entered);
  }
}

const Waiting = z.object({ resumeAfter: z.string() });

/** A state in words, a wait with its end; undefined for those that pass at once. */
function stateOf({ type, stateEnteredEventDetails }: HistoryEvent): string | undefined {
  if (type !== 'WaitStateEntered') {
    return WORDS.find(([name]) => name.test(stateEnteredEventDetails?.name ?? ''))?.[1];
  }
  const until = findWaiting(json(stateEnteredEventDetails?.input));
  return until ? `waiting until ${until}` : 'waiting';
}

/** By the state's name. */
const WORDS = [
  [/collect/i, 'collecting'],
  [/compare/i, 'comparing'],
] as const;

/** `resumeAfter` of the collection that a state's input has, which may stand in one of its fields. */
function findWaiting(input: unknown): string | undefined {
  const fields = typeof input === 'object' && input !== null ? Object.values(input) : [];
  return [input, ...fields].map((value) => Waiting.safeParse(value).data?.resumeAfter).find(Boolean);
}

function outputOf(
  execution: string,
  { status, output, error, cause }: DescribeExecutionOutput,
): WorkflowOutput {
  if (status === 'SUCCEEDED') {
    const given = json(output);
    const { data: skipped } = Skipped.safeParse(given);
    if (skipped) throw causeOf(execution, skipped.error.Error, skipped.error.Cause);
    const { data: done } = Done.safeParse(given);
    if (done) return done as unknown as WorkflowOutput;
    throw new UnexpectedAnswerError(
      `expected the execution ${execution} to give a collection, got ${output?.slice(0, 100)}`,
      'deploy the version of Soundalike that you run here: npm run deploy',
    );
  }
  if (status === 'FAILED') throw causeOf(execution, error, cause);
  const told = [error, cause].filter(Boolean).join(': ');
  throw new AwsError(
    `expected the execution ${execution} to come to its end, but it is ${status}${told && ` (${told})`}`,
    'what was collected is kept: run it again, it goes on where it stopped',
  );
}

/** The error of a function as the workflow tells it: its type, and as cause the JSON text of Lambda's error. */
function causeOf(execution: string, error: string | undefined, cause = ''): SoundalikeError {
  const { errorMessage = cause } = { ...(json(cause) as FunctionError | undefined) };
  return remoteError(`the execution ${execution}`, { errorType: error, errorMessage });
}

/** An error of following, not of the execution. */
function goesOn(execution: string, error: unknown): unknown {
  if (!(error instanceof SoundalikeError)) return error;
  const { code, message, hint } = error;
  return new RemoteError(code, message, `the execution ${execution} goes on without this command; ${hint}`);
}

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
