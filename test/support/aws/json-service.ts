import { type Reply, serve } from '../http-server.ts';

/** An operation's input, as it came over the wire. */
export type Input = Record<string, unknown>;
/** What an operation answers: its output, an error of the service, or a fault of the network. */
export type Output = Record<string, unknown> | AwsFault | Reply['cut'] | RawAnswer;

/** An error as AWS's JSON protocol has it. */
export class AwsFault {
  readonly code: string;
  readonly status: number;
  readonly message: string;

  constructor(code: string, status = 400, message = 'as the test wants') {
    this.code = code;
    this.status = status;
    this.message = message;
  }
}

/** A body that is no JSON. */
export class RawAnswer {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A service that speaks AWS JSON 1.1: Athena, Glue, Secrets Manager. */
export interface JsonService {
  url: string;
  /** Every request in order. */
  calls: { operation: string; input: Input }[];
  /** By operation; may be replaced. */
  operations: Record<string, (input: Input) => Output>;
  /** The inputs of an operation, in order. */
  inputsOf(operation: string): Input[];
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. */
export async function serveJson(operations: JsonService['operations']): Promise<JsonService> {
  const calls: JsonService['calls'] = [];
  const server = await serve(({ headers, body }) => {
    const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
    const input = JSON.parse(body) as Input;
    calls.push({ operation, input });
    return replyOf(it.operations[operation]?.(input) ?? new AwsFault('UnknownOperationException'));
  });
  const it: JsonService = {
    url: server.url,
    calls,
    operations,
    inputsOf: (operation) => calls.filter((call) => call.operation === operation).map(({ input }) => input),
    close: () => server.close(),
  };
  return it;
}

/** Answers in turn; the last again and again. */
export function turns(...outputs: Output[]): () => Output {
  let turn = 0;
  return () => outputs[Math.min(turn++, outputs.length - 1)];
}

function replyOf(output: Output): Reply {
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  if (output instanceof AwsFault) {
    const { code, status, message } = output;
    return { status, headers, json: { __type: code, message } };
  }
  if (output instanceof RawAnswer) return { headers, text: output.text };
  if (typeof output === 'string') return { headers, text: '{"some": "answer"}', cut: output };
  return { headers, json: output };
}
