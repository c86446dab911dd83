import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SoundalikeError } from '../../../core/errors.ts';
import { type FunctionName, functionName, OUTPUTS } from '../../../core/names.ts';
import { serve } from '../http-server.ts';
import { LAKE } from './cloud.ts';
import { AwsFault, type Input, type JsonService, type Output, serveJson } from './json-service.ts';
import { type S3Server, serveS3 } from './s3.ts';

/** Name of the one stack that is deployed. */
export const STACK = 'Soundalike';

const ARN = 'arn:aws:states:eu-central-1:123456789012';
/** Its state machine. */
export const STATE_MACHINE = `${ARN}:stateMachine:${STACK}-run`;

/**
 * What goes wrong with an invocation: an error of Lambda's, which runs nothing; a function that dies, as Lambda tells
 * it; or an answer that is cut before or in the middle of its body after the function has done its work.
 */
export type InvokeFault = AwsFault | { errorType?: string; errorMessage: string } | 'cut' | 'cut-body';

/** A Lambda that speaks REST. */
export interface LambdaServer {
  url: string;
  /** What the functions do with an event; what they throw is told as the functions' `handle` does. */
  functions: Partial<Record<FunctionName, (event: Input) => unknown>>;
  /** Every invocation in order. */
  invocations: { name: string; event: Input }[];
  /** Asked at each invocation; may be replaced. */
  fault: (turn: number) => InvokeFault | undefined;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. */
export async function serveLambda(functions: LambdaServer['functions'] = {}): Promise<LambdaServer> {
  const server = createServer(async (message, response) => {
    const [, name = ''] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(message.url ?? '') ?? [];
    const event = JSON.parse(await text(message)) as Input;
    it.invocations.push({ name, event });
    const fault = it.fault(it.invocations.length);
    if (fault instanceof AwsFault) refuse(response, fault);
    else if (typeof fault === 'object') answer(response, fault, true);
    else await invoke(it.functions, name, event, response, fault);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const it: LambdaServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    functions,
    invocations: [],
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return it;
}

async function invoke(
  functions: LambdaServer['functions'],
  name: string,
  event: Input,
  response: ServerResponse,
  cut: 'cut' | 'cut-body' | undefined,
): Promise<void> {
  const [, work] =
    Object.entries(functions).find(([of]) => functionName(STACK, of as FunctionName) === name) ?? [];
  if (!work)
    return refuse(response, new AwsFault('ResourceNotFoundException', 404, `Function not found: ${name}`));
  const told = await toldOf(work, event);
  if (cut === 'cut') response.destroy();
  else if (cut === 'cut-body') {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"half":', () => response.destroy());
  } else answer(response, told.error ?? told.result, told.error !== undefined);
}

/** What a function tells of an event, in the shape that `handle` gives its errors. */
export async function toldOf(
  work: (event: Input) => unknown,
  event: Input,
): Promise<{ result?: unknown; error?: { errorType: string; errorMessage: string; trace: string[] } }> {
  try {
    return { result: await work(event) };
  } catch (error) {
    if (!(error instanceof SoundalikeError)) throw error;
    const { code, message, hint } = error;
    return { error: { errorType: code, errorMessage: `${message}\n${hint}`, trace: [] } };
  }
}

function answer(response: ServerResponse, payload: unknown, isError: boolean): void {
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  response.writeHead(200, isError ? { ...headers, 'x-amz-function-error': 'Unhandled' } : headers);
  response.end(JSON.stringify(payload));
}

function refuse(response: ServerResponse, { status, code, message }: AwsFault): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
  response.end(JSON.stringify({ message, Type: 'User' }));
}

/** Where the alarms of the stack write to. */
export const TOPIC = `arn:aws:sns:eu-central-1:123456789012:${STACK}-Alarms`;

/** The alarm that keeps its state until its metric has a new value. */
export const LASTING = `${STACK}-consent-ending`;

/** The alarms of a stack and the topic that they write to. */
export interface AlarmsOfStack {
  /** Their states, by name. */
  states: Record<string, string>;
  /** What CloudWatch tells of their actions, the last first. */
  history: { AlarmName: string; Timestamp: number; HistorySummary: string }[];
  /** What CloudWatch tells of the action of an alarm that is set off; nothing where it tells nothing. */
  summary: string | undefined;
  /** Addresses, and whether each has confirmed its subscription. */
  subscribed: Record<string, boolean>;
}

/** A deployed stack over the wire: CloudFormation, CloudWatch, Lambda, Step Functions, SNS and S3. */
export interface DeployedStack {
  lambda: LambdaServer;
  s3: S3Server;
  workflow: JsonService;
  /** What the workflow does with its input; it runs until that has come to its end. */
  runs: (input: Input) => Promise<Output>;
  /** How an execution ended, by ARN; nothing is there while it goes on. */
  ended: Map<string, Output>;
  alarms: AlarmsOfStack;
  /** Outputs of the stack; may be changed. */
  outputs: Record<string, string>;
  /** What the command line finds it by. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** Starts one. Its workflow waits for ever unless told. */
export async function serveStack(functions: LambdaServer['functions'] = {}): Promise<DeployedStack> {
  const outputs = { [OUTPUTS.lakeBucket]: LAKE, [OUTPUTS.stateMachine]: STATE_MACHINE };
  const [lambda, s3, formation] = await Promise.all([
    serveLambda(functions),
    serveS3(),
    serve(({ body }) => {
      const asked = new URLSearchParams(body);
      const stack = asked.get('StackName') ?? '';
      return asked.get('Action') === 'ListStackResources'
        ? listResources(it.alarms, asked.get('NextToken'))
        : describeStacks(stack, it.outputs);
    }),
  ]);
  const watch = await serveJson(watching(() => it.alarms));
  const sns = await serve(() => listSubscriptions(it.alarms));
  const workflow = await serveJson({
    StartExecution: ({ name, input }) => {
      const executionArn = `${ARN}:execution:${STACK}-run:${name}`;
      it.runs(JSON.parse(String(input))).then((end) => it.ended.set(executionArn, end));
      return { executionArn, startDate: 0 };
    },
    DescribeExecution: ({ executionArn }) => {
      const end = it.ended.get(String(executionArn)) ?? { status: 'RUNNING' };
      return { executionArn, stateMachineArn: STATE_MACHINE, startDate: 0, ...(end as object) };
    },
    GetExecutionHistory: () => ({ events: [] }),
  });
  const servers = [lambda, s3, formation, workflow, watch, sns];
  const it: DeployedStack = {
    lambda,
    s3,
    workflow,
    runs: () => new Promise(() => {}),
    ended: new Map(),
    alarms: {
      states: { [LASTING]: 'OK', [`${STACK}-database-down`]: 'OK', [`${STACK}-undelivered`]: 'OK' },
      history: [],
      summary: `Successfully executed action ${TOPIC}`,
      subscribed: { 'someone@example.com': true },
    },
    outputs,
    environment: {
      AWS_ENDPOINT_URL_CLOUDFORMATION: formation.url,
      AWS_ENDPOINT_URL_CLOUDWATCH: watch.url,
      AWS_ENDPOINT_URL_LAMBDA: lambda.url,
      AWS_ENDPOINT_URL_SNS: sns.url,
      AWS_ENDPOINT_URL_SFN: workflow.url,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      AWS_REGION: 'eu-central-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
  return it;
}

/** CloudWatch with the alarms, as far as the command line asks. An alarm that is set off acts at once. */
const watching = (alarms: () => AlarmsOfStack): JsonService['operations'] => ({
  DescribeAlarms: ({ AlarmNames }) => ({
    MetricAlarms: (AlarmNames as string[]).map((AlarmName) => ({
      ...{ AlarmName, StateValue: alarms().states[AlarmName], ActionsEnabled: true },
      AlarmActions: [TOPIC, 'arn:aws:automate:eu-central-1:ec2:reboot'],
      TreatMissingData: AlarmName === LASTING ? 'ignore' : 'notBreaching',
    })),
  }),
  DescribeAlarmHistory: ({ AlarmName, StartDate, NextToken }) => {
    const found = alarms().history.filter(
      (item) => (AlarmName ?? item.AlarmName) === item.AlarmName && item.Timestamp >= Number(StartDate),
    );
    // A page holds one.
    const at = Number(NextToken ?? 0);
    return {
      AlarmHistoryItems: found.slice(at, at + 1).map((item) => ({ ...item, HistoryItemType: 'Action' })),
      NextToken: at + 1 < found.length ? String(at + 1) : undefined,
    };
  },
  SetAlarmState: ({ AlarmName, StateValue }) => {
    const { states, history, summary } = alarms();
    const name = String(AlarmName);
    if (states[name] !== StateValue && summary) {
      history.unshift({ AlarmName: name, Timestamp: Date.now() / 1000, HistorySummary: summary });
    }
    states[name] = String(StateValue);
    return {};
  },
});

/** The alarms and a queue, a page each; the rest does not matter. */
function listResources({ states }: AlarmsOfStack, token: string | null) {
  const all = [
    ['AWS::SQS::Queue', 'queue'],
    ...Object.keys(states).map((name) => ['AWS::CloudWatch::Alarm', name]),
  ];
  const at = Number(token ?? 0);
  const [type, id] = all[at] as [string, string];
  const member = `<member><ResourceType>${type}</ResourceType><PhysicalResourceId>${id}</PhysicalResourceId></member>`;
  const next = at + 1 < all.length ? `<NextToken>${at + 1}</NextToken>` : '';
  const result = `<StackResourceSummaries>${member}</StackResourceSummaries>${next}`;
  return {
    headers: { 'content-type': 'text/xml' },
    text: `<ListStackResourcesResponse><ListStackResourcesResult>${result}</ListStackResourcesResult></ListStackResourcesResponse>`,
  };
}

function listSubscriptions({ subscribed }: AlarmsOfStack) {
  const members = Object.entries(subscribed).map(
    ([address, confirmed]) =>
      `<member><Protocol>email</Protocol><Endpoint>${address}</Endpoint><SubscriptionArn>${confirmed ? `${TOPIC}:1` : 'PendingConfirmation'}</SubscriptionArn></member>`,
  );
  const result = `<Subscriptions>${members.join('')}</Subscriptions>`;
  return {
    headers: { 'content-type': 'text/xml' },
    text: `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult>${result}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
  };
}

function describeStacks(stack: string, outputs: Record<string, string>) {
  const headers = { 'content-type': 'text/xml' };
  if (stack !== STACK) {
    const error = `<Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${stack} does not exist</Message>`;
    return { status: 400, headers, text: `<ErrorResponse><Error>${error}</Error></ErrorResponse>` };
  }
  const members = Object.entries(outputs)
    .map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    )
    .join('');
  const described = `<StackName>${stack}</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members}</Outputs>`;
  return {
    headers,
    text: `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>${described}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  };
}
