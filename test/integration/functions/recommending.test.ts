import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { S3Store } from '../../../adapters/lake/s3.ts';
import type { DoctorResult, RecommendResult, TrainResult } from '../../../core/events.ts';
import { CHECKPOINTS, ENVIRONMENT, partitionKey, STAGING } from '../../../core/names.ts';
import { clientFor, patience } from '../../support/aws/client.ts';
import { LAKE } from '../../support/aws/cloud.ts';
import { deployed, USER_SECRET } from '../../support/aws/deployed.ts';
import type { Answer } from '../../support/aws/functions.ts';
import { documentOf, soundalike } from '../../support/cli.ts';
import { TODAY } from '../../support/pipeline.ts';
import { smallCatalogue } from '../../support/small-catalogue.ts';

const stack = deployed();
const { tracks } = smallCatalogue();
const SMALL = { size: 8, epochs: 6, minCount: 1, seed: 7 };
const FLAGS = ['--size', '8', '--epochs', '6', '--min-count', '1', '--seed', '7'];
const NOWHERE = { environment: { [ENVIRONMENT.database]: 'mysql://u:p@127.0.0.1:1/soundalike' } };

const metricsOf = ({ log }: Answer) => Object.assign({}, ...log.filter((line) => '_aws' in line));
const trained = (answer: Answer) => answer.result as unknown as TrainResult;
const recommended = (answer: Answer) => answer.result as unknown as RecommendResult;
const keys = (prefix: string) =>
  [...stack.cloud.s3.objects.keys()].filter((key) => key.startsWith(`${LAKE}/${prefix}`));
const modelFile = (model: string) =>
  stack.cloud.s3.objects.get(`${LAKE}/${partitionKey('track_vectors', model)}`);

/** Puts playlists of the catalogue's songs into the lake, as an adopted dataset stands there. */
async function putPlaylists(): Promise<void> {
  const client = new S3Client({ ...clientFor(stack.cloud.s3.url), forcePathStyle: true });
  const lake = new ParquetLake(new S3Store({ client, bucket: LAKE, ...patience() }));
  const rows = Array.from({ length: 60 }, (_, n) =>
    Array.from({ length: 12 }, (_, position) => {
      // Three kinds of playlists that share no song.
      const at = 3 * ((n * 7 + position * 11) % (tracks.length / 3)) + (n % 3);
      const { id, name, artist_ids } = tracks[at] as (typeof tracks)[number];
      const [artist_id = null] = artist_ids;
      return { playlist_id: `list-${n}`, position, track_id: id, name, artist_id, artist_name: artist_id };
    }),
  ).flat();
  await lake.write('playlists', 'mine', rows);
  stack.cloud.partitions.add('playlists/mine');
}

/** Runs a command of this machine on a copy of the stack's lake and on its database. */
async function locally<T>(work: (cli: (...args: string[]) => Promise<T>, folder: string) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-recommending-'));
  try {
    for (const [path, bytes] of stack.cloud.s3.objects) {
      if (!path.startsWith(`${LAKE}/`)) continue;
      const file = join(folder, 'lake', path.slice(LAKE.length + 1));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    const options = { environment: { [ENVIRONMENT.database]: stack.mysql.url } };
    const cli = async (...args: string[]) =>
      documentOf<object>(await soundalike([...args, '--data', folder, '--json'], options)) as T;
    await work(cli, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const failedChecks = async () =>
  ((await stack.invoke('doctor')).result as unknown as DoctorResult).checks
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);

/** What the user's playlists in the stand-in hold. */
const playlists = async () =>
  (await stack.standIn.user.state()).playlists.map(({ id, items }) => ({
    id,
    uris: items.map(({ uri }) => uri),
  }));

test('playlists and listening become vectors, a list, and a playlist of the user; this machine finds the same', async () => {
  stack.logIn();
  await putPlaylists();
  await stack.invoke('listening');

  const training = trained(await stack.invoke('trainer', SMALL));
  expect(training).toMatchObject({
    done: true,
    playlists: 60,
    tracks: tracks.length,
    vocabulary: tracks.length,
  });
  expect(training.quality?.heldOut).toBeGreaterThan(5);
  expect(stack.cloud.partitions).toContain(`track_vectors/${training.model}`);
  expect([...keys(CHECKPOINTS), ...keys(STAGING)]).toEqual([]);

  const event = { method: 'both' };
  const dryRun = await stack.invoke('recommender', { ...event, push: true, dryRun: true });
  const dry = recommended(dryRun);
  // It asks a service outside, and measures nothing of the list.
  expect(metricsOf(dryRun)).toMatchObject({ NoAnswer: 0 });
  expect(metricsOf(dryRun)).not.toHaveProperty('Recommended');
  expect(dry).toMatchObject({ run: null, playlist: null, model: training.model, requests: 0 });
  expect([await playlists(), keys('recommendations')]).toEqual([[], []]);

  const answer = await stack.invoke('recommender', { ...event, push: true });
  const result = recommended(answer);
  expect(result.songs.map(({ id }) => id)).toEqual(dry.songs.map(({ id }) => id));
  expect(result.songs.length).toBeGreaterThan(10);
  expect(await playlists()).toMatchObject([
    { id: result.playlist?.id, uris: result.songs.map(({ uri }) => uri) },
  ]);
  expect(keys('recommendations')).toEqual([`${LAKE}/${partitionKey('recommendations', TODAY)}`]);
  expect(stack.cloud.partitions).toContain(`recommendations/${TODAY}`);
  expect(metricsOf(answer)).toMatchObject({
    Recommended: result.songs.length,
    UnknownShare: result.unknownCount / result.heard,
    ConsentDaysLeft: expect.any(Number),
  });

  await locally<TrainResult & RecommendResult>(async (cli, folder) => {
    const { seconds: _, run: __, ...same } = await cli('train', ...FLAGS);
    expect(training).toMatchObject(same);
    const file = await readFile(join(folder, 'lake', partitionKey('track_vectors', training.model)));
    expect(file.equals(modelFile(training.model) as Buffer)).toBe(true);
    const list = await cli('recommend', '--method', 'both', '--date', TODAY, '--dry-run');
    const told = ({ songs }: RecommendResult) =>
      songs.map(({ score: _score, ...song }) => ({ ...song, nearness: song.nearness.toFixed(9) }));
    expect(told(list)).toEqual(told(result));
  });

  const { result: counts } = await stack.invoke('recommender', { ...event, push: true, counts: true });
  expect(counts).toMatchObject({ songs: result.songs.length, plays: result.plays, pushed: true });
  for (const { id, name } of [...result.songs, ...result.unknown]) {
    expect(JSON.stringify(counts)).not.toMatch(`"${id}"`);
    expect(JSON.stringify(counts)).not.toMatch(`"${name}"`);
  }
  const again = recommended(await stack.invoke('recommender', { ...event, push: true }));
  expect(again.playlist?.id).toBe(result.playlist?.id);
  expect(await playlists()).toHaveLength(1);
  expect(await failedChecks()).toEqual(['artists']);
});

test('a training whose time is used up goes on with its run, to the same bytes', async () => {
  await putPlaylists();
  const whole = trained(await stack.invoke('trainer', SMALL));
  const bytes = modelFile(whole.model);
  stack.cloud.s3.objects.delete(`${LAKE}/${partitionKey('track_vectors', whole.model)}`);
  await stack.mysql.admin('DELETE FROM runs');

  // The time is up when the first part of the work is kept.
  const first = trained(
    await stack.invoke('trainer', SMALL, {
      started: (trainer) => {
        stack.cloud.s3.fault = (line) => {
          if (line.startsWith('PUT') && line.includes(CHECKPOINTS)) trainer.send(900_000);
          return undefined;
        };
      },
    }),
  );
  stack.cloud.s3.fault = () => undefined;
  expect(first).toMatchObject({ done: false, run: expect.any(String), stopped: expect.any(String) });
  expect(keys(CHECKPOINTS)).toHaveLength(1);
  let last = first;
  while (!last.done) last = trained(await stack.invoke('trainer', { run: first.run }));
  const { seconds: _, run: __, ...same } = whole;
  expect(last).toMatchObject({ ...same, run: first.run });
  expect(modelFile(last.model)?.equals(bytes as Buffer)).toBe(true);
  expect(keys(CHECKPOINTS)).toEqual([]);
});

test('without playlists nothing is trained and without listening nothing is recommended; neither is a fault', async () => {
  stack.logIn();
  for (const [name, event] of [
    ['trainer', {}],
    ['recommender', { push: true }],
    ['recommender', {}],
  ] as const) {
    const answer = await stack.invoke(name, event);
    expect([name, answer.errorType]).toEqual([name, 'no-data']);
    expect(metricsOf(answer)).toMatchObject({ Refused: 1, function_name: `Soundalike-${name}` });
    expect(answer.log.filter(({ level }) => level === 'ERROR')).toEqual([]);
  }
  expect(await playlists()).toEqual([]);
  expect(await failedChecks()).not.toContain('runs');
});

test('until somebody logs in nothing is pushed: said with what to do, and nothing is asked or written', async () => {
  const answer = await stack.invoke('recommender', { push: true }, NOWHERE);
  expect(answer).toMatchObject({
    errorType: 'consent-needed',
    errorMessage: expect.stringContaining('log in: npx soundalike login --stack Soundalike'),
  });
  expect(metricsOf(answer)).toMatchObject({ Refused: 1 });
  expect(metricsOf(answer)).not.toHaveProperty('ConsentDaysLeft');
  expect([stack.standIn.requests.entries, keys('')]).toEqual([[], []]);
});

test('a consent that is revoked leaves the list in the lake, and shows no day left', async () => {
  stack.logIn();
  await putPlaylists();
  await stack.invoke('listening');
  await stack.standIn.user.revoke();
  const answer = await stack.invoke('recommender', { push: true });
  expect(answer.errorType).toBe('consent-needed');
  expect(metricsOf(answer)).toMatchObject({ Refused: 1, ConsentDaysLeft: 0 });
  expect(keys('recommendations')).toHaveLength(1);
  expect(JSON.parse(stack.cloud.secrets.get(USER_SECRET) ?? '')).toMatchObject({
    needs_consent_since: expect.any(String),
  });
});
