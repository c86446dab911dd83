import type { DriftResult } from '../../../core/explore.ts';
import { FEATURES } from '../../../core/features.ts';
import { METHODS } from '../../../core/methods/method.ts';
import { drift } from '../../../lambdas/explorer/drift.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { type HandMadeDay, type Machine, openMachine, putDay } from '../../support/machine.ts';
import { DAY_MS, TODAY, TOMORROW, YESTERDAY } from '../../support/pipeline.ts';
import { artistRow, featuresRow } from '../../support/rows.ts';
import { asking, day, MOVER, N, publishTwoDays, s3With, sourcesOn } from './explored.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const ask = (query: Record<string, string>): Promise<DriftResult> => drift(machine, query);
/** Follows the artists of a day, puts it and compares it. */
async function publish(dt: string, made: HandMadeDay, request = {}): Promise<void> {
  await machine.artists.follow(made.artists, 'spotify', `${dt}T00:00:00.000Z`);
  await putDay(machine, made, { dt });
  machine.clock.advance(1000);
  await compare(machine, { date: dt, ...request });
}

/** Distance of two artists of a day by features that another day's ranges measure, as slowly as it can be told. */
function distanceBy(measuring: HandMadeDay, measured: HandMadeDay, a: string, b: string): number {
  const compared = ['danceability', 'energy', 'loudness', 'speechiness', 'instrumentalness'] as const;
  const parts = compared.map((feature) => {
    const all = measuring.features.map((row) => row[feature] as number);
    const mean = (id: string) => {
      const own = measured.features.filter((row) => row.id.startsWith(`t-${id}-`));
      return own.reduce((sum, row) => sum + (row[feature] as number), 0) / own.length;
    };
    return ((mean(a) - mean(b)) / (Math.max(...all) - Math.min(...all))) ** 2;
  });
  return Math.sqrt(parts.reduce((sum, part) => sum + part, 0));
}

test('by mean: the numbers of the formula', async () => {
  await publishTwoDays(machine);
  const [first, second] = [day(), day(0.3)];
  const result = await ask({ artist: `Artist ${MOVER}` });
  const others = first.artists.map(({ id }) => id).filter((id) => id !== MOVER && id !== 'silent');
  const average = (change: (id: string) => number) =>
    expect.closeTo(others.reduce((sum, id) => sum + Math.abs(change(id)), 0) / others.length, 12);
  const [before, same, after] = [
    (id: string) => distanceBy(first, first, MOVER, id),
    (id: string) => distanceBy(first, second, MOVER, id),
    (id: string) => distanceBy(second, second, MOVER, id),
  ] as const;
  expect(result).toMatchObject({
    artist: { id: MOVER, name: `Artist ${MOVER}` },
    method: 'mean',
    from: { date: TODAY, method: 'mean' },
    to: { date: TOMORROW, method: 'mean' },
    compared: N - 1,
    changed: average((id) => after(id) - before(id)),
    changedByMoving: average((id) => same(id) - before(id)),
    changedByRuler: average((id) => after(id) - same(id)),
  });
  const nearest = (distance: (id: string) => number) =>
    others.sort((a, b) => distance(a) - distance(b)).slice(0, 10);
  const [were, are] = [nearest(before), nearest(after)];
  expect(result.gained.map(({ id }) => id)).toEqual(are.filter((id) => !were.includes(id)));
  expect(result.lost.map(({ id }) => id)).toEqual(were.filter((id) => !are.includes(id)));
  expect(result.gained.length).toBeGreaterThan(0);
});

test.each(METHODS)(
  'by %s: who moved moved, who did not did not, and a pinned ruler changes nothing',
  async (method) => {
    const { run } = await publishTwoDays(machine, machine, { method });
    const [mover, still] = [await ask({ artist: MOVER }), await ask({ artist: 'a20' })];
    expect(mover).toMatchObject({ method, to: { run }, compared: N - 1 });
    expect(mover.moved).toBeGreaterThan(0.1);
    expect(mover.rulerShare).toBeLessThan(0.5);
    expect(still.moved).toBeLessThan(1e-12);
    // The second day again, by the first day's ruler.
    machine.clock.advance(1000);
    await compare(machine, { method, ruler: mover.from.run });
    const pinned = await ask({ artist: MOVER });
    expect(pinned).toMatchObject({ moved: mover.moved, changedByRuler: 0, rulerShare: 0 });
  },
);

test.each(METHODS)('by %s: a stack tells the same', async (method) => {
  await publishTwoDays(machine, machine, { method });
  const s3 = await s3With(machine);
  try {
    const [here, there] = [asking(machine), asking(sourcesOn(s3, machine))];
    expect(await there('drift', { artist: MOVER })).toEqual(await here('drift', { artist: MOVER }));
    const query = { artist: 'a02', limit: '39' };
    const similar = await here('similar', query);
    expect(await there('similar', query)).toEqual(similar);
    expect(similar).toMatchObject({ method, neighbours: { length: N - 1 } });
  } finally {
    await s3.close();
  }
});

test('the days are the last two that have the artist, unless told', async () => {
  const without = { ...day(), artists: day().artists.filter(({ id }) => id !== MOVER) };
  without.tracks = without.tracks.filter(({ artist_id }) => artist_id !== MOVER);
  await publish(YESTERDAY, day());
  await publish(TODAY, day(0.1));
  await publish(TOMORROW, day(0.3));
  await publish('2026-11-24', without);
  const days = async (query: Record<string, string> = {}) => {
    const { from, to } = await ask({ artist: MOVER, ...query });
    return [from.date, to.date];
  };
  expect(await days()).toEqual([TODAY, TOMORROW]);
  expect(await days({ from: YESTERDAY })).toEqual([YESTERDAY, TOMORROW]);
  expect(await days({ to: TODAY })).toEqual([YESTERDAY, TODAY]);
  expect(await days({ from: YESTERDAY, to: TODAY })).toEqual([YESTERDAY, TODAY]);
  await expect(ask({ artist: MOVER, from: TODAY, to: '2026-11-24' })).rejects.toMatchObject({
    code: 'no-data',
    message: expect.stringContaining(`Artist ${MOVER}`),
  });
  await expect(ask({ artist: MOVER, from: '2026-11-01' })).rejects.toMatchObject({
    code: 'no-data',
    hint: `there are those of 2026-11-24, ${TOMORROW}, ${TODAY}, ${YESTERDAY}`,
  });
  await expect(ask({ artist: MOVER, from: TODAY, to: TODAY })).rejects.toMatchObject({
    code: 'invalid-input',
  });
  await expect(ask({ artist: MOVER, to: YESTERDAY })).rejects.toMatchObject({ code: 'no-data' });
});

test('fewer than two days, and an artist that nobody knows', async () => {
  await expect(ask({ artist: 'nobody' })).rejects.toMatchObject({ code: 'unknown-artist' });
  await publish(TODAY, day());
  await expect(ask({ artist: MOVER })).rejects.toMatchObject({
    code: 'no-data',
    message: `expected two published days with Artist ${MOVER}, got 1`,
    hint: 'collect and compare on another day: soundalike run',
  });
  await expect(ask({ artist: MOVER, from: 'noon' })).rejects.toMatchObject({ code: 'invalid-input' });
});

test('days by different methods are passed over, and refused where they are asked for', async () => {
  await publish(YESTERDAY, day());
  await publish(TODAY, day(), { method: 'whitened' });
  await expect(ask({ artist: MOVER })).rejects.toMatchObject({
    code: 'invalid-input',
    message: `expected days that were compared by one method, got mean on ${YESTERDAY} and whitened on ${TODAY}`,
  });
  await publish(TOMORROW, day(0.3));
  expect(await ask({ artist: MOVER })).toMatchObject({ from: { date: YESTERDAY }, to: { date: TOMORROW } });
  await expect(ask({ artist: MOVER, from: TODAY, to: TOMORROW })).rejects.toMatchObject({
    code: 'invalid-input',
  });
});

test('an artist that is there with other features than were compared is not told of', async () => {
  const half = day();
  for (const row of half.features.filter(({ id }) => id.startsWith(`t-${MOVER}-`))) row.energy = null;
  await publish(YESTERDAY, half);
  await publish(TODAY, day());
  await expect(ask({ artist: MOVER })).rejects.toMatchObject({
    code: 'no-data',
    message: `expected Artist ${MOVER} to be compared on ${YESTERDAY} and ${TODAY}, but it was not on one of them`,
  });
});

test('a lone artist has moved, and nobody has changed', async () => {
  const lone = (value: number): HandMadeDay => ({
    artists: [artistRow('solo')],
    tracks: [{ ...(day().tracks[0] as HandMadeDay['tracks'][number]), artist_id: 'solo', id: 't-solo' }],
    features: [
      featuresRow('t-solo', {
        ...Object.fromEntries(FEATURES.map((feature) => [feature, value])),
        key: 1,
        mode: 1,
      }),
    ],
  });
  await publish(TODAY, lone(0.2));
  machine.clock.advance(DAY_MS);
  await publish(TOMORROW, lone(0.4));
  expect(await ask({ artist: 'solo' })).toMatchObject({ compared: 0, changed: 0, gained: [], lost: [] });
});
