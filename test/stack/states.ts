/** JSON as it flows between states. */
type Json = Record<string, unknown>;

/** One retrier of a task. */
interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds: number;
  MaxAttempts: number;
  BackoffRate: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: string;
}

/** A rule of a choice. */
interface Rule {
  And?: Rule[];
  Variable?: string;
  IsPresent?: boolean;
  IsString?: boolean;
  BooleanEquals?: boolean;
  Next?: string;
}

/** A state, with the fields of the Amazon States Language that the interpreter below knows. */
export interface State {
  Type: string;
  Next?: string;
  End?: boolean;
  Comment?: string;
  Result?: unknown;
  Parameters?: Json;
  InputPath?: string;
  ResultPath?: string | null;
  OutputPath?: string;
  Resource?: unknown;
  TimeoutSeconds?: number;
  Retry?: Retrier[];
  Catch?: { ErrorEquals: string[]; ResultPath: string; Next: string }[];
  Choices?: Rule[];
  Default?: string;
  TimestampPath?: string;
  ErrorPath?: string;
  CausePath?: string;
  ItemsPath?: string;
  ItemSelector?: Json;
  ItemProcessor?: Machine & { ProcessorConfig: { Mode: 'INLINE' | 'DISTRIBUTED'; ExecutionType?: string } };
  MaxConcurrency?: number;
  Label?: string;
}

/** A definition in the Amazon States Language. */
export interface Machine {
  StartAt: string;
  States: Record<string, State>;
  TimeoutSeconds?: number;
  Comment?: string;
}

/** The error of a function, as Lambda tells it: its type, and all else in the cause. */
export class FunctionError extends Error {
  readonly type: string;

  constructor(type: string, message = 'expected something, got another\ndo this') {
    super(message);
    this.type = type;
  }
}

/** How an execution ended, and what it waited for. */
export interface Execution {
  status: 'SUCCEEDED' | 'FAILED';
  output: unknown;
  error: string | undefined;
  /** Seconds before each retry, and the times that it waited for. */
  waits: (number | string)[];
}

/** Answers of functions by the state that asks for them, in turn; one that is a `FunctionError` is thrown. */
type Answers = Record<string, unknown[]>;

/** The same error so many times. */
export const failing = (code: string, times = 1): FunctionError[] =>
  Array.from({ length: times }, () => new FunctionError(code));

/** Runs a state machine with such answers, and tells beside how it ended what its functions were asked. */
export const answering =
  (machine: Machine) =>
  (input: Json, answers: Answers): Execution & { asked: [state: string, event: Json][] } => {
    const left = copied(answers);
    const asked: [string, Json][] = [];
    const execution = execute(machine, input, (state, event) => {
      asked.push([state, event]);
      const [answer] = left[state]?.splice(0, 1) ?? [];
      if (answer instanceof FunctionError) throw answer;
      if (answer === undefined && isNotice(machine, state)) return { MessageId: '1' };
      if (answer === undefined) throw new Error(`${state} was not expected to be asked again`);
      return answer;
    });
    return { ...execution, asked };
  };

const isNotice = ({ States }: Machine, state: string): boolean =>
  String(States[state]?.Resource).endsWith(':states:::sns:publish');

const copied = (answers: Answers): Answers =>
  Object.fromEntries(Object.entries(answers).map(([state, list]) => [state, [...list]]));

const FIELDS: Record<string, string[]> = {
  Pass: ['Result', 'Parameters', 'ResultPath', 'OutputPath', 'Comment'],
  Task: ['Resource', 'Parameters', 'InputPath', 'ResultPath', 'TimeoutSeconds', 'Retry', 'Catch'],
  Choice: ['Choices', 'Default'],
  Wait: ['TimestampPath'],
  Fail: ['ErrorPath', 'CausePath'],
  Map: ['ItemsPath', 'ItemSelector', 'ItemProcessor', 'MaxConcurrency', 'Label', 'ResultPath', 'Catch'],
};

/**
 * Runs a state machine as Step Functions does, as far as this workflow needs it: a state of another type, a field or a
 * path that it does not know throws. `invoke` stands for the functions, by the state's name. Time takes no time.
 */
function execute(machine: Machine, input: Json, invoke: (state: string, event: Json) => unknown): Execution {
  const waits: Execution['waits'] = [];
  let data: unknown = input;
  let name: string | undefined = machine.StartAt;
  while (name !== undefined) {
    const state: State | undefined = machine.States[name];
    if (!state) throw new Error(`no state ${name}`);
    const unknown = Object.keys(state).filter(
      (field) => !['Type', 'Next', 'End', ...(FIELDS[state.Type] ?? [])].includes(field),
    );
    if (unknown.length > 0 || !FIELDS[state.Type]) throw new Error(`${name}: cannot run ${unknown}`);
    const context = { data, input };
    let next: string | undefined = state.Next;
    if (state.Type === 'Fail') {
      at(state.CausePath ?? '', context);
      return {
        status: 'FAILED',
        output: undefined,
        error: String(at(state.ErrorPath ?? '', context)),
        waits,
      };
    }
    if (state.Type === 'Choice') {
      const rule: Rule | undefined = state.Choices?.find((choice) => holds(choice, context));
      next = rule ? rule.Next : state.Default;
    } else if (state.Type === 'Wait') {
      const until = at(state.TimestampPath ?? '', context);
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(String(until)))
        throw new Error(`no time: ${until}`);
      waits.push(String(until));
    } else if (state.Type === 'Pass') {
      const result =
        'Result' in state ? state.Result : state.Parameters ? filled(state.Parameters, context) : data;
      data = at(state.OutputPath ?? '$', { data: placed(data, state.ResultPath, result), input });
    } else if (state.Type === 'Map') {
      const mapped = map(state, context, invoke, waits);
      if ('error' in mapped) {
        const error = new FunctionError(mapped.error ?? '');
        const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, error));
        if (!catcher) return { status: 'FAILED', output: undefined, error: mapped.error, waits };
        data = placed(data, catcher.ResultPath, tellingOf(error));
        next = catcher.Next;
      } else data = placed(data, state.ResultPath, mapped.outputs);
    } else {
      const event = (
        state.Parameters ? filled(state.Parameters, context) : at(state.InputPath ?? '$', context)
      ) as Json;
      const [result, error] = attempt(state, () => invoke(name as string, structuredClone(event)), waits);
      const catcher = error && state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, error));
      if (error && !catcher) return { status: 'FAILED', output: undefined, error: error.type, waits };
      const told = error ? tellingOf(error) : result;
      data = placed(data, catcher ? catcher.ResultPath : state.ResultPath, told);
      next = catcher ? catcher.Next : state.Next;
    }
    if (next === undefined && !state.End) throw new Error(`${name} leads nowhere`);
    name = next;
  }
  return { status: 'SUCCEEDED', output: data, error: undefined, waits };
}

/** Runs the states of a map for each item, one after the other; what fails one fails the map. */
function map(
  { ItemsPath = '$', ItemSelector = {}, ItemProcessor }: State,
  context: Context,
  invoke: (state: string, event: Json) => unknown,
  waits: Execution['waits'],
): { outputs: unknown[] } | { error: string | undefined } {
  if (!ItemProcessor) throw new Error('a map of nothing');
  const outputs: unknown[] = [];
  for (const item of at(ItemsPath, context) as unknown[]) {
    const ended = execute(ItemProcessor, filled(ItemSelector, { ...context, item }), invoke);
    waits.push(...ended.waits);
    if (ended.status === 'FAILED') {
      const isDistributed = ItemProcessor.ProcessorConfig.Mode === 'DISTRIBUTED';
      return { error: isDistributed ? 'States.ExceedToleratedFailureThreshold' : ended.error };
    }
    outputs.push(ended.output);
  }
  return { outputs };
}

/** What a catcher is given. */
const tellingOf = ({ type, message }: FunctionError): Json => ({
  Error: type,
  Cause: JSON.stringify({ errorMessage: message }),
});

const matches = (types: readonly string[], { type }: FunctionError): boolean =>
  types.includes(type) || types.includes('States.ALL');

/** Tries a task as its retriers say; each counts its own tries. */
function attempt(
  { Retry = [] }: State,
  work: () => unknown,
  waits: Execution['waits'],
): [unknown, FunctionError | undefined] {
  const tries = new Map<Retrier, number>();
  for (;;) {
    try {
      return [work(), undefined];
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      const retrier = Retry.find(({ ErrorEquals }) => matches(ErrorEquals, error));
      const tried = retrier ? (tries.get(retrier) ?? 0) : 0;
      if (!retrier || tried >= retrier.MaxAttempts) return [undefined, error];
      tries.set(retrier, tried + 1);
      const wait = retrier.IntervalSeconds * retrier.BackoffRate ** tried;
      waits.push(Math.min(wait, retrier.MaxDelaySeconds ?? wait));
    }
  }
}

/** The state's data, and the execution's input for `$$.Execution.Input`. */
interface Context {
  data: unknown;
  input: Json;
  /** Of the map that is under way. */
  item?: unknown;
}

const INPUT = '$$.Execution.Input';

function find(path: string, { data, input, item }: Context): { value: unknown } | undefined {
  if (path === '$$.Map.Item.Value') return { value: item };
  const [start, rest] = path.startsWith(INPUT) ? [input, path.slice(INPUT.length)] : [data, path.slice(1)];
  let value: unknown = start;
  for (const key of rest.split('.').slice(1)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Json)[key];
  }
  return { value };
}

function at(path: string, context: Context): unknown {
  const found = find(path, context);
  if (!found) throw new Error(`nothing at ${path}`);
  return found.value;
}

function holds(rule: Rule, context: Context): boolean {
  if (rule.And) return rule.And.every((part) => holds(part, context));
  const found = find(rule.Variable ?? '', context);
  if (rule.IsPresent !== undefined) return (found !== undefined) === rule.IsPresent;
  // As Step Functions does, which fails the execution.
  if (!found) throw new Error(`nothing at ${rule.Variable}`);
  if (rule.IsString !== undefined) return (typeof found.value === 'string') === rule.IsString;
  if (rule.BooleanEquals !== undefined) return found.value === rule.BooleanEquals;
  throw new Error(`cannot tell ${JSON.stringify(rule)}`);
}

function filled(parameters: Json, context: Context): Json {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) =>
      key.endsWith('.$') ? [key.slice(0, -2), evaluated(String(value), context)] : [key, value],
    ),
  );
}

function evaluated(expression: string, context: Context): unknown {
  const [, text, values] = /^States\.Format\('((?:[^'\\]|\\.)*)', (.*)\)$/.exec(expression) ?? [];
  if (text !== undefined && values !== undefined) {
    const told = values.split(', ').map((value) => String(evaluated(value, context)));
    return text.replace(/\\(.)|\{\}/g, (_, escaped) => escaped ?? told.shift());
  }
  const [, whole] = /^States\.JsonToString\((\S+)\)$/.exec(expression) ?? [];
  if (whole !== undefined) return JSON.stringify(at(whole, context));
  const [, first, second] = /^States\.JsonMerge\((\S+), (\S+), false\)$/.exec(expression) ?? [];
  if (first === undefined || second === undefined) return at(expression, context);
  return { ...(at(first, context) as Json), ...(at(second, context) as Json) };
}

function placed(data: unknown, path: string | null | undefined, result: unknown): unknown {
  if (path === null) return data;
  if (path === undefined || path === '$') return result;
  return { ...(data as Json), [path.slice('$.'.length)]: result };
}
