import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import { S3Store } from '../../adapters/lake/s3.ts';
import { estimateCollection } from '../../core/budget.ts';
import {
  type AddResult,
  type ForgetResult,
  type HearResult,
  type HistoryImportResult,
  RecommendRequest,
  type RecommendResult,
  type UploadedHistory,
} from '../../core/events.ts';
import type { Row } from '../../core/tables.ts';
import { IDLE } from '../../lambdas/listening/hear.ts';
import { importHistory } from '../../lambdas/listening/import-history.ts';
import { recordHistory } from '../../lambdas/listening/record-history.ts';
import { uploadedDocuments } from '../../lambdas/listening/uploaded-history.ts';
import { nobody } from '../../lambdas/login/consent.ts';
import { clientFor, patience } from '../support/aws/client.ts';
import { LAKE } from '../support/aws/cloud.ts';
import { type DeployedStack, STACK, serveStack } from '../support/aws/deployed-stack.ts';
import { complaints, documentOf, type Ended, errorOf, soundalike } from '../support/cli.ts';
import { extendedOf, listenerOf, SECRET } from '../support/listener.ts';
import { openMachine } from '../support/machine.ts';

let stack: DeployedStack;
beforeEach(async () => {
  stack = await serveStack();
});
afterEach(() => stack.close());

const cli = (...args: string[]): Promise<Ended> => soundalike([...args, '--stack', STACK, '--json'], stack);
const events = () => stack.lambda.invocations.map(({ name, event }) => [name, event]);

test('listens, and says so where nobody has logged in', async () => {
  const heard: HearResult = {
    ...IDLE,
    added: 3,
    learned: { asked: 0, known: 0, requests: 0, stopped: null },
  };
  stack.lambda.functions.listening = () => heard;
  const ended = await cli('listen');
  expect([ended.status, documentOf(ended)]).toEqual([0, heard]);
  stack.lambda.functions.listening = () => IDLE;
  const idle = await cli('listen');
  expect(errorOf(idle, 1)).toMatchObject({
    code: 'consent-needed',
    hint: `log in: npx soundalike login --stack ${STACK}`,
  });
  expect(documentOf(idle)).toMatchObject(IDLE);
  expect(events()).toEqual([
    ['Soundalike-listening', {}],
    ['Soundalike-listening', {}],
  ]);
});

test('forgets, when told to', async () => {
  const forgotten: ForgetResult = { plays: 7, gaps: 1, playlists: 2, runs: 3, days: 4 };
  stack.lambda.functions.listening = () => forgotten;
  expect(errorOf(await cli('forget'), 2).message).toContain('in the stack Soundalike');
  expect(events()).toEqual([]);
  const ended = await cli('forget', '--yes');
  expect([ended.status, documentOf(ended)]).toEqual([0, forgotten]);
  expect(events()).toEqual([['Soundalike-listening', { forget: true }]]);
});

test('recommends and pushes there, what was asked for and nothing else; what fails there is told', async () => {
  const list: RecommendResult = {
    ...{ date: '2026-11-22', run: 'r1', from: '2026-11-15T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' },
    ...{
      plays: 3,
      heard: 2,
      unknown: [],
      unknownCount: 0,
      method: 'items',
      model: null,
      songs: [],
      gone: [],
    },
    ...{ playlist: null, requests: 1, warnings: ['a note'] },
  };
  stack.lambda.functions.recommender = () => list;
  const ended = await cli('recommend', '--days', '30', '--method', 'items', '--push');
  expect([ended.status, documentOf(ended), complaints(ended)]).toEqual([0, list, ['Note: a note.']]);
  const [[name, event] = []] = events();
  expect(name).toBe('Soundalike-recommender');
  expect(event).toMatchObject({ days: 30, method: 'items', push: true, dryRun: false });
  stack.lambda.functions.recommender = () => {
    throw nobody(STACK);
  };
  expect(errorOf(await cli('recommend', '--push'), 1)).toEqual({
    code: 'consent-needed',
    message: "expected the user's consent, but nobody has logged in to Spotify yet",
    hint: `log in: npx soundalike login --stack ${STACK}`,
  });
  expect(RecommendRequest.parse(events().at(-1)?.[1])).toMatchObject({ push: true });
});

test('follows those that were heard', async () => {
  const collection = estimateCollection(0, { tracks: 10, dailyRequests: 1000 });
  const added: AddResult = { added: [], known: [], ambiguous: [], notFound: [], collection };
  stack.lambda.functions.catalog = () => added;
  expect((await cli('artists', 'add', '--from-listening')).status).toBe(0);
  expect((await cli('artists', 'add', 'Velindel', '--from-listening', '--days', '7')).status).toBe(0);
  expect((await cli('artists', 'add', 'Velindel')).status).toBe(0);
  expect(events().map(([, event]) => event)).toEqual([
    { fromListening: 30 },
    { add: ['Velindel'], fromListening: 7 },
    { add: ['Velindel'] },
  ]);
});

test('takes in a privacy export: what is not needed of it stays here, and a broken file is told', async () => {
  const plays = extendedOf(listenerOf(3, Date.UTC(2026, 10, 1), 5).plays);
  const here = await openMachine();
  const machine = await openMachine();
  try {
    const good = join(here.folder, 'Streaming_History_Audio_2026_0.json');
    const broken = join(here.folder, 'Streaming_History_Audio_2026_1.json');
    await writeFile(good, JSON.stringify(plays));
    await writeFile(broken, '{');
    const uploaded: string[] = [];
    const client = new S3Client({ ...clientFor(stack.s3.url), forcePathStyle: true });
    const lake = new ParquetLake(new S3Store({ client, bucket: LAKE, ...patience() }));
    stack.lambda.functions.listening = ({ history }) => {
      uploaded.push(...[...stack.s3.objects.values()].map(String));
      const documents = uploadedDocuments(lake, history as UploadedHistory);
      return recordHistory({ ...machine, progress: () => {} }, documents);
    };
    const ended = await cli('import', here.folder);
    const { run, ...told } = documentOf<HistoryImportResult>(ended);
    const { run: _, ...same } = await importHistory(
      { ...here, progress: () => {} },
      { paths: [here.folder] },
    );
    expect([ended.status, told]).toEqual([0, same]);
    expect(told).toMatchObject({
      added: told.plays,
      rejectedCount: 1,
      rejected: [{ file: basename(broken) }],
    });
    expect(await machine.history.after(null, 10_000)).toEqual(await here.history.after(null, 10_000));
    expect(uploaded).toHaveLength(2);
    expect(uploaded.join()).not.toMatch(/ip_addr|conn_country|platform/);
    expect(uploaded.join()).not.toContain(SECRET);
    expect([...stack.s3.objects.keys()]).toEqual([]);
  } finally {
    await here.close();
    await machine.close();
  }
});

test("writes the lake's plays out, in order", async () => {
  const client = new S3Client({ ...clientFor(stack.s3.url), forcePathStyle: true });
  const lake = new ParquetLake(new S3Store({ client, bucket: LAKE, ...patience() }));
  const play = (at: string): Row<'recently_played'> => ({
    ...{ played_at: new Date(at), track_id: 'Track0000000000001', name: 'A song', artist_id: null },
    ...{ artist_name: 'Artist 001', duration_ms: 1000, isrc: null, source: 'spotify:recently-played' },
  });
  const times = ['2026-11-20T23:00:00.000Z', '2026-11-21T01:00:00.000Z', '2026-11-21T02:00:00.000Z'];
  await lake.write('recently_played', '2026-11-20', times.slice(0, 1).map(play));
  await lake.write('recently_played', '2026-11-21', times.slice(1).map(play));
  const ended = await cli('history', 'export');
  const lines = ended.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect([ended.status, complaints(ended), lines]).toEqual([
    0,
    [],
    times.map((at) => ({ ...play(at), played_at: at })),
  ]);
});
