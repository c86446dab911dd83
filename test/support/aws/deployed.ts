import type { UserGrant } from '../../../adapters/spotify/user-grant.ts';
import { ENVIRONMENT, FUNCTIONS, type FunctionName } from '../../../core/names.ts';
import { type StandIn, startStandIn } from '../../../sample/stand-in/server.ts';
import { STAND_IN_USER } from '../../../sample/stand-in/user-state.ts';
import { FakeClock } from '../clock.ts';
import { type TestDatabase, testDatabase } from '../mariadb-database.ts';
import { smallCatalogue } from '../small-catalogue.ts';
import { type Cloud, startCloud } from './cloud.ts';
import { type Answer, bundleFunctions, type Functions, type Invocation } from './functions.ts';

/**
 * A deployed pipeline: bundled functions, a real database server, a cloud over the wire, the stand-in for Spotify. A test
 * begins when a `FakeClock` does: it may last, but its day never ends.
 */
export interface Deployed {
  readonly cloud: Cloud;
  readonly standIn: StandIn;
  readonly mysql: TestDatabase;
  /** Ids of the catalogue's artists. */
  readonly artists: string[];
  /** Epoch milliseconds, by the clock of the functions and of Spotify. */
  now(): number;
  invoke(name: FunctionName, event?: unknown, invocation?: Invocation): Promise<Answer>;
  /** Logs the stand-in's user in, so many days ago; today unless told. */
  logIn(days?: number): void;
}

const DAY_MS = 86_400_000;

/** Id of the secret of the Spotify app. */
export const APP_SECRET = 'spotify-app';
/** Id of the secret of its user. */
export const USER_SECRET = 'spotify-user';

/** Deploys before each test of a file. The app is one of development mode, whose secret is filled in; nobody has logged in. */
export function deployed(): Deployed {
  const mysql = testDatabase();
  const catalogue = smallCatalogue();
  let functions: Functions;
  let cloud: Cloud;
  let standIn: StandIn;
  let ahead: number;
  const now = () => Date.now() + ahead;
  beforeAll(async () => {
    functions = await bundleFunctions(FUNCTIONS);
  });
  afterAll(() => functions?.remove());
  beforeEach(async () => {
    ahead = new FakeClock().now() - Date.now();
    cloud = await startCloud();
    cloud.secrets.set(APP_SECRET, JSON.stringify({ client_id: 'id', client_secret: 'secret' }));
    cloud.secrets.set(USER_SECRET, '{"refresh_token":"","scopes":"","authorized_at":""}');
    standIn = await startStandIn({ catalogue, mode: 'development', now });
  });
  afterEach(async () => {
    await standIn?.close();
    await cloud?.close();
  });
  return {
    get cloud() {
      return cloud;
    },
    get standIn() {
      return standIn;
    },
    mysql,
    artists: catalogue.artists.map(({ id }) => id),
    now,
    logIn: (days = 0) => {
      const grant: Partial<UserGrant> = {
        refresh_token: STAND_IN_USER.refreshToken,
        scopes: STAND_IN_USER.scopes.join(' '),
        authorized_at: new Date(now() - days * DAY_MS).toISOString(),
        account: STAND_IN_USER.id,
      };
      cloud.secrets.set(USER_SECRET, JSON.stringify(grant));
    },
    invoke: (name, event = {}, { environment, ...invocation } = {}) =>
      functions.invoke(name, event, {
        ahead,
        ...invocation,
        environment: {
          ...cloud.environment,
          [ENVIRONMENT.database]: mysql.url,
          [ENVIRONMENT.spotifySecret]: APP_SECRET,
          [ENVIRONMENT.userSecret]: USER_SECRET,
          [ENVIRONMENT.spotifyAccountsUrl]: standIn.urls.accounts,
          [ENVIRONMENT.spotifyApiUrl]: standIn.urls.api,
          [ENVIRONMENT.reccobeatsApiUrl]: standIn.urls.reccobeats,
          ...environment,
        },
      }),
  };
}
