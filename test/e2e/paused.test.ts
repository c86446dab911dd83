import { cpSync, mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mulberry32 } from '../../sample/random.ts';
import { expectAgreement, stateOf } from '../support/agreement.ts';
import { type Ended, soundalike } from '../support/cli.ts';
import { times } from '../support/long.ts';
import { leased, momentsOf, paused } from '../support/paused.ts';

const SEED = 20_261_128;
const DATE = '2026-11-22';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'soundalike-paused-'));
});
afterAll(() => rm(root, { recursive: true }));

const run = (folder: string, args: readonly string[]): Promise<Ended> =>
  soundalike([...args, '--data', folder], { environment: leased() });

async function done(folder: string, args: readonly string[]): Promise<void> {
  const { status, stderr } = await run(folder, args);
  if (status !== 0) throw new Error(`soundalike ${args.join(' ')}: ${stderr}`);
}

/** Two commands on a folder that others have prepared. */
interface Scenario {
  prepare: (folder: string) => Promise<void>;
  first: readonly string[];
  second: readonly string[];
}

const collected = async (folder: string) => {
  await done(folder, ['collect', '--date', DATE]);
};

const csv = (name: string, tracks: number) => {
  const path = join(root, name);
  const header =
    'id,name,artists,id_artists,danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,duration_ms,popularity,explicit,release_date';
  const rows = Array.from({ length: tracks }, (_, i) => {
    const id = `${name[0]}${i}`.padEnd(22, '0');
    const artist = `${name[0]}A${i % 5}`.padEnd(22, '0');
    return `${id},Song ${i},['Artist ${i % 5}'],['${artist}'],0.${i % 9}1,0.5,1,-7,1,0.05,0.2,0,0.1,0.5,120,4,200000,10,0,2020-01-01`;
  });
  return { path, text: `${[header, ...rows].join('\n')}\n` };
};

const exportOf = () => {
  const records = Array.from({ length: 12 }, (_, i) => ({
    ts: `2025-0${1 + (i % 9)}-03T10:00:00Z`,
    ms_played: 200_000,
    master_metadata_track_name: `Song ${i}`,
    master_metadata_album_artist_name: 'An Artist',
    spotify_track_uri: `spotify:track:${String(i).padStart(22, '0')}`,
  }));
  return { path: join(root, 'Streaming_History_Audio_2025_0.json'), text: JSON.stringify(records) };
};

const files = () => [csv('a.csv', 20), csv('b.csv', 35), exportOf()] as const;

const scenarios = (): [string, Scenario][] => {
  const [a, b, history] = files();
  const MODE = ['--mode', 'extended'];
  return [
    [
      'collect',
      {
        prepare: async (folder) => {
          const database = ['--mode', 'extended'];
          await done(folder, ['collect', '--date', '2026-11-21', ...database]);
        },
        first: ['collect', '--date', DATE, '--tracks', '3'],
        second: ['collect', '--date', DATE, '--tracks', '5'],
      },
    ],
    [
      'import',
      {
        prepare: (folder) => done(folder, ['import', a.path, '--date', '2026-11-20']),
        first: ['import', a.path, '--date', DATE],
        second: ['import', b.path, '--date', DATE],
      },
    ],
    [
      'similarity',
      {
        prepare: async (folder) => {
          await collected(folder);
          await done(folder, ['similarity', '--date', DATE, '--neighbours', '5']);
        },
        first: ['similarity', '--date', DATE, '--method', 'whitened', '--neighbours', '7'],
        second: ['similarity', '--date', DATE, '--neighbours', '6'],
      },
    ],
    [
      'a privacy export, and forget',
      {
        prepare: (folder) => done(folder, ['listen', ...MODE]),
        first: ['import', history.path, ...MODE],
        second: ['forget', '--yes'],
      },
    ],
    [
      'listen, and forget',
      {
        prepare: collected,
        first: ['listen', ...MODE],
        second: ['forget', '--yes'],
      },
    ],
  ];
};

describe.each([0, 1, 2, 3, 4])('scenario %i', (s) => {
  let base: string;
  let scenario: Scenario;
  let moments: number;
  /** What the second leaves alone, after the first, and before it. */
  let states: { second: object; firstThenSecond: object; secondThenFirst: object };

  const copy = (name: string): string => {
    const folder = join(root, `${s}-${name}`);
    cpSync(base, folder, { recursive: true });
    return folder;
  };

  beforeAll(async () => {
    for (const { path, text } of files()) await writeFile(path, text);
    scenario = (scenarios()[s] as [string, Scenario])[1];
    base = join(root, `${s}-base`);
    await scenario.prepare(base);
    const { first, second } = scenario;
    const stateAfter = async (name: string, ...commands: (readonly string[])[]) => {
      const folder = copy(name);
      for (const command of commands) await done(folder, command);
      await expectAgreement(folder);
      return await stateOf(folder);
    };
    states = {
      second: await stateAfter('second', second),
      firstThenSecond: await stateAfter('first-second', first, second),
      secondThenFirst: await stateAfter('second-first', second, first),
    };
    const counted = copy('counted');
    moments = (await momentsOf([...first, '--data', counted], join(root, `${s}-count`))).length;
  }, 600_000);

  test('the first, stopped at any moment while the second comes to its end, changes nothing after it', async () => {
    const random = mulberry32(SEED + s);
    const wanted = times(3, moments);
    const at =
      wanted >= moments
        ? Array.from({ length: moments }, (_, i) => i + 1)
        : Array.from({ length: wanted }, () => 1 + random.int(moments));
    for (const n of at) {
      const folder = copy(`at-${n}`);
      const { first, second } = scenario;
      const { status, stderr } = await paused([...first, '--data', folder], n, () => done(folder, second));
      const state = await stateOf(folder);
      const wasFirst = JSON.stringify(state) === JSON.stringify(states.secondThenFirst);
      if (status === 0 && wasFirst) continue; // stopped before it had begun
      expect({ n, stderr, state: [states.second, states.firstThenSecond] }).toEqual({
        n,
        stderr,
        state: expect.arrayContaining([state]),
      });
      await expectAgreement(folder);
      await rm(folder, { recursive: true });
    }
  }, 3_600_000);
});
