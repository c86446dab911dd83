import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { openSqlite } from '../../../adapters/database/sqlite.ts';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { known } from '../../../adapters/spotify/app.ts';
import type { TokenApp } from '../../../adapters/spotify/token-endpoint.ts';
import { UserGrant } from '../../../adapters/spotify/user-grant.ts';
import type { Database, PlaylistPush, PlaylistPushes, WritableSecret } from '../../../core/ports.ts';
import { type ConnectUserDeps, userConnector } from '../../../lambdas/login/connect.ts';
import type { PushDeps } from '../../../lambdas/playlist/push.ts';
import { sampleCatalogue } from '../../../sample/generate.ts';
import { type StandIn, type StandInOptions, startStandIn } from '../../../sample/stand-in/server.ts';
import { STAND_IN_USER } from '../../../sample/stand-in/user-state.ts';
import { MemoryApiState } from '../../support/api-state.ts';
import { FakeClock } from '../../support/clock.ts';

/** A folder that is not there: pushes keep nothing in a lake. */
const NOWHERE = join(tmpdir(), 'soundalike-nowhere');

/** A grant in memory, as two processes would share it: each has its own `view`. */
export class StoredGrant {
  value: UserGrant;
  writes = 0;

  constructor(value: Partial<UserGrant> = {}) {
    this.value = UserGrant.parse(value);
  }

  /** The secret as one process sees it: read once and kept, until it is refused. */
  view(): WritableSecret<UserGrant> {
    let kept: UserGrant | undefined;
    const read = async () => {
      kept ??= { ...this.value };
      return kept;
    };
    return {
      read,
      refresh: async (refused) => {
        if (kept === refused) kept = undefined;
        return read();
      },
      write: async (value) => {
        kept = undefined;
        this.value = value;
        this.writes++;
      },
    };
  }
}

/** The pushes in memory. `before` is called before one is saved, and may throw. */
export class StoredPushes implements PlaylistPushes {
  readonly rows = new Map<string, PlaylistPush>();
  before: (push: PlaylistPush) => void = () => {};

  async read(slot: string): Promise<PlaylistPush | undefined> {
    return this.rows.get(slot);
  }

  async save(push: PlaylistPush): Promise<void> {
    this.before(push);
    this.rows.set(push.slot, push);
  }
}

/** The stand-in's user, who has logged in at the clock's time. */
export interface Account {
  standIn: StandIn;
  clock: FakeClock;
  grant: StoredGrant;
  /** What keeps the runs. */
  database: Database;
  pushes: StoredPushes;
  deps: ConnectUserDeps;
  /** What a process of its own needs. */
  process(): ConnectUserDeps;
}

/** Runs a test with the stand-in's user, and ends the stand-in after it. */
export async function withAccount(
  test: (account: Account) => Promise<void>,
  options: Partial<StandInOptions> = {},
  app: TokenApp = { client_id: 'stand-in', client_secret: 'stand-in' },
): Promise<void> {
  const clock = new FakeClock();
  const standIn = await startStandIn({
    catalogue: sampleCatalogue(),
    mode: 'extended',
    now: () => clock.now(),
    ...options,
  });
  const database = await openSqlite(':memory:');
  const grant = new StoredGrant({
    refresh_token: STAND_IN_USER.refreshToken,
    authorized_at: new Date(clock.now()).toISOString(),
  });
  const { accounts, api } = standIn.urls;
  const settings = { accountsUrl: accounts, apiUrl: api, dailyRequests: 1000 };
  const process = (): ConnectUserDeps => ({
    settings,
    provider: 'stand-in:extended',
    apiState: new MemoryApiState(),
    clock,
    random: () => 0.5,
    app: known(app),
    grant: grant.view(),
  });
  try {
    await test({ standIn, clock, grant, database, pushes: new StoredPushes(), deps: process(), process });
  } finally {
    await standIn.close();
    await database.close();
  }
}

/** What a process needs to push. */
export const pushDeps = ({
  database,
  pushes: playlistPushes,
  process,
}: Account): PushDeps & ConnectUserDeps => {
  const deps = process();
  return {
    ...database,
    ...deps,
    lake: new ParquetLake(new FolderStore(NOWHERE)),
    host: { owner: 'this test', isGone: () => false },
    newId: () => randomUUID(),
    say: () => {},
    connectUser: userConnector(deps),
    playlistPushes,
    transaction: (work) => database.transaction((tables) => work({ ...tables, playlistPushes })),
  };
};

/** The error of a promise, after it was seen that nothing of it holds one of these secrets. */
export async function failure(
  promise: Promise<unknown>,
  secrets: readonly string[] = [],
): Promise<Error & { code?: string; hint?: string }> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  if (!error) throw new Error('expected a rejection');
  const shown = inspect(error, { depth: Infinity, showHidden: true });
  for (const secret of secrets) expect(shown).not.toContain(secret);
  return error;
}
