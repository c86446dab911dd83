import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainResult } from '../../core/events.ts';
import { documentOf, errorOf, soundalike } from '../support/cli.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-train-'));
});
afterEach(() => rm(folder, { recursive: true }));

const cli = (...args: string[]) => soundalike([...args, '--data', join(folder, 'data')]);

/** Playlists of two kinds that share no song. */
const playlists = Array.from({ length: 60 }, (_, n) => ({
  playlist_id: `list-${n}`,
  name: `List ${n}`,
  tracks: Array.from({ length: 12 }, (_, i) => {
    const song = `${n % 2 ? 'loud' : 'quiet'}-${(n * 5 + i * 3) % 20}`;
    return { id: song, name: song, artists: [{ id: 'a', name: 'A' }], duration_s: 200 };
  }),
}));

test('trains on imported playlists, tells how good it is, and the same again by the same settings', async () => {
  expect(errorOf(await cli('train', '--json'), 1)).toMatchObject({ code: 'no-data' });
  const path = join(folder, 'some.jsonl');
  await writeFile(path, playlists.map((playlist) => `${JSON.stringify(playlist)}\n`).join(''));
  expect((await cli('import', path)).status).toBe(0);

  const settings = ['--size', '8', '--epochs', '20', '--min-count', '1', '--seed', '7'];
  const trained = documentOf<TrainResult>(await cli('train', ...settings, '--json'));
  expect(trained).toMatchObject({ playlists: 60, tracks: 40, vocabulary: 40, seconds: expect.any(Number) });
  expect(trained.model).toMatch(/^sgs-d8-.*-e20-m1-.*-s7$/);
  const { quality } = trained;
  expect(quality?.hitRate10).toBeGreaterThan((quality?.random.hitRate10 ?? 1) + 0.1);
  expect(quality?.popularity).toMatchObject({ ndcg10: expect.any(Number), rPrecision: expect.any(Number) });

  const again = documentOf<TrainResult>(await cli('train', ...settings, '--json'));
  expect({ ...again, run: '', seconds: 0 }).toEqual({ ...trained, run: '', seconds: 0 });
  const { stdout } = await cli('train', ...settings);
  expect(stdout).toContain(`Trained ${trained.model} on 60 playlists of 40 tracks`);
});

test('a setting that cannot be is bad usage and named', async () => {
  expect(errorOf(await cli('train', '--size', '0', '--json'), 2).message).toContain('field size');
});
