import { known } from '../../../adapters/spotify/app.ts';
import { estimateCollection, reserveOf } from '../../../core/budget.ts';
import { LeaseHeldError } from '../../../core/errors.ts';
import type { CollectRequest, CollectResult, HearResult } from '../../../core/events.ts';
import { LONGEST_COLLECTION_DAYS } from '../../../core/names.ts';
import { hear } from '../../../lambdas/listening/hear.ts';
import { userConnector } from '../../../lambdas/login/connect.ts';
import { STAND_IN_USER } from '../../../sample/stand-in/user-state.ts';
import { times } from '../../support/long.ts';
import { DAY_MS, type Pipeline, withPipeline } from '../../support/pipeline.ts';
import { catalogueOf } from '../../support/small-catalogue.ts';
import { StoredGrant } from '../spotify-user/account.ts';

const [HOUR_MS, MINUTE_MS] = [3_600_000, 60_000];
/** A call of the collector begins nothing new after three quarters of its 15 minutes. */
const CALL_MS = 0.75 * 15 * MINUTE_MS;
/** What a slice takes, by the clock that is injected. */
const SLICE_MS = 10_000;

/** What a deployment is set to. */
interface Scale {
  artists: number;
  tracksPerArtist: number;
  dailyRequests: number;
  days: number;
  /** Days after which somebody stops the execution that is under way. */
  stopped: number;
}

/** What some weeks of schedules have come to. */
interface Weeks {
  heard: HearResult[];
  /** The collections that came to their end, with the time of it in epoch milliseconds. */
  done: { result: CollectResult; at: number }[];
  /** Starts of the schedule that found another execution under way. */
  skipped: number;
  /** Requests that Spotify has seen, by UTC day. */
  requests: Record<string, number>;
}

/**
 * The schedules of a stack over some weeks: the workflow each day at 04:30, which waits as its state machine does
 * (test/stack/workflow.test.ts), and listening each hour; both share the day's budget.
 */
async function weeksOf(pipeline: Pipeline, scale: Scale): Promise<Weeks> {
  const { clock, main, standIn, provider } = pipeline;
  const weeks: Weeks = { heard: [], done: [], skipped: 0, requests: {} };
  const queue: { at: number; work: () => Promise<void> }[] = [];
  const at = (time: number, work: () => Promise<void>): void => {
    queue.push({ at: time, work });
    queue.sort((a, b) => a.at - b.at);
  };
  const { accounts, api } = standIn.urls;
  const grant = new StoredGrant({
    refresh_token: STAND_IN_USER.refreshToken,
    authorized_at: new Date(clock.now()).toISOString(),
  });
  const connectUser = userConnector({
    settings: { accountsUrl: accounts, apiUrl: api, dailyRequests: scale.dailyRequests },
    ...{ provider, clock, apiState: main.database.apiState, random: () => 0.5, grant: grant.view() },
    app: known({ client_id: 'test', client_secret: 'test' }),
  });

  /** The execution that is under way; one that was stopped is none. */
  let execution: { begun: number } | undefined;
  const step = async (mine: { begun: number }, event: CollectRequest): Promise<void> => {
    if (execution !== mine) return;
    expect(clock.now() - mine.begun).toBeLessThan(LONGEST_COLLECTION_DAYS * DAY_MS);
    const result = await pipeline.collect(event, {
      deadline: clock.now() + CALL_MS,
      progress: () => clock.advance(SLICE_MS),
    });
    if (result.done) {
      weeks.done.push({ result, at: clock.now() });
      execution = undefined;
      return;
    }
    const { run, resumeAfter } = result;
    const next = resumeAfter === null ? clock.now() : Date.parse(resumeAfter);
    at(next, () => step(mine, { run: run ?? '' }));
  };
  const schedule = async (): Promise<void> => {
    const before = execution;
    execution = { begun: clock.now() };
    const request = { unfinished: true, tracks: scale.tracksPerArtist };
    await step(execution, request).catch((error: unknown) => {
      if (!(error instanceof LeaseHeldError)) throw error;
      weeks.skipped += 1;
      execution = before;
    });
  };

  const begin = clock.now();
  const midnight = begin - (begin % DAY_MS);
  for (let day = 1; day <= scale.days; day++) {
    at(midnight + day * DAY_MS + 4.5 * HOUR_MS, schedule);
    for (let hour = 0; hour < 24; hour++) {
      at(midnight + day * DAY_MS + hour * HOUR_MS + 7 * MINUTE_MS, async () => {
        weeks.heard.push(
          await hear({ ...main, history: main.database.history, lake: main.lake as never, connectUser }),
        );
      });
    }
  }
  at(midnight + scale.stopped * DAY_MS + 15 * HOUR_MS, async () => {
    expect(execution).toBeDefined();
    execution = undefined;
  });
  const end = midnight + (scale.days + 1) * DAY_MS;
  for (let next = queue.shift(); next && next.at < end; next = queue.shift()) {
    clock.advance(next.at - clock.now());
    const before = standIn.requests.count() - standIn.requests.count('/reccobeats/**');
    await next.work();
    const day = new Date(next.at).toISOString().slice(0, 10);
    const after = standIn.requests.count() - standIn.requests.count('/reccobeats/**');
    weeks.requests[day] = (weeks.requests[day] ?? 0) + after - before;
  }
  return weeks;
}

const SCALE: Scale = times(0, 1)
  ? { artists: 500, tracksPerArtist: 100, dailyRequests: 1000, days: 30, stopped: 10 }
  : { artists: 50, tracksPerArtist: 100, dailyRequests: 200, days: 15, stopped: 9 };
/** Of a collection, at either scale. */
const ESTIMATED_DAYS = times(6, 7);

test(
  'weeks of schedules: a collection that takes days ends, also after its execution was stopped; listening never fails',
  async () => {
    const { artists, tracksPerArtist, dailyRequests } = SCALE;
    const options = { mode: 'development', catalogue: catalogueOf(artists, 120, 10), dailyRequests } as const;
    await withPipeline(options, async (pipeline) => {
      const { heard, done, skipped, requests } = await weeksOf(pipeline, SCALE);
      // Each hour Spotify was asked, nothing was missed, and the day's budget was kept.
      expect(heard).toHaveLength(24 * SCALE.days);
      expect(heard.filter(({ postponed }) => postponed !== null)).toEqual([]);
      expect(heard.filter(({ gaps }) => gaps.length > 0)).toEqual([]);
      expect(heard.filter(({ added }) => added > 0).length).toBeGreaterThan(SCALE.days);
      expect(Object.values(requests).filter((count) => count > dailyRequests)).toEqual([]);

      // Each collection was done by the estimate, also that whose execution was stopped for half a day.
      const { days, requestsADay } = estimateCollection(artists, { tracks: tracksPerArtist, dailyRequests });
      expect([days, requestsADay]).toEqual([ESTIMATED_DAYS, dailyRequests - reserveOf(dailyRequests)]);
      expect(done).toHaveLength(Math.floor(SCALE.days / days));
      for (const { result, at } of done) {
        expect(result).toMatchObject({ done: true, tracks: artists * tracksPerArtist, coverage: 1 });
        expect((at - Date.parse(result.date)) / DAY_MS).toBeLessThan(days + 1);
      }
      expect(skipped).toBeGreaterThan(SCALE.days / 2);

      // No date was begun while another was not done; the last is under way.
      const runs = await pipeline.main.runs.heldSince('collection', '2026');
      expect(runs.map(({ status }) => status)).toEqual(['waiting', ...done.map(() => 'done')]);
    });
  },
  times(120_000, 900_000),
);
