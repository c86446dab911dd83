import {
  InvalidInputError,
  NoDataError,
  OtherProviderError,
  type SoundalikeError,
  UsageError,
} from '../core/errors.ts';
import { CollectRequest, parseInput } from '../core/events.ts';
import { ENVIRONMENT } from '../core/names.ts';
import {
  claim,
  DEFAULT_FOLDER,
  folderFor,
  holdsData,
  type Owner,
  ownerOf,
  refuseOtherDatabase,
  refuseOthers,
  release,
  SAMPLE_FOLDER,
  settle,
} from './data-folder.ts';
import { type Local, type Machine, type MachineOptions, machineOn, openLocal } from './local.ts';
import { print, printJson, say } from './output.ts';
import type { Words } from './print.ts';
import type { Stack } from './stack.ts';

/** Options of every command. */
export interface CommonOptions {
  /** Where it is missing, bin/data-folder.ts chooses the folder. */
  data?: string;
  database?: string;
  date?: string;
  json?: boolean;
  /** Deployed stack to do it in, instead of this machine. */
  stack?: string;
}

/**
 * How a command uses the data folder.
 *
 * - `bring`: it collects, imports, or acts in the user's name. It may begin a folder, which it marks with the owner, and
 *   is refused one of another owner; a command that fails before anything came in leaves no mark.
 * - `try`: it says what works, what would be done, or that there is nothing yet (`doctor`, `--dry-run` of what brings,
 *   `explore`, `score --recommendations`). Where the folder holds no data it works in memory, as if the folder began, and leaves nothing.
 * - Without either it asks about, or works on, data that are there: `similar`, `artists list`, `score`, `drift`,
 *   `history export`, `recommend` without `--push`, and `similarity`, `train`, `artists remove`, `forget`. Where there
 *   are none it says so and makes nothing.
 */
export type FolderUse = BringUse | TryUse;

/** Of a command that brings data in. */
export interface BringUse {
  kind: 'bring';
  /** Whose data it brings in, by this folder if nothing else says so. */
  whose: (folder: string) => Promise<Owner>;
}

/** Of a command that leaves nothing in a folder without data. */
export interface TryUse {
  kind: 'try';
  /** Whose data it would bring in; none where it would bring none. */
  whose?: (folder: string) => Promise<Owner>;
}

/** What a command does on this machine. */
export type Here<T> =
  | { folder?: FolderUse; local: (local: Local) => Promise<T> }
  /** For work that needs no database. */
  | { folder: TryUse; machine: (machine: Machine) => Promise<T> };

/** What a command does on this machine and in a deployed stack. */
export type Place<T> = Here<T> & {
  /** Only where the command has `--stack`. */
  stack?: (stack: Stack) => Promise<T>;
};

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
export async function resultOf<T>(options: CommonOptions, work: Place<T>): Promise<T> {
  // A command that has no use for the day does not take a wrong one either.
  requestOf(CollectRequest, { date: options.date });
  if (options.stack !== undefined && work.stack) {
    // The AWS SDK takes long to load, so it is loaded where it is needed.
    const { openStack } = await import('./stack.ts');
    return await work.stack(await openStack(options.stack));
  }
  return await resultHere(options, work);
}

/** Does the work here, in the data folder that it is for. */
export async function resultHere<T>(options: CommonOptions, work: Here<T>): Promise<T> {
  const { data, database } = options;
  const use = work.folder;
  const whose = await use?.whose?.(data ?? DEFAULT_FOLDER);
  const folder = await folderFor(data, whose);
  const holds = (await ownerOf(folder)) !== undefined;
  // A database server may hold data where the folder holds none.
  if (!use && !holds && !database) throw noData(data);
  const server = { database, tls: process.env[ENVIRONMENT.databaseTls] };
  if ('local' in work && use?.kind === 'bring' && whose !== undefined) {
    await refuseOthers(folder, whose);
    sayFolder(data, folder);
    return await bring({ folder, owner: whose, server }, work.local);
  }
  const isTrial = use?.kind === 'try' && !holds;
  sayFolder(data, isTrial ? `${folder}, which holds no data yet` : folder);
  const machineOptions = { ...server, isTrial, isBeginning: isTrial && !database };
  if ('machine' in work) {
    const machine = machineOn(folder, machineOptions);
    return await work.machine(machine).finally(() => machine.close());
  }
  const local = await openLocal(folder, machineOptions);
  return await work.local(local).finally(() => local.close());
}

/** Says which folder is used where the user has named none. */
function sayFolder(data: string | undefined, folder: string): void {
  if (data === undefined) say(`Using the data folder ${folder}.`);
}

function noData(data: string | undefined): NoDataError {
  const where = data ?? `${DEFAULT_FOLDER} or ${SAMPLE_FOLDER}`;
  return new NoDataError(
    `expected data in ${where}, got none`,
    'try the sample (npm start), or begin your own (soundalike artists add, soundalike import, soundalike listen)',
  );
}

/** Does work that brings data in, in a folder that is marked as its owner's; where nothing came in the mark goes again. */
async function bring<T>(
  { folder, owner, server }: { folder: string; owner: Owner; server: MachineOptions },
  work: (local: Local) => Promise<T>,
): Promise<T> {
  const isBeginning = await claim(folder, owner);
  let local: Local | undefined;
  try {
    local = await openLocal(folder, { ...server, isBeginning });
    if (isBeginning && server.database) await refuseOtherDatabase(local, owner);
    const result = await work(local);
    if (isBeginning) await conclude(folder, owner, await holdsData(folder, local));
    return result;
  } catch (error) {
    if (isBeginning) {
      const mayHold = local !== undefined && !(error instanceof OtherProviderError);
      const holds = mayHold && (await holdsData(folder, local as Local).catch(() => true));
      // The first error is the one to report.
      await conclude(folder, owner, holds).catch(() => {});
    }
    throw error;
  } finally {
    await local?.close();
  }
}

/** Keeps or takes back the mark of a folder that began. A stand-in's is settled as soon as its artists are followed. */
async function conclude(folder: string, owner: Owner, holds: boolean): Promise<void> {
  if (!holds) await release(folder);
  else if (owner === 'the user') await settle(folder);
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
