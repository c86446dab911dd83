import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PublishedLake } from '../../../adapters/lake/published.ts';
import type { SimilarResult } from '../../../core/events.ts';
import type { DriftResult, ExploredCatalogue, ExploredTracks } from '../../../core/explore.ts';
import type { StagedObject } from '../../../core/ports.ts';
import { repair } from '../../../core/run/replace.ts';
import { withRun } from '../../../core/run/with-run.ts';
import { drift } from '../../../lambdas/explorer/drift.ts';
import { findSimilar } from '../../../lambdas/explorer/find-similar.ts';
import type { ExploreSources } from '../../../lambdas/explorer/sources.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { lakeWith } from '../../support/lake.ts';
import { type Machine, openMachine, putDay } from '../../support/machine.ts';
import { TODAY, TOMORROW } from '../../support/pipeline.ts';
import { asking, day, MOVER, N, publishTwoDays } from './explored.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

/** What a stack's explorer reads: the lake alone. */
function lakeOnly(lake = machine.lake): ExploreSources {
  const published = new PublishedLake(lake, machine.clock);
  return { lake, artists: published, relatedArtists: published, clock: machine.clock };
}

/** A similarity run of the newest day by another method, which dies after so many objects were placed. */
async function dieComparing(after: number): Promise<void> {
  machine.clock.advance(1000);
  await expect(compare(dyingAfter(after), { method: 'whitened' })).rejects.toThrow('dead');
}

function dyingAfter(after: number): Machine {
  let placed = 0;
  const place = async (object: StagedObject) => {
    if (!object.target.startsWith('runs/') && ++placed > after) throw new Error('dead');
    return await machine.lake.place(object);
  };
  return { ...machine, lake: lakeWith(machine.lake, { place }) };
}

/** A collection of a day without any track, which dies after the table of tracks was placed. */
async function dieCollecting(dt: string): Promise<void> {
  machine.clock.advance(1000);
  const wanted = {
    kind: 'collection',
    dt,
    alone: ['collection'],
    resumes: () => false,
    progress: '{}',
  } as const;
  const collecting = withRun(dyingAfter(1), wanted, async (run) => {
    const objects = [
      await machine.lake.stageTable(run.staging, 'top_tracks', dt, []),
      await machine.lake.stageTable(run.staging, 'audio_features', dt, []),
    ];
    return { result: {}, replaces: { objects } };
  });
  await expect(collecting).rejects.toThrow('dead');
}

/** Brings what died to its end. */
async function mend(): Promise<void> {
  machine.clock.advance(120_000);
  await repair(machine, []);
}

const replacing = (dt: string) => ({
  code: 'day-not-ready',
  message: expect.stringMatching(new RegExp(`^expected ${dt} to be whole, but run \\S+ is replacing it$`)),
  hint: expect.stringContaining('ask again'),
});

describe('while a similarity run replaces the newest day', () => {
  test.each([0, 1, 2, 3])(
    '%i objects were placed: the database answers of the last whole run',
    async (after) => {
      const { run } = await publishTwoDays(machine);
      const whole = await findSimilar(machine, { artist: MOVER, limit: 5 });
      await dieComparing(after);
      const ask = asking(machine);
      // All objects are in place before the database is changed.
      expect(await findSimilar(machine, { artist: MOVER, limit: 5 })).toEqual(whole);
      const catalogue = await ask<ExploredCatalogue>('catalogue');
      expect(catalogue).toMatchObject({ run, method: 'mean', map: null });
      const nearest = catalogue.artists.find(({ id }) => id === MOVER)?.nearest ?? [];
      expect(nearest.map((place) => catalogue.artists[place]?.id)).toEqual(
        whole.neighbours.slice(0, nearest.length).map(({ id }) => id),
      );
      await mend();
      expect(await ask<ExploredCatalogue>('catalogue')).toMatchObject({
        method: 'whitened',
        map: expect.anything(),
      });
    },
  );

  test('once the database has the new run it answers of that one, whole', async () => {
    await publishTwoDays(machine);
    await dieComparing(4);
    const catalogue = await asking(machine)<ExploredCatalogue>('catalogue');
    expect(catalogue).toMatchObject({ method: 'whitened', map: null });
    expect(await findSimilar(machine, { artist: MOVER, limit: 5 })).toMatchObject({
      method: 'whitened',
      run: catalogue.run,
    });
  });

  test('the lake alone answers of the last whole day, and where it has none says why', async () => {
    const { run } = await publishTwoDays(machine);
    const ask = asking(lakeOnly());
    expect(await ask<ExploredCatalogue>('catalogue')).toMatchObject({ run });
    await dieComparing(3);
    // What is held is of the day that is being replaced: its neighbours cannot be told any more.
    await expect(ask('similar', { artist: MOVER })).rejects.toMatchObject(replacing(TOMORROW));
    expect(await ask<SimilarResult>('similar', { artist: MOVER })).toMatchObject({
      date: TODAY,
      method: 'mean',
    });
    expect(await ask<ExploredCatalogue>('catalogue')).toMatchObject({ date: TODAY });
    await rm(join(machine.lakeFolder, `related-artists/dt=${TODAY}`), { recursive: true });
    const later = asking(lakeOnly());
    await expect(later('catalogue')).rejects.toMatchObject(replacing(TOMORROW));
    await expect(later('similar', { artist: MOVER })).rejects.toMatchObject(replacing(TOMORROW));
    await mend();
    expect(await later<SimilarResult>('similar', { artist: MOVER })).toMatchObject({
      date: TOMORROW,
      method: 'whitened',
    });
  });

  test('drift says so of a day that was named, and else takes whole days', async () => {
    await publishTwoDays(machine);
    await dieComparing(3);
    for (const sources of [machine, lakeOnly()]) {
      await expect(drift(sources, { artist: MOVER, to: TOMORROW })).rejects.toMatchObject(
        replacing(TOMORROW),
      );
      await expect(drift(sources, { artist: MOVER, from: TODAY, to: TOMORROW })).rejects.toMatchObject(
        replacing(TOMORROW),
      );
      await expect(drift(sources, { artist: MOVER })).rejects.toMatchObject(replacing(TOMORROW));
    }
    await mend();
    await compare(machine, { method: 'mean' });
    expect(await drift(machine, { artist: MOVER })).toMatchObject({ to: { date: TOMORROW } });
  });

  test('the first run of all is announced', async () => {
    await machine.artists.follow(day().artists, 'spotify', `${TODAY}T00:00:00.000Z`);
    await putDay(machine, day());
    await expect(compare(dyingAfter(1), {})).rejects.toThrow('dead');
    await expect(findSimilar(machine, { artist: MOVER })).rejects.toMatchObject(replacing(TODAY));
    await expect(asking(machine)('path', { from: MOVER, to: 'a01' })).rejects.toMatchObject(replacing(TODAY));
    await expect(asking(lakeOnly())('catalogue')).rejects.toMatchObject(replacing(TODAY));
  });
});

describe('a run that replaces the day while a question reads it', () => {
  /** The lake, which another run replaces a day of as soon as some table is read. */
  function replacedAt(table: string, work: () => Promise<unknown>) {
    let isDone = false;
    const first = async () => {
      if (isDone) return;
      isDone = true;
      await work();
    };
    const { lake } = machine;
    return lakeWith(lake, {
      read: (async (name: 'artists', dt: string) => {
        if (name === table) await first();
        return await lake.read(name, dt);
      }) as typeof lake.read,
      batches: async function* (name: 'artists', ...others: [string, never]) {
        if (name === table) await first();
        yield* lake.batches(name, ...others);
      } as unknown as typeof lake.batches,
    });
  }
  const another = async () => {
    machine.clock.advance(1000);
    await compare(machine, { method: 'whitened' });
  };

  test('the explorer takes the run from the database, or asks to ask again', async () => {
    await publishTwoDays(machine);
    const here = asking({ ...machine, lake: replacedAt('related_artists', another) });
    // By then the database has the new run too.
    await expect(here('catalogue')).rejects.toMatchObject({ code: 'day-not-ready', hint: 'ask again' });
    expect(await here<ExploredCatalogue>('catalogue')).toMatchObject({ method: 'whitened' });
  });

  test('the lake alone asks to ask again', async () => {
    await publishTwoDays(machine);
    const sources = lakeOnly(replacedAt('related_artists', another));
    await expect(findSimilar(sources, { artist: MOVER, limit: 5 })).rejects.toMatchObject({
      code: 'day-not-ready',
    });
    expect(await findSimilar(sources, { artist: MOVER, limit: 5 })).toMatchObject({ method: 'whitened' });
    const drifting = lakeOnly(replacedAt('related_artists', another));
    await expect(drift(drifting, { artist: MOVER, from: TODAY, to: TOMORROW })).rejects.toMatchObject({
      code: expect.stringMatching(/^day-not-ready$|^invalid-input$/),
    });
  });
});

test('tracks are not told while a collection replaces the day; neighbours are', async () => {
  await publishTwoDays(machine);
  const ask = asking(machine);
  expect((await ask<ExploredTracks>('tracks', { artist: MOVER })).tracks).toHaveLength(3);
  await dieCollecting(TOMORROW);
  await expect(ask('tracks', { artist: MOVER })).rejects.toMatchObject(replacing(TOMORROW));
  expect((await findSimilar(machine, { artist: MOVER, limit: 100 })).neighbours).toHaveLength(N - 1);
  const again = asking(machine);
  expect(await again<ExploredCatalogue>('catalogue')).toMatchObject({ date: TOMORROW });
  // The day cannot be scored either.
  await expect(compare(machine, { date: TOMORROW, dryRun: true })).rejects.toMatchObject({
    code: 'day-not-ready',
    message: expect.stringContaining('is replacing it'),
  });
  await mend();
  expect((await ask<ExploredTracks>('tracks', { artist: MOVER })).tracks).toEqual([]);
  expect(await asking(lakeOnly())<ExploredCatalogue>('catalogue')).toMatchObject({ date: TOMORROW });
});

test('of a day that is of two runs no tracks are told', async () => {
  await publishTwoDays(machine);
  await dieCollecting(TOMORROW);
  await rm(join(machine.lakeFolder, 'staging'), { recursive: true });
  await mend();
  const ask = asking(machine);
  await expect(ask('tracks', { artist: MOVER })).rejects.toMatchObject({
    code: 'day-not-ready',
    hint: `collect or import it again, with --date ${TOMORROW}`,
  });
  expect(await ask<DriftResult>('drift', { artist: MOVER })).toMatchObject({ method: 'mean' });
});
