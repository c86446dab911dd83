import { openSqlite } from '../../../adapters/database/sqlite.ts';
import { unknown } from '../../../adapters/spotify/app.ts';
import { UserGrant } from '../../../adapters/spotify/user-grant.ts';
import { CapabilityGate } from '../../../core/capability.ts';
import { CredentialsError, SecretError } from '../../../core/errors.ts';
import type { Run, RunKind } from '../../../core/ports.ts';
import { consent } from '../../../lambdas/doctor/consent.ts';
import type { FaultRule } from '../../../sample/stand-in/faults.ts';
import { lakeWith } from '../../support/lake.ts';
import { runRow } from '../../support/machine.ts';
import { publicationOf, publishAs } from '../../support/publication.ts';
import { artistRow, featuresRow, trackRow } from '../../support/rows.ts';
import { artistId, smallCatalogue } from '../../support/small-catalogue.ts';
import { byName, failing, type Patient, waiting, withPatient } from './patient.ts';

const ALL = [
  'credentials',
  'spotify-top-tracks',
  'spotify-search',
  'spotify-audio-features',
  'reccobeats',
  'database',
  'artists',
  'runs',
  'lake',
  'query',
  'partitions',
  'agreement',
  'consent',
  'clock',
];
const SPOTIFY = ALL.slice(0, 4);
const EXTENDED = {};
const DEVELOPMENT = { mode: 'development' } as const;
const paths = ({ standIn }: Patient): string[] => standIn.requests.entries.map(({ path }) => path);

test('an app of extended mode may make every call: one request for each, counted once', () =>
  withPatient(EXTENDED, async (patient) => {
    const result = await patient.examine();
    expect(result.checks.map(({ name }) => name)).toEqual(ALL);
    expect([result.ok, failing(result), result.requests, result.hoursSincePublished]).toEqual([
      true,
      [],
      5,
      null,
    ]);
    expect(paths(patient).sort()).toEqual([
      '/api/token',
      '/reccobeats/v1/audio-features',
      '/v1/artists/Artist0000000000000001/top-tracks',
      '/v1/audio-features',
      '/v1/search',
    ]);
    const checks = byName(result);
    expect(checks['spotify-top-tracks']?.detail).toBe('answers: 3 tracks of Artist 001');
    expect(checks.reccobeats?.detail).toBe('answers: 3 tracks with audio features');
    expect(checks.database?.detail).toBe('answers, and its tables are up to date');
    expect(checks.runs?.detail).toContain('nothing is published yet');
    // The requests are those of the day's budget.
    expect(await patient.database.apiState.admit(patient.provider, patient.clock.now(), 4)).toMatchObject({
      why: 'budget',
    });
    expect(await patient.database.apiState.admit(patient.provider, patient.clock.now(), 5)).toEqual({
      admitted: true,
    });
  }));

test('what an app of development mode may not call is no fault, for another source takes over', () =>
  withPatient(DEVELOPMENT, async (patient) => {
    const result = await patient.examine();
    expect([result.ok, result.requests]).toEqual([true, 5]);
    const checks = byName(result);
    expect(checks['spotify-top-tracks']?.detail).toContain('spotify:search takes over');
    expect(checks['spotify-audio-features']?.detail).toContain('reccobeats takes over');
    const { apiState } = patient.database;
    expect(Object.keys(await apiState.capabilities(patient.provider)).sort()).toEqual([
      'spotify:audio-features',
      'spotify:top-tracks',
    ]);
  }));

test('a search is asked for its first page alone', () => {
  const small = smallCatalogue(3, 15);
  // Of every page others' tracks are left out, so that a collection would ask for a second.
  const catalogue = {
    ...small,
    artists: small.artists.map((artist) => ({ ...artist, name: 'Twin' })),
    tracks: small.tracks.map((track) => ({
      ...track,
      popularity: track.artist_ids.includes(artistId(3)) ? 1 : 90,
    })),
  };
  return withPatient({ mode: 'development', catalogue }, async (patient) => {
    await patient.database.artists.remove([artistId(1), artistId(2)]);
    expect((await patient.examine()).requests).toBe(5);
  });
});

test('what was remembered as missing is asked for all the same, and forgotten where it is not', () =>
  withPatient(EXTENDED, async (patient) => {
    const { apiState } = patient.database;
    const tomorrow = patient.clock.now() + 86_400_000;
    await apiState.setMissing(patient.provider, 'spotify:top-tracks', tomorrow);
    const result = await patient.examine();
    expect(byName(result)['spotify-top-tracks']?.detail).toContain('answers');
    const until = (await apiState.capabilities(patient.provider))['spotify:top-tracks'] ?? 0;
    expect(until).toBeLessThanOrEqual(patient.clock.now());
  }));

test('a gate that has asked lets calls through that it held as missing', () =>
  withPatient(EXTENDED, async ({ database: { apiState }, provider, clock }) => {
    const gate = new CapabilityGate({ apiState, provider, clock });
    await apiState.setMissing(provider, 'call', clock.now() + 86_400_000);
    const call = async () => 7;
    expect(await gate.attempt('call', call)).toEqual({ allowed: false });
    expect(await gate.ask('call', call)).toEqual({ allowed: true, value: 7 });
    expect(await gate.attempt('call', call)).toEqual({ allowed: true, value: 7 });
  }));

test('without a source of tracks, or of audio features, something is wrong', () =>
  withPatient(DEVELOPMENT, async (patient) => {
    patient.standIn.faults.add({ kind: 'status', match: '/v1/search', status: 500 });
    patient.standIn.faults.add({ kind: 'status', match: '/reccobeats', status: 500 });
    const result = await patient.examine();
    expect(failing(result)).toEqual(ALL.slice(1, 5));
    const checks = byName(result);
    for (const name of ['spotify-top-tracks', 'spotify-audio-features']) {
      expect(checks[name]?.detail).toContain('no other source answers');
    }
    expect(checks.reccobeats?.detail).toContain('ReccoBeats failed at GET');
  }));

test.each<[string, FaultRule]>([
  ['is down', { kind: 'status', match: '/reccobeats', status: 503 }],
  ['breaks off', { kind: 'cut', match: '/reccobeats' }],
  ['knows no track', { kind: 'status', match: '/reccobeats', status: 200, body: { content: [] } }],
])('that ReccoBeats %s is a fault only where Spotify gives no audio features', async (_name, fault) => {
  await withPatient(EXTENDED, async (patient) => {
    patient.standIn.faults.add(fault);
    const result = await patient.examine();
    expect(failing(result)).toEqual([]);
    expect(byName(result).reccobeats?.detail).toContain('but spotify:audio-features gives the same');
  });
  await withPatient(DEVELOPMENT, async (patient) => {
    patient.standIn.faults.add(fault);
    expect(failing(await patient.examine())).toEqual(['spotify-audio-features', 'reccobeats']);
  });
});

test('while Spotify asks to wait no request is made to it; that is told, and is no fault', () =>
  withPatient(EXTENDED, async (patient) => {
    const retryAfter = { 'retry-after': '50000' };
    patient.standIn.faults.add({ kind: 'status', match: '/api/token', status: 429, headers: retryAfter });
    const first = await patient.examine();
    expect([waiting(first), first.requests]).toEqual([SPOTIFY, 2]);
    patient.standIn.faults.clear();
    patient.standIn.requests.clear();
    const second = await patient.examine();
    expect(waiting(second)).toEqual(SPOTIFY);
    expect(paths(patient)).toEqual(['/reccobeats/v1/audio-features']);
    expect(failing(second)).toEqual([]);
    for (const name of SPOTIFY) {
      expect(byName(second)[name]?.detail).toMatch(/Spotify asks to wait until \d{4}-\d\d-\d\dT/);
    }
  }));

test('a wait that is asked for in the middle is told where it was', () =>
  withPatient(EXTENDED, async (patient) => {
    const retryAfter = { 'retry-after': '50000' };
    patient.standIn.faults.add({ kind: 'status', match: '/v1/audio', status: 429, headers: retryAfter });
    expect(waiting(await patient.examine())).toEqual(['spotify-audio-features']);
  }));

test('ReccoBeats may ask to wait too', () =>
  withPatient(DEVELOPMENT, async (patient) => {
    const retryAfter = { 'retry-after': '50000' };
    patient.standIn.faults.add({ kind: 'status', match: '/reccobeats', status: 429, headers: retryAfter });
    expect(waiting(await patient.examine())).toEqual(['reccobeats']);
  }));

test('a budget that is used up is not overdrawn', () =>
  withPatient({ dailyRequests: 2 }, async (patient) => {
    const first = await patient.examine();
    // The token and one of the others that were asked for at the same time.
    expect([
      waiting(first).length,
      paths(patient).filter((path) => !path.includes('reccobeats')).length,
    ]).toEqual([2, 2]);
    const second = await patient.examine();
    expect(waiting(second)).toEqual(SPOTIFY);
    expect(byName(second).credentials?.detail).toContain('the budget of 2 requests a day');
  }));

test('what Spotify says in plain text it says of the whole app', () =>
  withPatient(EXTENDED, async (patient) => {
    const body = 'Active premium subscription required for the owner of the app.';
    patient.standIn.faults.add({ kind: 'status', match: '/v1/', status: 403, body });
    const result = await patient.examine();
    expect(failing(result)).toEqual(SPOTIFY.slice(1));
    expect(byName(result)['spotify-search']).toMatchObject({
      detail: expect.stringContaining(body),
      remedy: expect.stringContaining('Premium'),
    });
  }));

test.each<[string, FaultRule, string]>([
  ['401 to every token', { kind: 'unauthorized', match: '/v1/' }, 'refused a fresh access token'],
  ['no whole answer', { kind: 'cut', match: '/v1/' }, '5 tries'],
])('%s is told of each call', (_name, fault, words) =>
  withPatient(EXTENDED, async (patient) => {
    patient.standIn.faults.add(fault);
    const result = await patient.examine();
    expect(failing(result)).toEqual(SPOTIFY.slice(1));
    for (const name of SPOTIFY.slice(1)) expect(byName(result)[name]?.detail).toContain(words);
  }),
);

test.each([
  [
    'not filled in',
    new SecretError('expected the secret spotify to hold …', 'fill in client_secret'),
    'fill in',
  ],
  ['not there', new CredentialsError('expected SPOTIFY_CLIENT_ID …', 'set both'), 'set both'],
])('credentials that are %s leave ReccoBeats to be asked, and Spotify not', (_name, error, remedy) =>
  withPatient(DEVELOPMENT, async (patient) => {
    const result = await patient.examine({}, { app: unknown(error) });
    expect(failing(result)).toEqual(SPOTIFY);
    expect(byName(result).credentials).toMatchObject({
      detail: error.message,
      remedy: expect.stringContaining(remedy),
    });
    expect(byName(result)['spotify-search']).toMatchObject({
      detail: 'not checked, since credentials failed',
      remedy: 'see the check credentials',
    });
    expect(paths(patient)).toEqual(['/reccobeats/v1/audio-features']);
  }),
);

test('credentials that are wrong are told, and not shown', () =>
  withPatient(EXTENDED, async (patient) => {
    const app = { client_id: 'the-id', client_secret: 'wrong' };
    const result = await patient.examine({}, { app: { read: async () => app, refresh: async () => app } });
    expect(failing(result)).toEqual(SPOTIFY);
    expect(byName(result).credentials?.detail).toContain('Spotify refused the app');
    expect([result.ok, result.requests]).toEqual([false, 2]);
    expect(JSON.stringify(result)).not.toContain('the-id');
  }));

test('where the services cannot even be opened, each of their checks says so, and the others are made', () =>
  withPatient(EXTENDED, async (patient) => {
    const connect = () => Promise.reject(new CredentialsError('expected an app, got none', 'set it'));
    const result = await patient.examine({ connect });
    expect(result.checks.map(({ name }) => name)).toEqual(ALL);
    expect(failing(result)).toEqual(ALL.slice(0, 5));
    expect(byName(result).clock?.detail).toContain('not checked');
  }));

test.each([
  [3_600_000, '60 min ahead of'],
  [-3_600_000, '60 min behind'],
])('a clock that is off by %i ms is told', (ahead, words) =>
  withPatient(EXTENDED, async (patient) => {
    patient.clock.ahead = ahead;
    const result = await patient.examine();
    expect(failing(result)).toEqual(['clock']);
    expect(byName(result).clock?.detail).toContain(`${words} that of Spotify`);
    patient.clock.ahead = Math.sign(ahead) * 50_000;
    expect(failing(await patient.examine())).toEqual([]);
  }),
);

test('nobody followed is a fault; the calls are tried with Spotify’s own example', () =>
  withPatient(EXTENDED, async (patient) => {
    const { artists } = patient.database;
    await artists.remove((await artists.list()).map(({ id }) => id));
    const result = await patient.examine();
    expect(failing(result)).toEqual(['artists']);
    expect(paths(patient)).toContain('/v1/artists/0TnOYISbd1XYRBk9myaseg/top-tracks');
  }));

describe('consent', () => {
  const HOUR = 3_600_000;
  const granted = {
    refresh_token: 'a token',
    account: 'somebody',
    authorized_at: '2026-05-31T12:00:00.000Z',
  };
  const expiry = Date.parse('2026-11-30T12:00:00.000Z');
  test.each<[string, Partial<UserGrant>, number, boolean, string]>([
    ['nobody has logged in', {}, 0, true, 'nobody has logged in: listening and playlists are idle'],
    ['good', granted, -15 * 24 - 1, true, 'somebody has logged in, 15 days left until 2026-11-30'],
    ['of which nothing tells the end', { refresh_token: 'a token' }, 0, true, 'a user has logged in'],
    ['ending', granted, -14 * 24 - 1, false, 'the consent ends soon, 14 days left until 2026-11-30'],
    ['at its last hour', granted, -1, false, 'the consent ends soon, 0 days left until 2026-11-30'],
    ['over', granted, 0, false, 'the consent has ended on 2026-11-30, six months after the login'],
    [
      'refused',
      { ...granted, needs_consent_since: '2026-06-01T00:00:00.000Z' },
      -999,
      false,
      'Spotify refuses the login since 2026-06-01T00:00:00.000Z',
    ],
  ])('%s', (_name, grant, hours, ok, detail) => {
    const found = consent(UserGrant.parse(grant), expiry + hours * HOUR);
    const remedy = ok ? null : expect.stringContaining('soundalike login');
    expect(found).toEqual({ ok, detail, remedy });
    expect(JSON.stringify(found)).not.toContain('a token');
  });

  test('one that cannot be read is told, and lets the others be', () =>
    withPatient(EXTENDED, async (patient) => {
      const grant = () => Promise.reject(new SecretError('expected mode 600, got 644', 'chmod 600 it'));
      const result = await patient.examine({ grant });
      expect([failing(result), byName(result).consent?.remedy]).toEqual([['consent'], 'chmod 600 it']);
    }));
});

describe('runs', () => {
  const at = ({ clock }: Patient, hours: number) => new Date(clock.now() + hours * 3_600_000).toISOString();
  const put = ({ database, today }: Patient, run: Partial<Run>) =>
    database.runs.insert(runRow({ dt: today, id: `${run.kind ?? 'collection'}-${run.status}`, ...run }));
  const detailOf = async (patient: Patient) => {
    const result = await patient.examine();
    return { ...byName(result).runs, failing: failing(result) };
  };

  test('the age of what is served', () =>
    withPatient(EXTENDED, async (patient) => {
      const { database } = patient;
      const started_at = at(patient, -30);
      await publishAs(database, { ...publicationOf(1, 2), run_id: 'run 7' }, { started_at });
      const run = (await database.runs.byId('run 7')) as Run;
      await database.runs.update({ ...run, status: 'done' }, run.epoch);
      const result = await patient.examine();
      expect(result.hoursSincePublished).toBeCloseTo(30, 1);
      expect(byName(result).runs).toMatchObject({
        ok: true,
        detail: `published: run 7, of ${run.started_at}`,
      });
    }));

  test('one that waits or works within its lease is told; one whose lease has run out is a fault', () =>
    withPatient(EXTENDED, async (patient) => {
      const waiting = {
        status: 'waiting',
        lease_until: at(patient, 5),
        started_at: at(patient, -1),
      } as const;
      await put(patient, waiting);
      expect(await detailOf(patient)).toMatchObject({
        detail: expect.stringContaining(`collection-waiting is waiting, held until ${waiting.lease_until}`),
        failing: [],
      });
      await put(patient, { status: 'replacing', lease_until: at(patient, -1), started_at: at(patient, -2) });
      expect(await detailOf(patient)).toMatchObject({
        remedy: `the next command that writes brings it to its end: soundalike similarity --date ${patient.today}`,
        failing: ['runs'],
      });
    }));

  test('one that replaces its day within its lease is no fault', () =>
    withPatient(EXTENDED, async (patient) => {
      await put(patient, { status: 'replacing', lease_until: at(patient, 1), started_at: at(patient, -2) });
      expect(await detailOf(patient)).toMatchObject({
        detail: expect.stringContaining('collection-replacing is replacing, held until '),
        failing: [],
      });
    }));

  describe('a day that is half replaced is a fault, however old, until a later run has made it whole', () => {
    const half = { status: 'failed', epoch: 5, summary: '{"halfReplaced":true}', dt: '2025-01-01' } as const;
    test.each<[RunKind, string, Partial<Run>, Partial<Run>]>([
      ['collection', 'soundalike collect --date 2025-01-01', { epoch: 4 }, { epoch: 6 }],
      ['collection', '--date 2025-01-01', { epoch: 6, dt: '2025-01-02' }, { epoch: 6, kind: 'import' }],
      ['import', 'soundalike import <path> --date 2025-01-01', { epoch: 4 }, { epoch: 6 }],
      [
        'similarity',
        'soundalike similarity --date 2025-01-01',
        { epoch: 6, summary: '{"published":false}' },
        { epoch: 7, summary: '{"published":true}' },
      ],
      ['training', 'soundalike train', { epoch: 4 }, { epoch: 6, dt: '2025-02-02' }],
    ])('%s: %s', (kind, remedy, without, withIt) =>
      withPatient(EXTENDED, async (patient) => {
        await put(patient, { ...half, kind });
        await put(patient, { dt: half.dt, kind, id: 'without', ...without });
        expect(await detailOf(patient)).toMatchObject({
          detail: expect.stringContaining(`${kind}-failed was stopped while it replaced 2025-01-01`),
          remedy: expect.stringContaining(remedy),
          failing: ['runs'],
        });
        await put(patient, { dt: half.dt, kind, id: 'with it', ...withIt });
        expect(await detailOf(patient)).toMatchObject({ remedy: null, failing: [] });
      }),
    );
  });

  test.each([
    ['collection', 'go on with it: soundalike collect --date 2020-01-01'],
    ['import', 'import the dataset again'],
    ['similarity', 'soundalike similarity --date 2020-01-01'],
    ['listening', 'soundalike listen'],
    ['training', 'soundalike train'],
    ['recommendation', 'soundalike recommend'],
  ] as const)('a run of kind %s that stopped long ago is a fault too', (kind, remedy) =>
    withPatient(EXTENDED, async (patient) => {
      const long = { dt: '2020-01-01', started_at: '2020-01-01T00:00:00.000Z' };
      await put(patient, { ...long, kind, status: 'running', lease_until: long.started_at });
      expect(await detailOf(patient)).toMatchObject({
        remedy: expect.stringContaining(remedy),
        failing: ['runs'],
      });
    }),
  );

  test('one that failed is a fault until a later one of its kind is done', () =>
    withPatient(EXTENDED, async (patient) => {
      await put(patient, { status: 'failed', started_at: at(patient, -3), finished_at: at(patient, -2) });
      await put(patient, { id: 'before', status: 'done', started_at: at(patient, -4) });
      const lease_until = at(patient, 1);
      await put(patient, { id: 'after', status: 'waiting', lease_until, started_at: at(patient, -1) });
      await put(patient, { kind: 'similarity', status: 'done', started_at: at(patient, -1) });
      expect(await detailOf(patient)).toMatchObject({
        detail: expect.stringContaining('collection-failed failed at '),
        failing: ['runs'],
      });
      await put(patient, { status: 'done', started_at: at(patient, -1) });
      expect((await detailOf(patient)).failing).toEqual([]);
    }));
});

describe('the lake', () => {
  /** Puts today's tables; `features` and all else have a row, unless it is empty. */
  async function fill({ lake, today }: Patient, features = [featuresRow('t')]): Promise<void> {
    await lake.write('artists', today, [artistRow('a')]);
    await lake.write('top_tracks', today, [trackRow('a', 't')]);
    await lake.write('audio_features', today, features);
  }
  const broken = { query: () => Promise.reject(new Error('no such table')) };

  test('what lies there is read, and seen by the query', () =>
    withPatient(EXTENDED, async (patient) => {
      await fill(patient);
      const result = await patient.examine();
      expect(failing(result)).toEqual([]);
      const { lake, query, partitions } = byName(result);
      expect([lake?.detail, query?.detail, partitions?.detail]).toEqual([
        `can be listed and read: 1 artists on ${patient.today}, its newest day`,
        'the test query answers: 3 rows in 3 days of tables',
        'the query sees all that lies in the lake: 3 days of tables',
      ]);
    }));

  test('a day without rows is no day that is missing', () =>
    withPatient(EXTENDED, async (patient) => {
      await fill(patient, []);
      expect(failing(await patient.examine())).toEqual([]);
    }));

  test('a day that the query does not see is told, with what registers it', () =>
    withPatient(EXTENDED, async (patient) => {
      await fill(patient);
      const { warehouse, today } = patient;
      // As Athena does where the partition is not registered.
      const blind = {
        query: async (sql: string, parameters: readonly string[]) =>
          (await warehouse.query(sql, parameters)).filter(({ name }) => name !== 'top_tracks'),
      };
      const result = await patient.examine({ warehouse: blind });
      expect(failing(result)).toEqual(['partitions']);
      expect(byName(result).partitions).toMatchObject({
        detail: expect.stringContaining(`does not see top_tracks of ${today}`),
        remedy: expect.stringContaining(
          `ALTER TABLE top_tracks ADD IF NOT EXISTS PARTITION (dt = '${today}')`,
        ),
      });
    }));

  test('only the newest seven days are looked at', () =>
    withPatient(EXTENDED, async (patient) => {
      for (let day = 10; day < 20; day++)
        await patient.lake.write('artists', `2026-01-${day}`, [artistRow('a')]);
      const result = await patient.examine();
      expect(byName(result).partitions?.detail).toContain(': 7 days of tables');
      expect(byName(result).query?.detail).toContain('7 rows in 7 days');
      expect(byName(result).lake?.detail).toContain('2026-01-19');
    }));

  test('a query that fails, a lake that cannot be read: each is told where it is', () =>
    withPatient(EXTENDED, async (patient) => {
      await fill(patient);
      const noQuery = await patient.examine({ warehouse: broken });
      expect(failing(noQuery)).toEqual(['query', 'partitions']);
      expect(byName(noQuery).query?.detail).toContain('no such table');
      expect(byName(noQuery).partitions?.detail).toBe('not checked, since query failed');
      const refuse = () => Promise.reject(new Error('access denied'));
      const noLake = await patient.examine({ lake: lakeWith(patient.lake, { days: refuse, read: refuse }) });
      expect(failing(noLake)).toEqual(['lake', 'partitions', 'agreement']);
      expect(byName(noLake).agreement?.detail).toBe('not checked, since lake failed');
      const noRead = await patient.examine({ lake: lakeWith(patient.lake, { read: refuse }) });
      expect(failing(noRead)).toEqual(['lake', 'agreement']);
    }));
});

describe('the database', () => {
  test('where it cannot be opened, all else is examined', () =>
    withPatient(DEVELOPMENT, async (patient) => {
      const openDatabase = () =>
        Promise.reject(new SecretError('expected a password, got none', 'fill it in'));
      const result = await patient.examine({ openDatabase });
      expect(result.checks.map(({ name }) => name)).toEqual(ALL);
      expect(failing(result)).toEqual(['database', 'artists', 'runs', 'agreement']);
      expect(byName(result).database).toMatchObject({ remedy: 'fill it in' });
      expect(byName(result).runs?.detail).toBe('not checked, since database failed');
    }));

  test('without it a wait is obeyed while the examination lasts', () =>
    withPatient(EXTENDED, async (patient) => {
      const retryAfter = { 'retry-after': '50000' };
      patient.standIn.faults.add({ kind: 'status', match: '/v1/artists', status: 429, headers: retryAfter });
      const openDatabase = () => Promise.reject(new Error('no'));
      const result = await patient.examine({ openDatabase });
      expect(waiting(result)).toEqual(['spotify-top-tracks', 'spotify-audio-features']);
      expect([failing(result), result.requests]).toEqual([['database', 'artists', 'runs', 'agreement'], 4]);
    }));

  test.each([
    [0, 'migrator'],
    [2, 'newer'],
  ])('tables of version %i are told', (version, remedy) =>
    withPatient(EXTENDED, async (patient) => {
      const database = { ...patient.database, version: async () => ({ version, newest: 1 }) };
      const result = await patient.examine({ openDatabase: async () => database });
      expect(failing(result)).toEqual(['database']);
      expect(byName(result).database).toMatchObject({
        detail: `expected tables of version 1, got ${version}`,
        remedy: expect.stringContaining(remedy),
      });
    }),
  );

  test('one that goes away in the middle is told by each check that needs it', () =>
    withPatient(EXTENDED, async (patient) => {
      const gone = await openSqlite(':memory:');
      await gone.close();
      const result = await patient.examine({ openDatabase: async () => gone });
      expect(failing(result)).toEqual([...ALL.slice(0, 5), 'database', 'artists', 'runs', 'agreement']);
      expect(byName(result).reccobeats?.detail).toContain('database is not open');
    }));
});
