import { InvalidInputError, NoDataError, UnknownArtistError } from '../../../core/errors.ts';
import { findSimilar } from '../../../lambdas/explorer/find-similar.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { type Machine, openMachine, putDay, TODAY } from '../../support/machine.ts';
import { artistRow, featuresRow, trackRow } from '../../support/rows.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const artists = [
  artistRow('A1', { name: 'Beyoncé' }),
  artistRow('a1', { name: 'beyonce' }),
  artistRow('b1', { name: 'Echo' }),
  artistRow('b2', { name: 'Echo', url: null }),
  artistRow('c1', { name: '방탄소년단' }),
  artistRow('d1', { name: 'Not Compared' }),
];

/** The catalog, and a published run in which only tempo and energy count. */
async function publishRun(): Promise<string> {
  await machine.artists.follow(artists, 'spotify', `${TODAY}T00:00:00.000Z`);
  const tracks = artists.map(({ id }) => trackRow(id, `t-${id}`));
  const values = { A1: [100, 0], a1: [110, 0.5], b1: [200, 1], b2: [110, 0.5], c1: [160, 0.25] };
  const features = Object.entries(values).map(([id, [tempo = null, energy = null]]) =>
    featuresRow(`t-${id}`, { tempo, energy }),
  );
  // Its loudness is known, but neither tempo nor energy.
  await putDay(machine, {
    artists,
    tracks,
    features: [...features, featuresRow('t-d1', { loudness: -3 })],
  });
  const { run } = await compare(machine, { features: ['tempo', 'energy'] });
  return String(run);
}

const similar = (artist: string, limit?: number) => findSimilar(machine, { artist, limit });
/** The error that a question is answered with. */
const refusal = async (artist: string) => {
  const error: unknown = await similar(artist).catch((reason: unknown) => reason);
  return error as UnknownArtistError | NoDataError;
};

test('by id: the nearest first, each with the reasons', async () => {
  const run = await publishRun();
  const result = await similar('A1');
  expect(result).toMatchObject({
    artist: { id: 'A1', name: 'Beyoncé', url: 'https://open.spotify.com/artist/A1' },
    date: TODAY,
    run,
    method: 'mean',
  });
  // Tempo goes from 100 to 200 and energy from 0 to 1.
  const distances = [
    ['a1', Math.hypot(0.1, 0.5)],
    ['b2', Math.hypot(0.1, 0.5)],
    ['c1', Math.hypot(0.6, 0.25)],
    ['b1', Math.SQRT2],
  ];
  expect(result.neighbours.map(({ id, distance, rank }) => [id, distance, rank])).toEqual(
    distances.map(([id, distance], r) => [id, expect.closeTo(Number(distance), 12), r + 1]),
  );
  expect(result.neighbours[1]).toMatchObject({ id: 'b2', name: 'Echo', url: null });
  expect(result.neighbours[0]?.reasons).toEqual([
    { feature: 'tempo', share: expect.closeTo(0.01 / 0.26, 12), a: 100, b: 110 },
    { feature: 'energy', share: expect.closeTo(0.25 / 0.26, 12), a: 0, b: 0.5 },
  ]);
  // In energy A1 and c1 are nearer than in tempo.
  expect(result.neighbours[2]?.reasons.map(({ feature }) => feature)).toEqual(['energy', 'tempo']);
  // Equal shares stand in the order of the features.
  expect(result.neighbours[3]?.reasons).toMatchObject([
    { feature: 'tempo', share: 0.5 },
    { feature: 'energy', share: 0.5 },
  ]);
});

test('twins are alike in every feature', async () => {
  await publishRun();
  const [twin] = (await similar('a1')).neighbours;
  expect(twin).toMatchObject({ id: 'b2', distance: 0, rank: 1 });
  expect(twin?.reasons.map(({ share }) => share)).toEqual([0.5, 0.5]);
});

test.each([
  ['an id, by letter case', 'a1', 'a1'],
  ['the exact name, although another folds to the same', 'Beyoncé', 'A1'],
  ['the exact name, the other way round', 'beyonce', 'a1'],
  ['the exact name, composed otherwise', 'Beyoncé'.normalize('NFD'), 'A1'],
  ['the only name that folds to it', 'not COMPARED', 'd1'],
  ['Hangul in its parts', ' 방탄소년단 '.normalize('NFD'), 'c1'],
])('%s: %s is %s', async (_, query, id) => {
  await publishRun();
  const found = await similar(query).then(
    ({ artist }) => artist.id,
    ({ message }: Error) => (message.includes('neighbours of Not Compared') ? 'd1' : message),
  );
  expect(found).toBe(id);
});

test('several of the name are named with their ids, and none is guessed', async () => {
  await publishRun();
  for (const [query, ids] of [
    ['Echo', ['b1 (Echo)', 'b2 (Echo)']],
    ['BEYONCE', ['A1 (Beyoncé)', 'a1 (beyonce)']],
  ] as const) {
    const error = await refusal(query);
    expect(error).toBeInstanceOf(UnknownArtistError);
    expect(error.message).toBe(`expected one artist named "${query}", got 2`);
    expect(error.hint).toBe(`ask by id: ${ids.join(', ')}`);
  }
});

test.each([
  ['Ecko', 'did you mean Echo?'],
  ['compared', 'did you mean Not Compared?'],
  ['beyonse', 'did you mean Beyoncé, beyonce?'],
  ['Zzzzzzzzzzzzzz', 'add it first: soundalike artists add "<name or id>"'],
])('nobody is called %s: %s', async (query, hint) => {
  await publishRun();
  const error = await refusal(query);
  expect(error).toBeInstanceOf(UnknownArtistError);
  expect([error.message, error.hint]).toEqual([`expected a known artist, got "${query}"`, hint]);
});

test('as many as asked for, 10 unless told', async () => {
  const many = Array.from({ length: 14 }, (_, i) => artistRow(`m${i + 10}`));
  await machine.artists.follow(many, 'spotify', `${TODAY}T00:00:00.000Z`);
  await putDay(machine, {
    artists: many,
    tracks: many.map(({ id }) => trackRow(id, id)),
    features: many.map(({ id }, i) => featuresRow(id, { tempo: i })),
  });
  await compare(machine, { features: ['tempo'] });
  expect((await similar('m10')).neighbours).toHaveLength(10);
  expect((await similar('m10', 3)).neighbours.map(({ id }) => id)).toEqual(['m11', 'm12', 'm13']);
  expect((await similar('m10', 100)).neighbours).toHaveLength(13);
});

test.each([0, -1, 1.5, 10_001, Number.NaN])('a limit of %d is refused', async (limit) => {
  await expect(similar('a1', limit)).rejects.toThrow(InvalidInputError);
});

test('an empty question is refused', async () => {
  await expect(similar('  ')).rejects.toThrow(InvalidInputError);
});

describe('no answer yet', () => {
  test('nothing is published', async () => {
    await machine.artists.follow(artists, 'spotify', `${TODAY}T00:00:00.000Z`);
    const error = await refusal('A1');
    expect(error).toBeInstanceOf(NoDataError);
    expect(error.hint).toContain('soundalike run');
  });

  test.each([
    ['without the features compared', 'd1', /no tracks with tempo, energy/],
    ['followed since', 'new', /not followed yet/],
  ])('the artist was not compared: %s', async (_, id, hint) => {
    const run = await publishRun();
    await machine.artists.follow([artistRow('new')], 'spotify', `${TODAY}T13:00:00.000Z`);
    const error = await refusal(id);
    expect(error).toBeInstanceOf(NoDataError);
    expect(error.message).toContain(`in run ${run} of ${TODAY}, got none`);
    expect(error.hint).toMatch(hint);
  });

  test('the artist was the only one', async () => {
    const [only = artistRow('A1')] = artists;
    await machine.artists.follow([only], 'spotify', `${TODAY}T00:00:00.000Z`);
    const features = [featuresRow('t', { tempo: 1 })];
    await putDay(machine, { artists: [only], tracks: [trackRow('A1', 't')], features });
    await compare(machine, { features: ['tempo'] });
    expect((await refusal('A1')).hint).toContain('compared with nobody');
  });
});
