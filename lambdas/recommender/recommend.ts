import { NoDataError } from '../../core/errors.ts';
import { parseInput, RecommendRequest, type RecommendResult } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import type { History, Play } from '../../core/ports.ts';
import { heardSongs } from '../../core/recommend/heard.ts';
import type { ReplaceDeps } from '../../core/run/replace.ts';
import { withRun } from '../../core/run/with-run.ts';
import type { Row } from '../../core/tables.ts';
import type { Connect } from '../collector/sources.ts';
import { type PushDeps, pushPlaylist } from '../playlist/push.ts';
import { type FindDeps, findSongs } from './find-songs.ts';

/** What recommending needs. */
export interface RecommendDeps extends ReplaceDeps, Omit<FindDeps, 'runs'> {
  history: Pick<History, 'between' | 'tracks' | 'unidentified'>;
  lake: FindDeps['lake'] & ReplaceDeps['lake'];
  /** Spotify, to be asked whether it still has a song; absent where it is not to be. */
  connect?: Connect;
  /** What it takes to push. */
  push?: PushDeps;
}

type Parsed = ReturnType<typeof RecommendRequest.parse>;

const DAY_MS = 86_400_000;
const iso = (time: number): string => new Date(time).toISOString();

/**
 * Recommends songs by what was heard lately (docs/method.md), writes them to the lake as the list of the day and, where
 * that is asked for, to the user's playlist; an empty list never gets there. A dry run writes nothing and asks nobody.
 * Where the push fails the list stays in the lake, and the same may be asked again.
 *
 * Throws `NoDataError` where nothing was heard or there is nothing to find songs by, `LeaseHeldError` where another
 * recommendation is under way, and what a push throws.
 */
export async function recommend(deps: RecommendDeps, input: RecommendRequest): Promise<RecommendResult> {
  const request = parseInput(RecommendRequest, input, 'recommend');
  const date = request.date ?? iso(deps.clock.now()).slice(0, 10);
  // That nothing was heard is no run that failed.
  const lately = await heardLately(deps, request, date);
  if (request.dryRun) return await makeList(deps, request, lately, null);
  const wanted = {
    kind: 'recommendation',
    dt: date,
    alone: ['recommendation'],
    resumes: () => false,
    progress: JSON.stringify(request),
  } as const;
  return await withRun(deps, wanted, async (run) => {
    const ledger = new Ledger();
    const list = await withLookup(deps, ledger, (lookup) => makeList(deps, request, lately, run.id, lookup));
    await run.place(await deps.lake.stageTable(run.staging, 'recommendations', date, rowsOf(list)));
    const playlist = request.push ? await pushed(deps, list, ledger) : null;
    return { result: { ...list, playlist, requests: ledger.requests } };
  });
}

async function withLookup<T>(
  { connect }: RecommendDeps,
  ledger: Ledger,
  work: (lookup?: ReturnType<Connect>['songs']) => Promise<T>,
): Promise<T> {
  const sources = connect?.(ledger);
  try {
    return await work(sources?.songs);
  } finally {
    await sources?.close();
  }
}

/** The plays that count, and the time of them. */
interface Lately {
  date: string;
  /** Epoch milliseconds. */
  from: number;
  to: number;
  plays: Play[];
}

async function heardLately(
  { clock, history }: RecommendDeps,
  { days }: Parsed,
  date: string,
): Promise<Lately> {
  const to = Math.min(Date.parse(date) + DAY_MS, clock.now());
  const from = to - days * DAY_MS;
  // The history leaves out the end of a time, and tells milliseconds.
  const plays = await history.between(iso(from + 1), iso(to + 1));
  if (plays.length === 0) {
    throw new NoDataError(
      `expected plays between ${iso(from)} and ${iso(to)}, got none`,
      'take in what you heard (soundalike listen), import a privacy export of Spotify (soundalike import <path>), or look further back with --days',
    );
  }
  return { date, from, to, plays };
}

async function makeList(
  deps: RecommendDeps,
  request: Parsed,
  { date, from, to, plays }: Lately,
  run: string | null,
  lookup?: ReturnType<Connect>['songs'],
): Promise<RecommendResult> {
  const heard = heardSongs(plays, to, request.halfLife);
  const found = await findSongs(deps, request, heard, lookup);
  return {
    ...{ date, run, from: iso(from), to: iso(to), plays: plays.length, heard: heard.length },
    ...{ unknown: found.unknown, unknownCount: found.unknownCount },
    ...{ method: found.method, model: found.model, songs: found.songs, gone: found.gone },
    ...{ playlist: null, requests: 0, warnings: found.warnings },
  };
}

async function pushed(
  { push }: RecommendDeps,
  { songs, date }: RecommendResult,
  ledger: Ledger,
): Promise<RecommendResult['playlist']> {
  if (songs.length === 0 || !push) return null;
  const description = `What to hear next, by what was heard until ${date}. Made by Soundalike`;
  const uris = songs.map(({ uri }) => uri);
  const { id, url, snapshot } = await pushPlaylist(push, { uris, description }, ledger);
  return { id, url, snapshot };
}

const rowsOf = ({ songs, run }: RecommendResult): Row<'recommendations'>[] =>
  songs.map(({ id, name, artist, score, method, nearness, because }, place) => ({
    ...{ rank: place + 1, id, name, artist_name: artist, score, method, nearness },
    ...{ because_id: because.id, because_name: because.name, run },
  }));
