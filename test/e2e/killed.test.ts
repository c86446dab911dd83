import { mkdtempSync, watch } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../adapters/database/sqlite.ts';
import type { RunResult, SimilarResult } from '../../core/events.ts';
import { mulberry32 } from '../../sample/random.ts';
import { type StandIn, startStandIn } from '../../sample/stand-in/server.ts';
import { type CliOptions, documentOf, type Ended, soundalike } from '../support/cli.ts';
import { times } from '../support/long.ts';
import { filesBelow, hashesOfDay, seen, TODAY } from '../support/pipeline.ts';
import { artistId, smallCatalogue, toArtist } from '../support/small-catalogue.ts';

const SEED = 20_261_122;
const ARTISTS = 60;
const REQUESTS = 63;

const catalogue = smallCatalogue(ARTISTS);
let root: string;
let standIn: StandIn;
/** The day of 59 artists, and that of all. */
let before: Record<string, string>;
let after: Record<string, string>;

const command = (folder: string, args: string[], options: CliOptions = {}): Promise<Ended> => {
  const { accounts, api, reccobeats } = standIn.urls;
  return soundalike([...args, '--data', folder, '--date', TODAY, '--json'], {
    ...options,
    environment: {
      SPOTIFY_ACCOUNTS_URL: accounts,
      SPOTIFY_API_URL: api,
      RECCOBEATS_API_URL: reccobeats,
      SPOTIFY_CLIENT_ID: 'test',
      SPOTIFY_CLIENT_SECRET: 'sesame-3141',
    },
  });
};

async function follow(folder: string, n: number): Promise<void> {
  const database = await openSqlite(join(folder, 'soundalike.db'));
  await database.artists.follow(
    catalogue.artists.slice(0, n).map(toArtist),
    'spotify',
    new Date().toISOString(),
  );
  await database.close();
}

/** A folder in which the day of 59 artists is collected and published, and a 60th is followed since. */
async function prepared(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  await follow(folder, ARTISTS - 1);
  expect((await command(folder, ['run'])).status).toBe(0);
  await follow(folder, ARTISTS);
  return folder;
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'soundalike-killed-'));
  standIn = await startStandIn({ catalogue, mode: 'extended' });
  const folder = await prepared('undisturbed');
  before = await hashesOfDay(folder);
  expect((await command(folder, ['run'])).status).toBe(0);
  after = await hashesOfDay(folder);
});
afterAll(async () => {
  await standIn.close();
  await rm(root, { recursive: true });
});

/** What is left of a killed run: each object is the old one or the new one, and the published run is whole. */
async function expectWhole(folder: string): Promise<void> {
  const day = await hashesOfDay(folder);
  for (const table of Object.keys(before)) expect([before[table], after[table]]).toContain(day[table]);
  const database = new DatabaseSync(join(folder, 'soundalike.db'));
  const isReplacing = database.prepare("SELECT 1 FROM runs WHERE status = 'replacing'").all().length > 0;
  database.close();
  if (!isReplacing) expect([before, after]).toContainEqual(day);
  const similar = await command(folder, ['similar', artistId(1), '--limit', '100']);
  const { neighbours } = documentOf<SimilarResult>(similar);
  expect(neighbours.map(({ rank }) => rank)).toEqual(neighbours.map((_, i) => i + 1));
  expect([ARTISTS - 2, ARTISTS - 1]).toContain(neighbours.length);
}

/** The next run is right, and clears what the dead one left. */
async function expectNextRunIsRight(folder: string): Promise<void> {
  const next = await command(folder, ['run']);
  expect(next.status).toBe(0);
  expect(documentOf<RunResult>(next)).toMatchObject({
    artists: { compared: ARTISTS },
    pairs: ARTISTS * (ARTISTS - 1),
  });
  expect(await hashesOfDay(folder)).toEqual(after);
  expect(await filesBelow(join(folder, 'lake/staging'))).toEqual([]);
  const database = new DatabaseSync(join(folder, 'soundalike.db'));
  const states = database.prepare('SELECT DISTINCT status FROM runs WHERE kind = ?').all('collection');
  database.close();
  expect(states).toEqual([{ status: 'done' }]);
}

const random = mulberry32(SEED);

const moments = Array.from({ length: times(4, 70) }, (_, i) => [1 + random.int(REQUESTS), i]);

test.each(moments)('killed at request %d (moment %d)', async (n, i) => {
  const folder = await prepared(`request-${n}-${i}`);
  standIn.requests.clear();
  const killed = await command(folder, ['run'], {
    started: (child) => void seen(standIn, n as number).then(() => child.kill('SIGKILL')),
  });
  expect(killed.status).toBeNull();
  expect(await hashesOfDay(folder)).toEqual(before);
  await expectWhole(folder);
  await expectNextRunIsRight(folder);
});

// Wherever the kill comes by chance after that change: what is left must be whole.
test.each(['artists', 'top-tracks', 'audio-features', 'runs', 'artist-features', 'related-artists'])(
  'killed when the first file of %s changes',
  async (table) => {
    const folder = await prepared(`change-${table}`);
    let watcher: ReturnType<typeof watch> | undefined;
    const killed = await command(folder, ['run'], {
      started: (child) => {
        watcher = watch(join(folder, 'lake', table, `dt=${TODAY}`), () => child.kill('SIGKILL'));
      },
    });
    watcher?.close();
    // The last of them may have come to its end before the signal came.
    expect([null, 0]).toContain(killed.status);
    await expectWhole(folder);
    await expectNextRunIsRight(folder);
  },
);
