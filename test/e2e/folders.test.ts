import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalogue } from '../../core/catalogue.ts';
import { ENVIRONMENT } from '../../core/names.ts';
import { type StandIn, startStandIn } from '../../sample/stand-in/server.ts';
import { complaints, documentOf, type Ended, errorOf, soundalike } from '../support/cli.ts';
import { writeDatasetFolder } from '../support/dataset-folder.ts';
import { FEATURE_COLUMNS, featureValues } from '../support/import.ts';
import { filesBelow, hashesOfDay } from '../support/pipeline.ts';
import { artistId, smallCatalogue } from '../support/small-catalogue.ts';

const ROOT = join(import.meta.dirname, '../..');
const [MAIN, SAMPLE] = ['./soundalike-data', './soundalike-data/sample'];

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-folders-'));
});
afterEach(() => rm(root, { recursive: true }));

const cli = (args: string[], environment: Record<string, string> = {}): Promise<Ended> =>
  soundalike([...args, '--json'], { environment, cwd: root });
/** The folder that a command says it uses; null where it says nothing of one. */
const usedBy = ({ stderr }: Ended): string | null =>
  /^Using the data folder (\S+?)(?:, which holds no data yet)?\.$/m.exec(stderr)?.[1] ?? null;
const markOf = (folder: string): Promise<string | null> =>
  readFile(join(root, folder, 'provider'), 'utf8').catch(() => null);

/** Three tracks of three artists, in the layout of tracks.csv and artists.csv. */
async function writeDataset(folder: string): Promise<string[]> {
  const names = ['Nina Simone', 'Ann', 'Bob'];
  const tracks = names.map(
    (name, i) => `t${i},Track ${i},${5 - i},"['${name}']","['a${i}']",${featureValues(i / 10)}`,
  );
  const files = {
    'tracks.csv': `id,name,popularity,artists,id_artists,${FEATURE_COLUMNS}\n${tracks.join('\n')}\n`,
    'artists.csv': `id,followers,genres,name,popularity\n${names.map((name, i) => `a${i},5,[],${name},7`).join('\n')}\n`,
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return Object.keys(files).map((name) => join(folder, name));
}

/** A catalogue of Spotify that has the artists whom README follows. */
function spotifyOfReadme(): Catalogue {
  const small = smallCatalogue(6);
  const linked = '4Z8W4fKeB5YxbusRsdQVPb';
  const renamed = (id: string) => (id === artistId(2) ? linked : id);
  return {
    ...small,
    artists: small.artists.map((artist, i) => ({
      ...artist,
      id: renamed(artist.id),
      name: i === 0 ? 'Björk' : artist.name,
    })),
    tracks: small.tracks.map((track) => ({ ...track, artist_ids: track.artist_ids.map(renamed) })),
  };
}

describe('with a Spotify app', () => {
  let standIn: StandIn;
  let app: Record<string, string>;
  beforeEach(async () => {
    standIn = await startStandIn({ catalogue: spotifyOfReadme(), mode: 'development' });
    app = {
      [ENVIRONMENT.spotifyAccountsUrl]: standIn.urls.accounts,
      [ENVIRONMENT.spotifyApiUrl]: standIn.urls.api,
      [ENVIRONMENT.reccobeatsApiUrl]: standIn.urls.reccobeats,
      [ENVIRONMENT.spotifyClientId]: 'an-app',
      [ENVIRONMENT.spotifyClientSecret]: 'sesame-3141',
    };
  });
  afterEach(() => standIn.close());

  test("README's steps work in their order, from an empty folder, and leave the sample as it was", async () => {
    const downloads = await writeDataset(join(root, 'Downloads'));
    /** README's command, and what a test has in the place of what a shell or npm would make of it. */
    const steps: [string, string[], string][] = [
      ['npm ci && npm start', ['run'], SAMPLE],
      ['npx soundalike similar Velindel --limit 3', ['similar', 'Velindel', '--limit', '3'], SAMPLE],
      [
        'npx soundalike artists add "Björk" https://open.spotify.com/artist/4Z8W4fKeB5YxbusRsdQVPb',
        ['artists', 'add', 'Björk', 'https://open.spotify.com/artist/4Z8W4fKeB5YxbusRsdQVPb'],
        MAIN,
      ],
      ['npm start', ['run'], MAIN],
      [
        'npx soundalike import ~/Downloads/tracks.csv ~/Downloads/artists.csv --date 2026-01-01',
        ['import', ...downloads, '--date', '2026-01-01'],
        MAIN,
      ],
      ['npx soundalike similarity --date 2026-01-01', ['similarity', '--date', '2026-01-01'], MAIN],
      ['npx soundalike similar "Nina Simone"', ['similar', 'Nina Simone'], MAIN],
    ];
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    let [from, hasApp, sample] = [0, false, {}];
    for (const [command, args, folder] of steps) {
      from = readme.indexOf(command, from) + 1;
      expect({ command, inReadme: from > 0 }).toEqual({ command, inReadme: true });
      if (folder === MAIN && !hasApp) {
        hasApp = true;
        sample = await hashesOfDay(join(root, SAMPLE));
      }
      const ended = await cli(args, hasApp ? app : {});
      expect([command, ended.status, complaints(ended), usedBy(ended)]).toEqual([command, 0, [], folder]);
    }
    const velindel = await cli(['similar', 'Velindel', '--data', SAMPLE]);
    expect([velindel.status, await hashesOfDay(join(root, SAMPLE))]).toEqual([0, sample]);
    expect([await markOf(SAMPLE), await markOf(MAIN)]).toEqual(['the sample\n', 'the user\n']);
    const { artists } = documentOf<{ artists: { name: string; followed: boolean }[] }>(
      await cli(['artists', 'list']),
    );
    expect(
      artists
        .filter(({ followed }) => followed)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['Artist 002', 'Björk']);
    expect(artists.filter(({ followed }) => !followed).map(({ name }) => name)).toEqual([
      'Nina Simone',
      'Ann',
      'Bob',
    ]);
  });

  test('what is refused or brings nothing in leaves no mark, so that the sample is still found', async () => {
    expect((await cli(['run'])).status).toBe(0);
    await writeFile(join(root, 'broken.csv'), 'neither,this,nor,that\n1,2,3,4\n');
    const wrong = { ...app, [ENVIRONMENT.spotifyClientSecret]: 'wrong' };
    const { [ENVIRONMENT.spotifyClientSecret]: _, ...half } = app;
    const refused: [string[], Record<string, string>, string][] = [
      [['artists', 'add', 'Björk'], half, 'credentials'],
      [['artists', 'add', 'Björk'], wrong, 'credentials'],
      [['run'], app, 'no-artists'],
      [['artists', 'add', 'nobody at all'], app, 'unknown-artist'],
      [['listen'], app, 'consent-needed'],
      [['import', 'broken.csv'], {}, 'dataset'],
      [['import', 'not-there.csv'], {}, 'dataset'],
      [['run', '--catalogue', 'not-there'], {}, 'catalogue'],
    ];
    for (const [args, environment, code] of refused) {
      const ended = await cli(args, environment);
      expect([args, ended.status, documentOf(ended), usedBy(ended), await markOf(MAIN)]).toMatchObject([
        args,
        1,
        { error: { code } },
        MAIN,
        null,
      ]);
    }
    const similar = await cli(['similar', 'Velindel', '--limit', '1']);
    expect([similar.status, usedBy(similar)]).toEqual([0, SAMPLE]);
  });
});

test('the sample is refused a folder with a dataset, with what to do; the dataset is as it was', async () => {
  const files = await writeDataset(join(root, 'Downloads'));
  expect((await cli(['import', ...files, '--date', '2026-01-01'])).status).toBe(0);
  expect((await cli(['similarity', '--date', '2026-01-01'])).status).toBe(0);
  const [before, answer] = [await filesBelow(root), await cli(['similar', 'Nina Simone'])];
  for (const args of [
    ['run'],
    ['collect'],
    ['artists', 'add', 'Velindel'],
    ['run', '--mode', 'development'],
  ]) {
    const ended = await cli(args);
    expect(errorOf(ended, 1)).toMatchObject({
      code: 'other-provider',
      message: expect.stringContaining(
        `expected ${MAIN} to hold data of the sample, but it holds data of the user`,
      ),
      hint: expect.stringContaining(`--data ${SAMPLE}`),
    });
  }
  expect(await filesBelow(root)).toEqual(before);
  expect((await cli(['run', '--data', SAMPLE])).status).toBe(0);
  expect((await cli(['similar', 'Nina Simone'])).stdout).toBe(answer.stdout);
});

test('an import is refused a folder of the sample or of a catalogue, unless it says that it is theirs', async () => {
  const files = await writeDataset(join(root, 'Downloads'));
  await writeDatasetFolder(join(root, 'catalogue'), smallCatalogue(3));
  const catalogue = ['--catalogue', 'catalogue'];
  expect((await cli(['run', '--data', 'of-sample'])).status).toBe(0);
  expect((await cli(['run', '--data', 'of-catalogue', ...catalogue])).status).toBe(0);
  const [sample, small] = [await markOf('of-sample'), await markOf('of-catalogue')];
  expect([sample, small]).toEqual(['the sample\n', `the catalogue ${join(root, 'catalogue')}\n`]);
  for (const folder of ['of-sample', 'of-catalogue']) {
    const before = await filesBelow(join(root, folder));
    const error = errorOf(await cli(['import', ...files, '--date', '2026-01-01', '--data', folder]), 1);
    expect([error.code, error.hint]).toEqual(['other-provider', expect.stringContaining('--data')]);
    expect(await filesBelow(join(root, folder))).toEqual(before);
  }
  const dated = ['--date', '2026-01-01', '--data'];
  expect((await cli(['import', ...files, ...dated, 'of-sample', '--mode', 'extended'])).status).toBe(0);
  expect((await cli(['import', ...files, ...dated, 'of-catalogue', ...catalogue])).status).toBe(0);
  expect([await markOf('of-sample'), await markOf('of-catalogue')]).toEqual([sample, small]);
});

const QUESTIONS: string[][] = [
  ['similar', 'Velindel'],
  ['artists', 'list'],
  ['artists', 'remove', 'x'],
  ['score'],
  ['drift', 'Velindel'],
  ['history', 'export'],
  ['history', 'export', '--output', 'plays.jsonl'],
  ['recommend'],
  ['recommend', '--push', '--dry-run'],
  ['similarity'],
  ['train'],
  ['forget', '--yes'],
];

test.each(QUESTIONS.map((args) => [args]))('%j without data says so and makes nothing', async (args) => {
  const error = errorOf(await cli(args), 1);
  expect([error.code, error.message]).toEqual(['no-data', `expected data in ${MAIN} or ${SAMPLE}, got none`]);
  expect(await filesBelow(root)).toEqual([]);
});

test('a question about a folder that is named, and holds nothing, says so and makes nothing', async () => {
  const error = errorOf(await cli(['similar', 'Velindel', '--data', 'mine']), 1);
  expect([error.code, error.message]).toEqual(['no-data', 'expected data in mine, got none']);
  expect(existsSync(join(root, 'mine'))).toBe(false);
});

test('of three owners who begin a folder at the same moment one has it, and its data alone', async () => {
  const files = await writeDataset(join(root, 'Downloads'));
  await writeDatasetFolder(join(root, 'catalogue'), smallCatalogue(3));
  const ended = await Promise.all([
    cli(['collect', '--data', 'same']),
    cli(['collect', '--data', 'same', '--catalogue', 'catalogue']),
    cli(['import', ...files, '--data', 'same']),
  ]);
  const [winner, ...others] = ended.toSorted((a, b) => (a.status ?? 9) - (b.status ?? 9));
  expect(winner?.status).toBe(0);
  for (const loser of others) expect(errorOf(loser, 1).code).toBe('other-provider');
  const marks = ['the sample', `the catalogue ${join(root, 'catalogue')}`, 'the user'];
  expect(await markOf('same')).toBe(`${marks[ended.indexOf(winner as Ended)]}\n`);
  const { artists } = documentOf<{ artists: object[] }>(await cli(['artists', 'list', '--data', 'same']));
  expect(artists).toHaveLength([152, 3, 3][ended.indexOf(winner as Ended)] as number);
});

test.each([
  [['doctor'], 0],
  [['run', '--dry-run'], 0],
  [['collect', '--dry-run'], 0],
  [['score', '--recommendations'], 0],
] as const)('%j works before there is a folder, and makes none', async (args, status) => {
  const ended = await cli([...args]);
  expect([ended.status, usedBy(ended), existsSync(join(root, MAIN))]).toEqual([status, SAMPLE, false]);
});

describe('a folder of the version before, which had no folder for the sample', () => {
  /** Moves the sample to where that version kept it. */
  async function earlierSample(): Promise<void> {
    expect((await cli(['run', '--data', MAIN])).status).toBe(0);
  }

  test.each([
    ['marked', async () => {}],
    ['unmarked', () => rm(join(root, MAIN, 'provider'))],
  ])('the sample in it, %s: goes on there; your own data are refused, with what to do', async (_, change) => {
    await earlierSample();
    await change();
    const before = await hashesOfDay(join(root, MAIN));
    const similar = await cli(['similar', 'Velindel', '--limit', '1']);
    expect([similar.status, usedBy(similar)]).toEqual([0, MAIN]);
    const files = await writeDataset(join(root, 'Downloads'));
    const ended = await cli(['import', ...files, '--date', '2026-01-01']);
    expect(errorOf(ended, 1)).toMatchObject({
      code: 'other-provider',
      message: expect.stringContaining('it holds data of the sample'),
      hint: expect.stringContaining('rename that folder'),
    });
    expect(await hashesOfDay(join(root, MAIN))).toEqual(before);
    const again = await cli(['run', '--date', '2026-01-02']);
    expect([again.status, usedBy(again), existsSync(join(root, SAMPLE))]).toEqual([0, MAIN, false]);
  });

  test('an import in it, unmarked: it is yours, and stays so', async () => {
    const files = await writeDataset(join(root, 'Downloads'));
    expect((await cli(['import', ...files, '--date', '2026-01-01'])).status).toBe(0);
    await rm(join(root, MAIN, 'provider'));
    expect(errorOf(await cli(['run']), 1).code).toBe('other-provider');
    expect((await cli(['similarity', '--date', '2026-01-01'])).status).toBe(0);
    expect((await cli(['import', ...files, '--date', '2026-01-02'])).status).toBe(0);
    expect(await markOf(MAIN)).toBe('the user\n');
  });

  test("marked as Spotify's: it is yours, so that a dataset comes in", async () => {
    const files = await writeDataset(join(root, 'Downloads'));
    expect((await cli(['import', ...files, '--date', '2026-01-01'])).status).toBe(0);
    await writeFile(join(root, MAIN, 'provider'), 'Spotify\n');
    expect((await cli(['import', ...files, '--date', '2026-01-02'])).status).toBe(0);
    expect(errorOf(await cli(['run']), 1).code).toBe('other-provider');
  });
});
