import { InvalidInputError, type SoundalikeError, UsageError } from '../core/errors.ts';
import { CollectRequest, parseInput } from '../core/events.ts';
import { ENVIRONMENT } from '../core/names.ts';
import { type Local, type Machine, machineOn, openLocal } from './local.ts';
import { print, printJson, say } from './output.ts';
import type { Words } from './print.ts';
import type { Stack } from './stack.ts';

/** Options of every command. */
export interface CommonOptions {
  data: string;
  database?: string;
  date?: string;
  json?: boolean;
  /** Deployed stack to do it in, in the place of this machine. */
  stack?: string;
}

/** What a command does on this machine and in a deployed stack. */
export type Place<T> = {
  /** Only where the command has `--stack`. */
  stack?: (stack: Stack) => Promise<T>;
} & (
  | { local: (local: Local) => Promise<T> }
  /** For work that goes on where there is no database. */
  | { machine: (machine: Machine) => Promise<T> }
);

/** What a command does, and how it tells what came of it. */
export type Work<T> = Place<T> & {
  words: Words<T>;
  /** The error that makes the exit status 1 although there is a result. */
  lack?: (result: T) => SoundalikeError | undefined;
};

/** Does the work here or in the stack, prints what came of it and sets the exit status. */
export async function perform<T extends object>(options: CommonOptions, work: Work<T>): Promise<void> {
  const result = await resultOf(options, work);
  const { warnings = [] } = result as { warnings?: string[] };
  say(...warnings.map((warning) => `Note: ${warning}.`));
  const error = work.lack?.(result);
  if (error) report(error);
  const document = error ? { ...result, error: errorFields(error) } : result;
  if (options.json) printJson(document);
  else print(...work.words(result, options.stack));
}

/** Does the work here or in the stack, and gives what came of it. */
export async function resultOf<T>(
  { data, database, date, stack }: CommonOptions,
  work: Place<T>,
): Promise<T> {
  // A command that has no use for the day does not take a wrong one either.
  requestOf(CollectRequest, { date });
  if (stack !== undefined && work.stack) {
    // The AWS SDK takes long to load, so it is loaded where it is needed.
    const { openStack } = await import('./stack.ts');
    return await work.stack(await openStack(stack));
  }
  const databaseOptions = { database, tls: process.env[ENVIRONMENT.databaseTls] };
  if ('machine' in work) {
    const machine = machineOn(data, databaseOptions);
    return await work.machine(machine).finally(() => machine.close());
  }
  const local = await openLocal(data, databaseOptions);
  return await work.local(local).finally(() => local.close());
}

/** What `--json` tells of an error. */
export const errorFields = ({ code, message, hint }: SoundalikeError) => ({ code, message, hint });

/** Tells on stderr what went wrong and what to do, and sets the exit status. */
export function report(error: SoundalikeError): void {
  say(`soundalike: ${error.message}; ${error.hint}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

/** Options become a request, and a wrong option bad usage. */
export function requestOf<T>(schema: Parameters<typeof parseInput<T>>[0], request: unknown): T {
  try {
    return parseInput(schema, request, 'options');
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(error.message, error.hint, { cause: error });
    throw error;
  }
}
