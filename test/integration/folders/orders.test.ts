import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Local } from '../../../bin/local.ts';
import { type Here, resultHere } from '../../../bin/perform.ts';
import { brings, bringsFiles, type ProviderOptions, withProvider } from '../../../bin/provider.ts';
import type { SoundalikeError } from '../../../core/errors.ts';
import { ENVIRONMENT } from '../../../core/names.ts';
import { sampleCatalogue } from '../../../sample/generate.ts';
import { writeDatasetFolder } from '../../support/dataset-folder.ts';
import { artistRow } from '../../support/rows.ts';
import { artistId, smallCatalogue } from '../../support/small-catalogue.ts';

const [MAIN, SAMPLE, OTHER] = ['./soundalike-data', './soundalike-data/sample', './other'];
const NOW = '2026-11-22T12:00:00.000Z';

let root: string;
let said: string[];
const home = process.cwd();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-orders-'));
  for (const [i, name] of ['one', 'two'].entries()) {
    await writeDatasetFolder(join(root, name), smallCatalogue(i + 1));
  }
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  said = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
});
afterEach(() => {
  process.chdir(home);
  jest.restoreAllMocks();
});

/** Whose data there are. */
type Owner = 'the sample' | 'the user' | 'one' | 'two';

/** A command, but for what it does when its folder is found. */
interface Step {
  /** Whose data it brings in; a question brings none. */
  owner?: Owner;
  data?: string;
  work: Here<unknown>;
}

const speaks = (options: ProviderOptions, then = async (_: Local) => {}): Here<unknown> => ({
  folder: brings(options),
  local: (local) => withProvider(local, options, () => then(local)),
});
const catalogue = (name: string): ProviderOptions => ({ catalogue: join(root, name) });
const follows = ({ artists }: Local) => artists.follow([artistRow('of-spotify')], 'spotify', NOW);
const imports = (options: ProviderOptions): Here<unknown> => ({
  folder: bringsFiles(options),
  local: ({ artists }) => artists.know([artistRow('of-dataset')], 'dataset', NOW),
});
const asks: Here<unknown> = { local: async () => {} };

/** Every kind of command; `with an app` has credentials in the environment. */
const STEPS: Record<string, () => Step> = {
  start: () => ({ owner: 'the sample', work: speaks({}) }),
  'with an app': () => ({ owner: 'the user', work: speaks({}, follows) }),
  import: () => ({ owner: 'the user', work: imports({}) }),
  ask: () => ({ work: asks }),
  'start --catalogue one': () => ({ owner: 'one', work: speaks(catalogue('one')) }),
  'start --data other': () => ({ owner: 'the sample', data: OTHER, work: speaks({}) }),
  'import --data other': () => ({ owner: 'the user', data: OTHER, work: imports({}) }),
  'start --mode': () => ({ owner: 'the sample', work: speaks({ mode: 'development' }) }),
  'start --catalogue two': () => ({ owner: 'two', work: speaks(catalogue('two')) }),
  'import --mode': () => ({ owner: 'the sample', work: imports({ mode: 'extended' }) }),
  'import --catalogue one': () => ({ owner: 'one', work: imports(catalogue('one')) }),
  'ask --data other': () => ({ data: OTHER, work: asks }),
  'import --data sample': () => ({ owner: 'the user', data: SAMPLE, work: imports({}) }),
  'start --data main': () => ({ owner: 'the sample', data: MAIN, work: speaks({}) }),
  'with an app --mode': () => ({ owner: 'the sample', work: speaks({ mode: 'extended' }) }),
  'with an app --data other': () => ({ owner: 'the user', data: OTHER, work: speaks({}, follows) }),
};

/** Who owns which folder. */
type State = Record<string, Owner>;

/** What a command is to come to: the folder that it uses, the error's code if it is refused, and who owns what then. */
function expected(state: State, { owner, data }: Step): { folder: string; code?: string; after: State } {
  const isOfMain = owner !== undefined && owner !== 'the sample';
  const folder = data ?? (isOfMain || state[MAIN] ? MAIN : SAMPLE);
  const found = state[folder];
  if (owner === undefined) return { folder, code: found ? undefined : 'no-data', after: state };
  if (found && found !== owner) return { folder, code: 'other-provider', after: state };
  return { folder, after: { ...state, [folder]: owner } };
}

/** Does the command and holds everything against what it is to come to. */
async function take(state: State, name: string, path: string): Promise<State> {
  const step = (STEPS[name] as () => Step)();
  const { folder, code, after } = expected(state, step);
  for (const variable of [ENVIRONMENT.spotifyClientId, ENVIRONMENT.spotifyClientSecret]) {
    if (name.startsWith('with an app')) process.env[variable] = 'sesame';
    else delete process.env[variable];
  }
  said = [];
  const came = await resultHere({ data: step.data }, step.work).then(
    () => undefined,
    (error: unknown) => (error as SoundalikeError).code,
  );
  const used = /^Using the data folder (.*)\.$/m.exec(said.join(''))?.[1];
  expect({ path, code: came, used, owners: await owners() }).toEqual({
    path,
    code,
    used: code || step.data ? undefined : folder,
    owners: after,
  });
  await expectUnmixed(after);
  return after;
}

/** Who the marks say the folders belong to. */
async function owners(): Promise<State> {
  const state: State = {};
  for (const folder of [MAIN, SAMPLE, OTHER]) {
    const mark = await readFile(join(folder, 'provider'), 'utf8').catch(() => undefined);
    const name = mark?.split('\n')[0]?.replace(`the catalogue ${root}/`, '');
    if (name) state[folder] = name as Owner;
  }
  return state;
}

const IN_SAMPLE = new Set(sampleCatalogue().artists.map(({ id }) => id));
const OF: Record<Owner, (id: string) => boolean> = {
  'the sample': (id) => IN_SAMPLE.has(id),
  'the user': (id) => id === 'of-spotify',
  one: (id) => id === artistId(1),
  two: (id) => [artistId(1), artistId(2)].includes(id),
};

/** No folder has an artist of another owner's; what `import --mode` and `--catalogue` bring is asked for. */
async function expectUnmixed(state: State): Promise<void> {
  for (const [folder, owner] of Object.entries(state)) {
    const database = new DatabaseSync(join(folder, 'soundalike.db'), { readOnly: true });
    const rows = database.prepare("SELECT id FROM artists WHERE provider <> 'dataset'").all();
    database.close();
    expect({ folder, owner, strangers: rows.filter(({ id }) => !OF[owner](String(id))) }).toEqual({
      folder,
      owner,
      strangers: [],
    });
  }
}

/** Every order of so many of these commands, each from an empty folder on. */
async function takeAll(names: readonly string[], depth: number, folder: string, state: State, path: string) {
  if (depth === 0) return;
  for (const name of names) {
    const next = `${folder}-${names.indexOf(name)}`;
    await cp(folder, next, { recursive: true });
    process.chdir(next);
    const after = await take(state, name, `${path}, ${name}`);
    process.chdir(root);
    await takeAll(names, depth - 1, next, after, `${path}, ${name}`);
    await rm(next, { recursive: true });
  }
}

test.each([
  [16, 2],
  [5, 3],
])('every order of %i commands, %i at a time, mixes nothing and says what it uses', async (count, depth) => {
  const empty = await mkdtemp(join(root, 'work-'));
  await takeAll(Object.keys(STEPS).slice(0, count), depth, empty, {}, 'nothing');
  await rm(empty, { recursive: true });
});
