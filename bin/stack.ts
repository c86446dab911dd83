import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { AWS_CLIENT } from '../adapters/aws.ts';
import { filesToImport } from '../adapters/dataset/files.ts';
import type { VectorsFile } from '../adapters/dataset/vectors-file.ts';
import { writeTable } from '../adapters/lake/parquet.ts';
import type { S3Store } from '../adapters/lake/s3.ts';
import { MemoryState } from '../adapters/memory-state.ts';
import { spotifySettings } from '../adapters/spotify/settings.ts';
import type { StackAlarms } from '../adapters/stack/alarms.ts';
import { LAMBDA_CLIENT, StackFunctions } from '../adapters/stack/functions.ts';
import { type Outputs, stackOutputs } from '../adapters/stack/outputs.ts';
import type { WorkflowInput, WorkflowOutput } from '../adapters/stack/workflow.ts';
import { systemClock } from '../adapters/system.ts';
import type {
  AdoptModelRequest,
  AdoptRequest,
  HistoryImportRequest,
  HistoryImportResult,
  ImportRequest,
  ImportResult,
  LoginRequest,
  LoginResult,
  TrainResult,
} from '../core/events.ts';
import { historyUploadKey, uploadKey, uploadPrefix } from '../core/names.ts';
import type { TruthName } from '../core/ports.ts';
import type { ExploreSources } from '../lambdas/explorer/sources.ts';
import { ofDataset } from '../lambdas/importer/day.ts';
import { readModel, summaryOf, UNNAMED } from '../lambdas/importer/import-vectors.ts';
import { readDataset } from '../lambdas/importer/read-dataset.ts';
import { historyDocuments } from '../lambdas/listening/import-history.ts';
import { toUploads } from '../lambdas/listening/uploaded-history.ts';
import { vectorRows } from '../lambdas/trainer/rows.ts';
import { interruptible } from './interruptible.ts';
import { say } from './output.ts';
import { progressBar } from './progress.ts';

/** A deployed stack in the place of this machine: its functions, its workflow and its lake. */
export interface Stack extends Pick<StackFunctions, 'invoke'> {
  /** Starts the workflow and waits for its end; Ctrl-C ends the waiting alone. */
  run(input: WorkflowInput): Promise<WorkflowOutput>;
  /** Reads a dataset here, puts it into the lake's bucket, and has the catalog make it the day's data. */
  importDataset(request: ImportRequest): Promise<ImportResult>;
  /** Puts a model that was trained here into the lake's bucket, and has the trainer make it the newest. */
  adoptModel(file: string, result: TrainResult): Promise<TrainResult>;
  /** Reads privacy exports here, puts what is needed of them into the lake's bucket, and has the listening take it in. */
  importHistory(request: HistoryImportRequest): Promise<HistoryImportResult>;
  /** Logs in here by the stack's Spotify app, and stores what the user grants in the stack's secret. */
  login(request: LoginRequest): Promise<LoginResult>;
  /** Every play of the lake in order, as a line of JSON each. */
  historyLines(): AsyncIterable<string>;
  /** Keeps a list of what is known of artists in the lake. */
  putTruth(name: TruthName, csv: string): Promise<void>;
  /** Its alarms, by the caller's own credentials. */
  alarms(): Promise<StackAlarms>;
  /** What the explorer reads of the stack: its lake alone, by the caller's own credentials. */
  explored(): Promise<ExploreSources>;
}

const PATIENCE = { clock: systemClock, random: Math.random };
const newId = (): string => randomBytes(6).toString('hex');

/** Opens a deployed stack, by the credentials and the region that the AWS SDK finds. */
export async function openStack(name: string): Promise<Stack> {
  const outputs = await stackOutputs(new CloudFormationClient(AWS_CLIENT), name, PATIENCE);
  const functions = new StackFunctions({ client: new LambdaClient(LAMBDA_CLIENT), stack: name, ...PATIENCE });
  return {
    invoke: (...values) => functions.invoke(...values),
    run: (input) => runWorkflow(outputs('stateMachine'), input),
    importDataset: (request) => importInto(outputs('lakeBucket'), functions, request),
    adoptModel: (file, result) => adoptInto(outputs('lakeBucket'), functions, file, result),
    importHistory: (request) => importHistoryInto(outputs('lakeBucket'), functions, request),
    login: (request) => loginTo(outputs, request),
    historyLines: () => playsIn(outputs('lakeBucket')),
    putTruth: async (name, csv) => (await lakeIn(outputs('lakeBucket'))).putTruth(name, csv),
    alarms: () => alarmsOf(name),
    explored: () => exploredIn(outputs('lakeBucket')),
  };
}

async function runWorkflow(stateMachineArn: string, input: WorkflowInput): Promise<WorkflowOutput> {
  const { SFNClient } = await import('@aws-sdk/client-sfn');
  const { Workflow } = await import('../adapters/stack/workflow.ts');
  const workflow = new Workflow({ client: new SFNClient(AWS_CLIENT), stateMachineArn, ...PATIENCE });
  const execution = await workflow.start(`cli-${newId()}`, input);
  const doing = process.stderr.isTTY ? (what: string) => say(`${what} ...`) : undefined;
  return await interruptible(
    () => workflow.follow(execution, doing),
    () => say(`The execution ${execution} goes on in AWS.`),
  );
}

async function importInto(
  bucket: string,
  functions: StackFunctions,
  { paths, date = new Date().toISOString().slice(0, 10) }: ImportRequest,
): Promise<ImportResult> {
  const files = await filesToImport(paths, say);
  if (!Array.isArray(files)) return await importVectorsInto(bucket, functions, files, date);
  const store = await storeOf(bucket);
  const upload = newId();
  const folder = mkdtempSync(join(tmpdir(), 'soundalike-import-'));
  const { progress, stop } = progressBar();
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const work = async () => {
    const deps = { workspaceFolder: join(folder, 'workspace'), progress };
    const read = await readDataset(deps, files, (table, file, dataset) =>
      store.putFile(uploadKey(dataset === undefined ? upload : ofDataset(upload, dataset), table), file),
    );
    const adopt: AdoptRequest = { upload, result: { date, ...read } };
    return await functions.invoke<ImportResult>('catalog', { adopt }, { repeats: true });
  };
  return await interruptible(work, removeFolder).finally(() => {
    stop();
    removeFolder();
  });
}

async function importVectorsInto(
  bucket: string,
  functions: StackFunctions,
  file: VectorsFile,
  date: string,
): Promise<ImportResult> {
  const { progress, stop } = progressBar();
  const { vectors, model, result } = await readModel(file, progress).finally(stop);
  const adopt = { ...result, date, ...summaryOf(model) };
  const { run } = await adoptBy(bucket, functions, adopt, (store, key) =>
    store.write(key, (append) =>
      writeTable(
        'track_vectors',
        vectorRows(vectors, () => UNNAMED),
        append,
      ),
    ),
  );
  return { ...result, date, run };
}

const adoptInto = (bucket: string, functions: StackFunctions, file: string, result: TrainResult) =>
  adoptBy<TrainResult>(bucket, functions, { ...result }, (store, key) => store.putFile(key, file));

/** Uploads a model and has the trainer adopt it. */
async function adoptBy<T extends { run: string }>(
  bucket: string,
  functions: StackFunctions,
  result: AdoptModelRequest['result'],
  put: (store: S3Store, key: string) => Promise<void>,
): Promise<T> {
  const store = await storeOf(bucket);
  const upload = newId();
  const removeUpload = () => store.removeAll(uploadPrefix(upload)).catch(() => {});
  try {
    await put(store, uploadKey(upload, 'track_vectors'));
    const adopt: AdoptModelRequest = { upload, date: new Date().toISOString().slice(0, 10), result };
    return await functions.invoke<T>('trainer', { adopt }, { repeats: true });
  } catch (error) {
    // What cannot be removed now expires.
    await removeUpload();
    throw error;
  }
}

/** What is not needed of an export does not leave this machine. */
async function importHistoryInto(
  bucket: string,
  functions: StackFunctions,
  request: HistoryImportRequest,
): Promise<HistoryImportResult> {
  const store = await storeOf(bucket);
  const documents = await historyDocuments(request, PATIENCE.clock);
  const upload = newId();
  const { progress, stop } = progressBar();
  try {
    const paths: string[] = [];
    for (const [i, document] of documents.entries()) {
      progress('files', i, documents.length);
      for await (const part of toUploads(document)) {
        await store.put(historyUploadKey(upload, paths.length), Buffer.from(JSON.stringify(part)));
        paths.push(document.path);
      }
    }
    const history = { upload, paths };
    return await functions.invoke<HistoryImportResult>('listening', { history }, { repeats: true });
  } finally {
    stop();
    // What cannot be removed now expires.
    await store.removeAll(uploadPrefix(upload)).catch(() => {});
  }
}

async function storeOf(bucket: string) {
  const { S3Store, s3Client } = await import('../adapters/lake/s3.ts');
  return new S3Store({ client: s3Client(process.env), bucket, ...PATIENCE });
}

async function lakeIn(bucket: string) {
  const { ParquetLake } = await import('../adapters/lake/lake.ts');
  return new ParquetLake(await storeOf(bucket));
}

async function alarmsOf(stack: string): Promise<StackAlarms> {
  const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch');
  const { SNSClient } = await import('@aws-sdk/client-sns');
  const { StackAlarms } = await import('../adapters/stack/alarms.ts');
  return new StackAlarms({
    formation: new CloudFormationClient(AWS_CLIENT),
    watch: new CloudWatchClient(AWS_CLIENT),
    sns: new SNSClient(AWS_CLIENT),
    stack,
    ...PATIENCE,
  });
}

async function exploredIn(bucket: string): Promise<ExploreSources> {
  const { PublishedLake } = await import('../adapters/lake/published.ts');
  const lake = await lakeIn(bucket);
  const published = new PublishedLake(lake, systemClock);
  return { lake, artists: published, relatedArtists: published, clock: systemClock };
}

async function* playsIn(bucket: string): AsyncGenerator<string> {
  const lake = await lakeIn(bucket);
  for (const dt of await lake.days('recently_played')) {
    for (const play of (await lake.read('recently_played', dt)) ?? []) yield `${JSON.stringify(play)}\n`;
  }
}

async function loginTo(outputs: Outputs, request: LoginRequest): Promise<LoginResult> {
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const { SecretsManagerSecret } = await import('../adapters/secrets/secrets-manager.ts');
  const { SpotifyApp } = await import('../adapters/spotify/app.ts');
  const { UserGrant } = await import('../adapters/spotify/user-grant.ts');
  const { logIn } = await import('./log-in.ts');
  const shared = { client: new SecretsManagerClient(AWS_CLIENT), ...PATIENCE };
  const app = new SecretsManagerSecret({ ...shared, id: outputs('spotifySecret'), schema: SpotifyApp });
  const grant = new SecretsManagerSecret({ ...shared, id: outputs('userSecret'), schema: UserGrant });
  const { client_id } = await app.read();
  const access = { settings: spotifySettings(process.env), provider: `spotify:${client_id}`, app, grant };
  return await logIn({ ...PATIENCE, ...access, apiState: new MemoryState(), say }, request);
}
