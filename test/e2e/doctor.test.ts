import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoctorResult } from '../../core/events.ts';
import { startStandIn } from '../../sample/stand-in/server.ts';
import { complaints, documentOf, expectGolden, soundalike } from '../support/cli.ts';
import { smallCatalogue } from '../support/small-catalogue.ts';

const NO_DATABASE = 'mysql://soundalike:sesame@127.0.0.1:1/soundalike';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-doctor-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const doctor = (data: string, ...args: string[]) =>
  soundalike(['doctor', '--data', join(folder, data), ...args]);
const failing = ({ checks }: DoctorResult) => checks.filter(({ ok }) => !ok).map(({ name }) => name);

test('on the sample all is well, at the first call too', async () => {
  const ended = await doctor('sample', '--mode', 'development', '--json');
  expect([ended.status, complaints(ended)]).toEqual([0, []]);
  expectGolden('doctor', ended);
  expect(existsSync(join(folder, 'sample'))).toBe(false);
  const words = await doctor('sample', '--mode', 'development');
  expect(words.status).toBe(0);
  expect(words.stdout.split('\n').filter(Boolean)).toHaveLength(14);
  expect(words.stdout).toContain('✓ spotify-audio-features: this Spotify app may not make this call');
});

test('without a database all else is examined, the exit status is 1, and the folder stays unmarked', async () => {
  const ended = await doctor('none', '--database', NO_DATABASE, '--json');
  const result = documentOf<DoctorResult & { error: object }>(ended);
  expect([ended.status, result.ok, failing(result)]).toEqual([
    1,
    false,
    ['database', 'artists', 'runs', 'agreement'],
  ]);
  expect(result.error).toMatchObject({
    code: 'unhealthy',
    message: expect.stringContaining('4 of 14 failed: database, artists, runs, agreement'),
  });
  expect(complaints(ended)).toHaveLength(1);
  expect(existsSync(join(folder, 'none/provider'))).toBe(false);
  const words = await doctor('none', '--database', NO_DATABASE);
  expect(words.stdout).toMatch(/\n✗ database: expected .* ECONNREFUSED .*\n {4}see that the server runs/);
});

test('an app that is half named leaves ReccoBeats to be asked', async () => {
  const standIn = await startStandIn({ catalogue: smallCatalogue(1), mode: 'development' });
  try {
    const environment = { SPOTIFY_CLIENT_ID: 'an-id', RECCOBEATS_API_URL: standIn.urls.reccobeats };
    const data = join(folder, 'half');
    const ended = await soundalike(['doctor', '--data', data, '--json'], { environment });
    const result = documentOf<DoctorResult>(ended);
    expect([ended.status, failing(result)]).toEqual([
      1,
      ['credentials', 'spotify-top-tracks', 'spotify-search', 'spotify-audio-features', 'artists'],
    ]);
    expect(result.checks[0]?.detail).toContain('got no secret');
  } finally {
    await standIn.close();
  }
});

test("another provider's folder is told, and left as it is", async () => {
  const data = join(folder, 'other');
  expect((await soundalike(['artists', 'add', 'Velindel', '--data', data])).status).toBe(0);
  const environment = { SPOTIFY_CLIENT_ID: 'an-id', SPOTIFY_CLIENT_SECRET: 'sesame-2' };
  const ended = await soundalike(['doctor', '--data', data, '--json'], { environment });
  expect(failing(documentOf<DoctorResult>(ended))).toContain('credentials');
  expect(documentOf<DoctorResult>(ended).checks[0]?.detail).toContain('holds data of the sample');
  expect(await readFile(join(data, 'provider'), 'utf8')).toBe('the sample\n');
});

test('docs/operating.md says what to do about every check', async () => {
  const document = await readFile(join(import.meta.dirname, '../../docs/operating.md'), 'utf8');
  const section = document.split(/^## /m).find((text) => text.startsWith('unhealthy')) ?? '';
  const { checks } = documentOf<DoctorResult>(await doctor('docs', '--json'));
  for (const { name } of checks) expect(section).toContain(`\`${name}\``);
});
