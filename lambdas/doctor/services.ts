import { CapabilityMissingError, PostponedError, UnexpectedAnswerError } from '../../core/errors.ts';
import { DEFAULT_TRACKS } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import type { FeatureSource, TrackSource } from '../../core/ports.ts';
import type { Connect, Sources } from '../collector/sources.ts';
import {
  type Check,
  type Finding,
  fault,
  faultOf,
  fine,
  notChecked,
  type Settled,
  settled,
} from './finding.ts';

/** Spotify's own examples, for where no artist is followed and no track is found. */
const KNOWN_ARTIST = { id: '0TnOYISbd1XYRBk9myaseg', name: 'Pitbull' };
const KNOWN_TRACK = '11dFghVXANMlKmJXsNCbNl';

/** The names of the sources, so that each has its check even where none can be opened. */
const TRACK_SOURCES = ['spotify:top-tracks', 'spotify:search'];
const FEATURE_SOURCES = ['spotify:audio-features', 'reccobeats'];

/** AWS refuses signatures that are off by five minutes, and a lease lasts one. */
const MOST_SKEW_MS = 60_000;

/** What was found of the services. */
interface ServicesResult {
  checks: Check[];
  clock: Check;
  /** HTTP attempts. */
  requests: number;
}

/** A source that was asked, and how many rows it gave. */
interface Asked {
  name: string;
  /** Whether the pipeline can do without it. */
  expendable: boolean;
  answer: Settled<number>;
}

/**
 * Asks each service once, whatever is remembered of what the app may do, and remembers what was found. At most one
 * token and four requests, retries aside.
 */
export async function examineServices(
  connected: Settled<Connect>,
  followed: { id: string; name: string } | undefined,
): Promise<ServicesResult> {
  const ledger = new Ledger();
  if ('error' in connected) return unopened(connected.error);
  const sources = connected.value(ledger);
  try {
    const token = await settled(() => sources.authorise());
    const artist = followed ?? KNOWN_ARTIST;
    const ids = new Set<string>();
    const tracks = await Promise.all(
      sources.tracks.map((source) => askTracks(sources, source, token, artist, ids)),
    );
    const features = await Promise.all(
      sources.features.map((source) => askFeatures(sources, source, token, [...ids])),
    );
    const checks = [
      { name: 'credentials', ...credentials(token) },
      ...tracks.map((asked) => told(asked, tracks, token, `tracks of ${artist.name}`)),
      ...features.map((asked) => told(asked, features, token, 'tracks with audio features')),
    ];
    return { checks, clock: { name: 'clock', ...clockOf(sources) }, requests: ledger.requests };
  } finally {
    await sources.close();
  }
}

/** What is told where the services could not even be opened. */
function unopened(error: unknown): ServicesResult {
  const others = [...TRACK_SOURCES, ...FEATURE_SOURCES].map(checkName);
  const checks = [
    { name: 'credentials', ...faultOf(error) },
    ...others.map((name) => ({ name, ...notAsked(error) })),
  ];
  return { checks, clock: { name: 'clock', ...UNKNOWN_CLOCK }, requests: 0 };
}

const credentials = (token: Settled<void>): Finding =>
  'value' in token ? fine('Spotify gave the app a token') : faultOf(token.error);

/** Collects the ids of the tracks that it finds. */
async function askTracks(
  { gate }: Sources,
  source: TrackSource,
  token: Settled<void>,
  artist: { id: string; name: string },
  ids: Set<string>,
): Promise<Asked> {
  const answer = await settled(async () => {
    if ('error' in token) throw token.error;
    const attempt = await gate.ask(source.name, () => source.page(artist, DEFAULT_TRACKS, null));
    if (!attempt.allowed) throw missing(source.name);
    const { tracks } = attempt.value ?? { tracks: [] };
    for (const { id } of tracks) ids.add(id);
    return tracks.length;
  });
  return { name: source.name, expendable: false, answer };
}

/** Where tracks were found, an expendable source must know one of them: Spotify's may say null to all. */
async function askFeatures(
  { gate }: Sources,
  source: FeatureSource,
  token: Settled<void>,
  ids: readonly string[],
): Promise<Asked> {
  const { name, expendable } = source;
  const answer = await settled(async () => {
    if ('error' in token && needsToken(name)) throw token.error;
    const attempt = await gate.ask(name, () => source.features([...ids, KNOWN_TRACK]));
    if (!attempt.allowed) throw missing(name);
    if (expendable && ids.length > 0 && attempt.value.length === 0) {
      throw new UnexpectedAnswerError(
        `expected audio features of one of ${ids.length} tracks, got none`,
        `try again later; if this goes on, ${name} has lost its data: import a dataset that has audio features`,
      );
    }
    return attempt.value.length;
  });
  return { name, expendable, answer };
}

/** What a source's check tells, given what became of all that give the same. */
function told(asked: Asked, all: readonly Asked[], token: Settled<void>, what: string): Check {
  const name = checkName(asked.name);
  const { answer, expendable } = asked;
  const next = all.find((other) => 'value' in other.answer)?.name;
  if ('value' in answer) return { name, ...fine(`answers: ${answer.value} ${what}`) };
  if ('error' in token && needsToken(asked.name)) return { name, ...notAsked(token.error) };
  const { error } = answer;
  if (error instanceof CapabilityMissingError) {
    return next
      ? { name, ...fine(`this Spotify app may not make this call, as most may not: ${next} takes over`) }
      : {
          name,
          ...fault('this Spotify app may not make this call, and no other source answers', error.hint),
        };
  }
  const finding = faultOf(error);
  if (expendable && next && !finding.ok) {
    return { name, ...fine(`fails, but ${next} gives the same: ${finding.detail}`) };
  }
  return { name, ...finding };
}

function clockOf(sources: Sources): Finding {
  const skew = sources.clockSkew();
  if (!skew) return UNKNOWN_CLOCK;
  if (Math.abs(skew.milliseconds) <= MOST_SKEW_MS)
    return fine(`right to a minute by that of ${skew.service}`);
  const minutes = Math.round(Math.abs(skew.milliseconds) / 60_000);
  return fault(
    `expected this machine's clock to be right to a minute, but it is ${minutes} min ${skew.milliseconds < 0 ? 'behind' : 'ahead of'} that of ${skew.service}`,
    'set it, best by NTP (timedatectl set-ntp true): AWS refuses requests by a wrong clock, and two runs could take the same lease',
  );
}

const UNKNOWN_CLOCK = fine('not checked: no service told its time');

/** What is told of a call that was not made for want of a token. */
const notAsked = (error: unknown): Finding =>
  error instanceof PostponedError ? faultOf(error) : notChecked('credentials');

const missing = (name: string): CapabilityMissingError =>
  new CapabilityMissingError(`this Spotify app may not call ${name}`, 'see its check in docs/operating.md');

const needsToken = (source: string): boolean => source.startsWith('spotify:');

/** `spotify:top-tracks` is checked by `spotify-top-tracks`. */
const checkName = (source: string): string => source.replace(':', '-');
