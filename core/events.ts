import * as z from 'zod';
import type { AlarmAction, AlarmWay } from './alarms.ts';
import type { CollectionEstimate } from './budget.ts';
import { InvalidInputError } from './errors.ts';
import { FEATURES } from './features.ts';
import { METHODS, type MethodName } from './methods/method.ts';
import { SPACE_FEATURES, type SpaceRuler } from './methods/space.ts';
import type { Quality } from './recommend/quality.ts';
import type { Measured } from './score/card.ts';
import { MEASURES, WATCHED } from './score/gate.ts';
import type { ScoredWay } from './score/lists.ts';
import type { Word2VecSettings } from './vectors/settings.ts';

const date = z.iso.date('expected a day as yyyy-mm-dd');
const id = z
  .string()
  .regex(/^[!-~]{1,64}$/, 'expected an id: 1 to 64 printable ASCII characters without spaces');
const count = z.int().nonnegative();
const MODEL = /^[0-9A-Za-z.-]{1,200}$/;
const upload = z.string().regex(/^[0-9A-Za-z]{1,40}$/, 'expected an upload: 1 to 40 letters and digits');

/** Tracks that an artist has unless told; up to so many, what a source finds best is enough. */
export const DEFAULT_TRACKS = 10;
/** Tracks that an artist can have at most. */
export const MOST_TRACKS = 300;

/** What the collector takes. */
export const CollectRequest = z.strictObject({
  /** UTC day to collect; today by default. */
  date: date.optional(),
  /** Goes on with this run, whatever the day is by now. */
  run: id.optional(),
  /** Goes on with the newest collection of all artists that is not done, whatever else is asked; a schedule says so. */
  unfinished: z.boolean().optional(),
  /** Collects these followed artists only and merges them into the day. */
  artists: z.array(id).min(1).optional(),
  /** Tracks that each artist shall have, 1 to 300; 10 by default, above which its albums are walked. */
  tracks: z.int().min(1).max(MOST_TRACKS).optional(),
  /** HTTP requests that this call may make at most. */
  budget: z.int().positive().optional(),
  /** Tells what would be asked, and asks nothing. */
  dryRun: z.boolean().optional(),
});
export type CollectRequest = z.infer<typeof CollectRequest>;

/** What an import takes. */
export const ImportRequest = z.strictObject({
  /** UTC day that the dataset fills; today by default. */
  date: date.optional(),
  /** Files and folders. */
  paths: z.array(z.string().min(1)).min(1),
});
export type ImportRequest = z.infer<typeof ImportRequest>;

const once = (list: readonly string[]): boolean => new Set(list).size === list.length;

/** What tracks are measured by where that is not the day's own: of a run, or as a file has it. */
const Ruler = z.looseObject({
  ranges: z.record(z.string(), z.object({ min: z.number(), max: z.number() })).optional(),
  space: z
    .object({
      features: z.array(z.string()).readonly(),
      knots: z.array(z.array(z.number()).readonly()).readonly(),
      whitening: z.array(z.array(z.number()).readonly()).readonly(),
    })
    .nullish(),
});
export type Ruler = z.infer<typeof Ruler>;

/** What the similarity function takes. */
export const SimilarityRequest = z.strictObject({
  /** UTC day to compare; today by default. */
  date: date.optional(),
  /** How artists are compared (docs/method.md); `mean` by default. */
  method: z.enum(METHODS).optional(),
  /**
   * Features to compare, distinct; by default the five of docs/method.md for `mean`, for the other methods those of
   * `SPACE_FEATURES`.
   */
  features: z
    .array(z.enum([...new Set([...FEATURES, ...SPACE_FEATURES])]))
    .min(1)
    .refine(once, 'expected each feature once')
    .optional(),
  /** What the features are measured by: the id of a run, or a run's result; the day's own by default. */
  ruler: z.union([id, Ruler]).optional(),
  /**
   * Measures that must hold for the run to be published: no less than the last published run's interval, and no less
   * than the floor where there is one.
   */
  require: z
    .array(
      z
        .string()
        .regex(WATCHED, 'expected a measure as sharedGenre@10 or, with a floor, sharedGenre@10>=0.4')
        .refine((text) => MEASURES.includes(text.split('>=')[0] as string), {
          error: `expected one of ${MEASURES.join(', ')}`,
        }),
    )
    .optional(),
  /** How many neighbours each artist gets; all up to 2,000 artists and 50 above by default. */
  neighbours: z.union([z.literal('all'), z.int().positive()]).optional(),
  /** Share of the asked artists that must be comparable for the run to be published, 0 to 1; 0.8 by default. */
  minCoverage: z.number().min(0).max(1).optional(),
  /** Computes, but writes and publishes nothing. */
  dryRun: z.boolean().optional(),
  /**
   * Neighbours above which a function shares the work out: it then returns a `SimilarityPlan`, and the caller goes on
   * as that says. Without bound by default.
   */
  inOnePiece: z.int().nonnegative().optional(),
});
export type SimilarityRequest = z.infer<typeof SimilarityRequest>;

/** What the similarity function takes of a run that is shared out: exactly one of the three steps. */
export const ShardRequest = z
  .strictObject({
    run: id,
    /** Computes this shard, counted from 0. */
    shard: count.optional(),
    /** Stages this shard's neighbours in the database. */
    load: count.optional(),
    /** Publishes the run. */
    finish: z.literal(true).optional(),
  })
  .refine(
    ({ shard, load, finish }) => [shard, load, finish].filter((step) => step !== undefined).length === 1,
    'expected one of shard, load and finish',
  );
export type ShardRequest = z.infer<typeof ShardRequest>;

/** What the explorer takes. */
export const SimilarRequest = z.strictObject({
  /** Id or name. */
  artist: z.string().trim().min(1),
  /** How many neighbours at most. */
  limit: z.int().positive().max(10_000).default(10),
});
export type SimilarRequest = z.infer<typeof SimilarRequest>;

/** What the catalog takes of a dataset that the command line has read: the import's result, without its run. */
export const AdoptRequest = z.strictObject({
  /** Under `uploads/` in the lake's bucket; the run is named by it. */
  upload,
  result: z.strictObject({
    date,
    files: z.array(
      z.strictObject({
        path: z.string(),
        layout: z.string(),
        rows: count,
        encoding: z.string().optional(),
      }),
    ),
    artists: count,
    tracks: count,
    features: count,
    merged: z.strictObject({ artists: count, spellings: z.array(z.array(z.string())) }).optional(),
    // Absent where an older command line has read the dataset.
    playlists: count.default(0),
    entries: count.default(0),
    notSongs: count.default(0),
    datasets: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[0-9a-z-]{1,64}$/, 'expected a dataset: 1 to 64 of a-z, 0-9 and dashes'),
          playlists: count,
          entries: count,
        }),
      )
      .default([]),
    rejected: z.array(z.strictObject({ file: z.string(), line: count, reason: z.string() })),
    rejectedCount: count,
  }),
});
export type AdoptRequest = z.infer<typeof AdoptRequest>;

/** What the catalog takes: at most one of these; `{}` lists. */
export const CatalogRequest = z
  .strictObject({
    /** Names, ids or links of artists to follow. */
    add: z.array(z.string().trim().min(1)).min(1).optional(),
    /** Follows the artists heard most in so many days, beside those of `add`. */
    fromListening: z.int().min(1).max(3650).optional(),
    /** Ids of artists to forget. */
    remove: z.array(id).min(1).optional(),
    /** Lists the known artists. */
    list: z.literal(true).optional(),
    /** Lists those after this id: the `next` of a list that was cut. */
    after: id.optional(),
    /** Makes a dataset that was uploaded (`soundalike import --stack`) the data of a day. */
    adopt: AdoptRequest.optional(),
    /** Makes the stack know what lies in its lake (docs/restore.md). */
    restore: z.literal(true).optional(),
  })
  .refine(
    ({ add, fromListening, remove, list, adopt, restore }) =>
      [add ?? fromListening, remove, list, adopt, restore].filter(Boolean).length <= 1,
    'expected only one of add (with or without fromListening), remove, list, adopt and restore',
  );
export type CatalogRequest = z.infer<typeof CatalogRequest>;

/** What a login takes. */
export const LoginRequest = z.strictObject({
  /** Of the server on 127.0.0.1 to which Spotify sends the user back; 0 for any free one. */
  port: z.int().min(0).max(65_535).default(8888),
  /** Seconds to wait for the user. */
  timeout: z.int().min(1).max(3600).default(300),
});
export type LoginRequest = z.infer<typeof LoginRequest>;

/** Spotify refuses line breaks. */
const line = (longest: number) =>
  z
    .string()
    .transform((text) => text.replace(/\s+/g, ' ').trim())
    .pipe(z.string().min(1).max(longest));

/** What a push of a playlist takes. */
export const PushRequest = z.strictObject({
  /** Spotify URIs of songs and episodes, in order; one may stand there twice. */
  uris: z
    .array(
      z
        .string()
        .regex(
          /^spotify:(track|episode):[0-9A-Za-z]{22}$/,
          'expected spotify:track: and 22 letters and digits',
        ),
    )
    .min(1, 'expected at least one song: an empty list never empties a playlist')
    .max(10_000),
  /** "AI Generated Playlist - dd/mm/yyyy" by default. */
  name: line(100).optional(),
  description: line(300).optional(),
  /** Whether it stands on the user's profile; true by default. */
  public: z.boolean().default(true),
  /** Makes a new playlist in the place of replacing the standing one. */
  newEachTime: z.boolean().default(false),
});
export type PushRequest = z.input<typeof PushRequest>;

/** A privacy export whose files the command line has read and uploaded. */
const UploadedHistory = z.strictObject({
  /** Under `uploads/` in the lake's bucket. */
  upload: id,
  /** What the file of each upload was called, in the order of the uploads: of a large file there are several. */
  paths: z.array(z.string()).min(1).max(1000),
});
export type UploadedHistory = z.infer<typeof UploadedHistory>;

/** What listening takes; `{}` listens. */
export const ListenRequest = z
  .strictObject({
    /** Takes in a privacy export (`soundalike import --stack`) in the place of listening. */
    history: UploadedHistory.optional(),
    /** Forgets all that is known of the user, tokens too, in the place of listening. */
    forget: z.literal(true).optional(),
  })
  .refine(({ history, forget }) => !(history && forget), 'expected only one of history and forget');
export type ListenRequest = z.infer<typeof ListenRequest>;

/** What the import of a privacy export takes. */
export const HistoryImportRequest = z.strictObject({
  /** Files, zipped or not, and folders. */
  paths: z.array(z.string().min(1)).min(1),
});
export type HistoryImportRequest = z.infer<typeof HistoryImportRequest>;

/** A model that the command line has trained, or read from a file, and uploaded. */
export const AdoptModelRequest = z.strictObject({
  upload,
  /** UTC day of the upload; the run is named by both. */
  date,
  /** What training, or the import, has returned. */
  result: z.looseObject({ model: z.string().regex(MODEL, 'expected the name of a model') }),
});
export type AdoptModelRequest = z.infer<typeof AdoptModelRequest>;

/**
 * What training takes. A setting that is left out is as the newest run that was tuned has found it, or as
 * core/vectors/settings.ts has it, which tells what each means.
 */
export const TrainRequest = z.strictObject({
  size: z.int().min(1).max(1000).optional(),
  window: z.int().min(1).max(10_000).optional(),
  negatives: z.int().min(1).max(100).optional(),
  exponent: z.number().min(-2).max(2).optional(),
  epochs: z.int().min(1).max(1000).optional(),
  minCount: z.int().min(1).max(1_000_000).optional(),
  subsample: z.number().min(0).max(1).optional(),
  rate: z.number().gt(0).max(1).optional(),
  seed: z.int().min(0).max(0xffffffff).optional(),
  /** Continuous bag of words (true) or skip-gram (false). */
  cbow: z.boolean().optional(),
  /** Of skip-gram; 1 by default. With more the same playlists and seed give other vectors each time. */
  threads: z.int().min(1).max(64).optional(),
  /** Seconds to search for settings that are better, those that are given being kept. */
  tune: z.int().min(1).max(86_400).optional(),
  /** Goes on with this run; all else is as it was begun. */
  run: id.optional(),
  /** Makes a model that was uploaded (`train --stack`, `import --stack`) the newest, in the place of training. */
  adopt: AdoptModelRequest.optional(),
});
export type TrainRequest = z.infer<typeof TrainRequest>;

/** How recommended songs are found: by sound, by vectors of songs (playlists), by shared playlists (items). */
export const RECOMMENDATION_METHODS = ['sound', 'playlists', 'items', 'both'] as const;
export type RecommendationMethod = (typeof RECOMMENDATION_METHODS)[number];

/** What the recommender takes. */
export const RecommendRequest = z.strictObject({
  /** UTC day up to whose end plays count; today by default. */
  date: date.optional(),
  /** Days of listening that count. */
  days: z.int().min(1).max(3650).default(7),
  /** Nearest songs of each heard one. */
  perSong: z.int().min(1).max(100).default(2),
  /** Songs of the list at most. */
  size: z.int().min(1).max(1000).default(30),
  /** Songs of one artist in it at most. */
  maxPerArtist: z.int().min(1).max(1000).default(2),
  /** Days after which a play weighs half. */
  halfLife: z.number().gt(0).max(3650).default(3),
  /** `items` where the lake has playlists and `sound` where it has none, by default (docs/method.md). */
  method: z.enum(RECOMMENDATION_METHODS).optional(),
  /** Model of vectors; the newest by default. */
  model: z.string().regex(MODEL, 'expected the name of a model').optional(),
  /** Writes the songs to the user's playlist. */
  push: z.boolean().default(false),
  /** Writes nothing. */
  dryRun: z.boolean().default(false),
  /** Gives `RecommendCounts`: for a workflow, whose history keeps all that is passed between its steps. */
  counts: z.boolean().default(false),
});
export type RecommendRequest = z.input<typeof RecommendRequest>;

/** What the scores of recommendations take. */
export const ScoreRecommendationsRequest = z.strictObject({
  /** UTC day up to whose end plays count; today by default. */
  date: date.optional(),
  /** Of which playlists are held out, of chance and of the bootstrap. */
  seed: z.int().min(0).max(0xffffffff).default(1),
});
export type ScoreRecommendationsRequest = z.input<typeof ScoreRecommendationsRequest>;

/** What the doctor and the migrator take: nothing. */
export const EmptyRequest = z.strictObject({});

/** Examples of events for each function that people invoke: the console's shareable test events, and README's. */
export const EXAMPLES = {
  catalog: {
    list: {},
    add: { add: ['Björk', '4Z8W4fKeB5YxbusRsdQVPb'] },
    'add-from-listening': { fromListening: 30 },
    remove: { remove: ['4Z8W4fKeB5YxbusRsdQVPb'] },
    restore: { restore: true },
  },
  collector: { today: {}, 'what-would-be-done': { dryRun: true }, 'at-most-100-requests': { budget: 100 } },
  similarity: {
    today: {},
    'dry-run': { dryRun: true },
    'by-mood': { features: ['energy', 'valence', 'tempo'], neighbours: 20, dryRun: true },
  },
  explorer: {
    'by-name': { artist: 'Björk' },
    'five-nearest': { artist: '7w29UYBi0qsHi5RTcv3lmA', limit: 5 },
  },
  // To forget is nothing to be tried out.
  listening: { listen: {} },
  trainer: {
    train: {},
    'small-settings': { size: 32, window: 5, epochs: 1 },
    'tune-for-ten-minutes': { tune: 600 },
  },
  recommender: {
    'dry-run': { dryRun: true },
    'by-sound': { method: 'sound', dryRun: true },
    'last-30-days': { days: 30, dryRun: true },
    'push-to-the-playlist': { push: true },
  },
  migrator: { migrate: {} },
  doctor: { examine: {} },
} as const satisfies Record<string, Record<string, object>>;

/**
 * Parses an event or the options of a command. Throws `InvalidInputError` that names the field, what was expected and
 * what came.
 */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, what: string): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  const came = JSON.stringify(issue?.path.reduce<unknown>(member, input))?.slice(0, 100) ?? 'nothing';
  throw new InvalidInputError(
    `${what}${path && `, field ${path}`}: ${issue?.message}; got ${came}`,
    'correct the field and try again',
  );
}

const member = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;

/** An artist as results name it. */
export interface NamedArtist {
  id: string;
  name: string;
  url: string | null;
}

/**
 * Why an artist that was asked for is missing: `no-tracks`, `no-features:<the first missing>`, `not-found`,
 * `not-reached`, `unavailable` (the service fails for it alone).
 */
export interface Dropped {
  id: string;
  name: string;
  reason: string;
  /** How the service failed, with the status that it gave, and what to do; of `unavailable` alone. */
  detail?: string;
  remedy?: string;
}

/** How many rows came from which source. */
export interface Sources {
  tracks: Record<string, number>;
  features: Record<string, number>;
}

/** How many dropped artists or rejected rows a result names; it counts all of them. */
export const NAMED = 100;

/** What the collector returns. */
export interface CollectResult {
  date: string;
  /** Id of the run, to go on with; null for a dry run. */
  run: string | null;
  done: boolean;
  /** ISO 8601 UTC: when to call again; null where that is up to the caller. */
  resumeAfter: string | null;
  artists: { asked: number; collected: number };
  /** Rows of the day. */
  tracks: number;
  features: number;
  /** Asked artists with a track that has all default features, over asked; 0 to 1. */
  coverage: number;
  /** The first 100 by id. */
  dropped: Dropped[];
  droppedCount: number;
  /** HTTP attempts of the run: tokens, probes and retries too. */
  requests: number;
  retries: number;
  sources: Sources;
  /** Why it is not done; null where it is. */
  stopped: string | null;
  /** What a user should know of the run, a sentence each. */
  warnings: string[];
}

/** What an import returns. */
export interface ImportResult {
  date: string;
  run: string;
  /**
   * The files that were read; `rows` are those that could be, of a file with playlists its playlists. `encoding` is how
   * the text is written where that is not UTF-8.
   */
  files: { path: string; layout: string; rows: number; encoding?: string }[];
  /** Of the day: its artists, the different tracks with an artist, and those with a feature; playlists alone leave it as it is. */
  artists: number;
  tracks: number;
  features: number;
  /** Artists by name alone whom the files spell in several ways and who are one, with the spellings of at most five. */
  merged?: { artists: number; spellings: string[][] };
  /** In the lake: playlists with at least one song, and the songs at their places. */
  playlists: number;
  entries: number;
  /** Entries that are left out since they are no songs of Spotify's: local files, episodes, songs without an id. */
  notSongs: number;
  /** The partitions of the lake's playlists that were replaced, in the order read. */
  datasets: { name: string; playlists: number; entries: number }[];
  /** The models that files of vectors became, with how many vectors of how many numbers. */
  models: { name: string; rows: number; size: number }[];
  /** The first 100, in the order read; `line` counts the playlists or vectors of a file that has them not in lines. */
  rejected: { file: string; line: number; reason: string }[];
  rejectedCount: number;
  /** What a user should know of the import, a sentence each; absent where there is nothing. */
  warnings?: string[];
}

/** What the similarity function returns. */
export interface SimilarityResult {
  date: string;
  /** Id of the run; null for a dry run. */
  run: string | null;
  method: MethodName;
  /** How many artists were compared. */
  artists: number;
  /** Directed pairs: rows of `related_artists`. */
  pairs: number;
  features: string[];
  /** Smallest and largest value of each feature over the day's tracks, or of the ruler that was given. */
  ranges: Record<string, { min: number; max: number }>;
  /** What the methods other than `mean` measure tracks by; null for `mean`. */
  space: SpaceRuler | null;
  /** Of playlists beside sound, for `blend`; null for the others. */
  weight: number | null;
  /** Whose ruler it is: the id of a run, or `given`; null where it is the day's own. */
  ruler: string | null;
  neighbours: 'all' | number;
  /** Compared over asked; 0 to 1. */
  coverage: number;
  published: boolean;
  dropped: Dropped[];
  droppedCount: number;
  /** The three closest pairs, each once. */
  nearest: { artist: NamedArtist; y_artist: NamedArtist; distance: number }[];
  /** The score card (docs/method.md); empty where nothing is known of the artists. */
  scores: Measured[];
  /** Why it was not published though enough artists could be compared: the required measures that do not hold. */
  blocked: string[];
  /** Artists whose tracks fall into several styles, so that one list of neighbours does not do for them; the first 100. */
  severalStyles: { id: string; name: string; spread: number }[];
  /** How much of the truth the map keeps; null where there is none. */
  map: MapQuality | null;
  /** Keys, in the lake, of the run's page and of the picture of its map; null for a dry run. */
  report: { page: string; map: string | null } | null;
  warnings: string[];
}

/** What `score` returns: the card of the first method that was asked for, and all cards. */
export interface ScoreResult {
  date: string;
  method: MethodName;
  measures: Measured[];
  cards: { method: MethodName; measures: Measured[] }[];
  warnings: string[];
}

/** How far a map of artists in the plane can be believed. */
export interface MapQuality {
  /** How many nearest are looked at. */
  k: number;
  /** Artists that the figures rest on. */
  artists: number;
  /** 1 where nobody is near on the map who is not near in truth (Venna and Kaski 2001). */
  trustworthiness: number;
  /** Share of an artist's k nearest that are among its k nearest on the map. */
  kept: number;
  /** What each style, by its number, stands out by: in words, and how many artists it has. */
  styles: { words: string; artists: number }[];
}

/**
 * What the similarity function returns of a run that is too large for one: first each shard is to be computed, then each
 * to be loaded, in any order and at once, and then the run to be finished, which returns a `SimilarityResult`.
 */
export interface SimilarityPlan {
  done: false;
  run: string;
  date: string;
  artists: number;
  pairs: number;
  /** Their numbers, each a `shard` and a `load` of `ShardRequest`. */
  shards: number[];
}

/** What `run` returns when the collection is done. */
export interface RunResult {
  date: string;
  artists: { asked: number; collected: number; compared: number };
  tracks: number;
  features: number;
  pairs: number;
  coverage: number;
  dropped: Dropped[];
  droppedCount: number;
  requests: number;
  sources: Sources;
  nearest: SimilarityResult['nearest'];
  published: boolean;
  /** As the comparison tells them. */
  blocked: SimilarityResult['blocked'];
  scores: SimilarityResult['scores'];
  report: SimilarityResult['report'];
  warnings: string[];
  /** The first ten songs of a recommendation; null where nobody has logged in, and of a stack. */
  recommended: { heard: number; songs: Omit<RecommendedSong, 'score'>[] } | null;
}

/** What a search for settings has found. */
export interface Tuned {
  /** Settings that were tried, those that one began with included. */
  tried: number;
  seconds: number;
  /** By what they were chosen, what the chosen ones reached of it, and those that one began with. */
  measure: string;
  reached: number;
  before: number;
}

/** Figures of vectors, and of other ways that answer the same questions. */
export interface ModelQuality extends Quality {
  /** Playlists that were asked of. */
  heldOut: number;
  items: Quality;
  popularity: Quality;
  random: Quality;
  /** By sound, and by sound and playlists together; null where the lake has no audio features of the songs. */
  sound: Quality | null;
  both: Quality | null;
}

/** What training returns. */
export interface TrainResult {
  /** False where the time of the call is used up: called with `run`, it goes on. */
  done: boolean;
  /** Name of the model in the lake, which carries its settings. */
  model: string;
  run: string;
  /** What it is trained with, and the run that has found these where none was given. */
  settings: Word2VecSettings;
  tunedBy: string | null;
  /** Null where nothing was searched for. */
  tuned: Tuned | null;
  playlists: number;
  /** Different tracks of the playlists, and those of them that have a vector (0 until it is done). */
  tracks: number;
  vocabulary: number;
  /** Of all its calls: wall time, reading and measuring included. */
  seconds: number;
  /** Of vectors with these settings, trained without the playlists that are asked of; null where these are too few. */
  quality: ModelQuality | null;
  /** Why it is not done; null where it is. */
  stopped: string | null;
}

/** A song that is recommended. */
export interface RecommendedSong {
  id: string;
  name: string;
  /** Its first artist. */
  artist: string;
  uri: string;
  /** By which the list is sorted, the largest first; comparable within a list alone. */
  score: number;
  /** By which way it was found; of `both`, the way that ranks it higher. */
  method: Exclude<RecommendationMethod, 'both'>;
  /** How near it is to the song that it comes from, by that way: a cosine. */
  nearness: number;
  /** The heard song that it comes from. */
  because: { id: string; name: string };
}

/** What the recommender returns. */
export interface RecommendResult {
  date: string;
  /** Id of the run; null for a dry run. */
  run: string | null;
  /** The listening that counts, ISO 8601 UTC. */
  from: string;
  to: string;
  /** Plays in that time, and the different songs of them. */
  plays: number;
  heard: number;
  /** The first 100, by id, of the heard songs from which nothing could be found. */
  unknown: { id: string; name: string }[];
  unknownCount: number;
  method: RecommendationMethod;
  /** Model of vectors; null where none was used. */
  model: string | null;
  songs: RecommendedSong[];
  /** Songs that would stand in the list, but that Spotify no longer has. */
  gone: { id: string; name: string }[];
  /** Where the songs were written to; null where they were not. */
  playlist: { id: string; url: string; snapshot: string | null } | null;
  requests: number;
  /** What a user should know of the list, a sentence each. */
  warnings: string[];
}

/** A `RecommendResult` without songs: how many of each. */
export interface RecommendCounts
  extends Pick<
    RecommendResult,
    'date' | 'run' | 'plays' | 'heard' | 'unknownCount' | 'method' | 'model' | 'requests'
  > {
  songs: number;
  gone: number;
  /** Whether they were written to the user's playlist. */
  pushed: boolean;
}

/** How good recommendations are (docs/method.md). */
export interface RecommendationScores {
  date: string;
  seed: number;
  /** By what was hidden of playlists of the lake; null where none can be held out. */
  playlists: {
    /** Playlists that something was hidden of, each once. */
    heldOut: number;
    ways: ScoredWay[];
  } | null;
  /** By what the user heard later; null where the history is too short, or there is nothing to find songs by. */
  listening: {
    /** The listening that counts, ISO 8601 UTC. */
    from: string;
    to: string;
    /** Days after a cut in which what is recommended may be played. */
    followedDays: number;
    /** How many times were asked of. */
    asked: number;
    /** At the end of which days, how many songs were heard in the days before, and how many new ones in those after. */
    cuts: { date: string; heard: number; later: number }[];
    ways: ScoredWay[];
  } | null;
  /** What a user should know of the figures, a sentence each. */
  warnings: string[];
}

/** What the catalog returns after `add`. */
export interface AddResult {
  added: NamedArtist[];
  known: NamedArtist[];
  ambiguous: { query: string; candidates: { id: string; name: string }[] }[];
  notFound: string[];
  /** Those for which Spotify fails while it works for others, and how; absent where there are none. */
  unavailable?: { query: string; detail: string }[];
  /** What a collection takes of all who are followed now. */
  collection: CollectionEstimate;
}

/** What the catalog returns for `list`. */
export interface ListResult {
  artists: (NamedArtist & { genres: string[]; followed: boolean })[];
  /** Where the list was cut: the id to ask on after. */
  next?: string;
}

/** The plays between which others may be missing. */
export interface GapBounds {
  after: string;
  before: string;
}

/** What listening returns. Times are ISO 8601 UTC. */
export interface ListenResult {
  /** Since when Spotify was asked; the first time, of its oldest play; null where there is none. */
  from: string | null;
  /** The last play ever seen; null where there is none. */
  to: string | null;
  /** How many plays Spotify told. */
  received: number;
  /** Of these, local files, what has no track, and what has no time that can be read. */
  skipped: number;
  /** Of these, those that the history did not have, that it had of an export, and that it had of Spotify. */
  added: number;
  matched: number;
  known: number;
  /** All that are open, in order. */
  gaps: GapBounds[];
  /** Why Spotify was not asked this time: it asks to wait, or the day's requests are used up. Null where it was. */
  postponed: string | null;
}

/** What the listening function returns, and `listen` prints. */
export interface HearResult extends ListenResult {
  /** What came of asking for the audio features of heard tracks; null where nobody has logged in. */
  learned: {
    /** Tracks that were asked for. */
    asked: number;
    /** Of these, those whose features are known now. */
    known: number;
    requests: number;
    /** Why not all were asked for; null where they were. */
    stopped: string | null;
  } | null;
}

/** How many records of a privacy export are no plays here. */
export interface HistoryDropped {
  /** Heard for less than 30 s. */
  short: number;
  /** Podcasts, audiobooks, videos, and what has neither a track's URI nor an artist and a title. */
  notMusic: number;
  /** Files of the user's own. */
  local: number;
}

/** What the import of a privacy export returns. */
export interface HistoryImportResult {
  date: string;
  run: string;
  /** The files that were read; `rows` are the records in them that were read, whatever became of them. */
  files: { path: string; layout: string; rows: number }[];
  /** Plays of at least 30 s of music in the files. */
  plays: number;
  /** Of these, those that the history did not have, that it had of another source, and that it had of this kind. */
  added: number;
  matched: number;
  known: number;
  dropped: HistoryDropped;
  /** Different artists and tracks of the plays; an export has no features. */
  artists: number;
  tracks: number;
  features: 0;
  /** The first 100, in the order read; `line` counts the records of a file, 0 is the file as a whole. */
  rejected: { file: string; line: number; reason: string }[];
  rejectedCount: number;
  /** All that are open now, in order. */
  gaps: GapBounds[];
}

/** What forgetting the user returns: how much of each was removed. */
export interface ForgetResult {
  plays: number;
  gaps: number;
  playlists: number;
  runs: number;
  /** Days of the lake. */
  days: number;
}

/** What the doctor returns. */
export interface DoctorResult {
  /** Whether every check is. */
  ok: boolean;
  checks: {
    name: string;
    ok: boolean;
    /** What was found. */
    detail: string;
    /** What to do about it; null where nothing is to be done. */
    remedy: string | null;
  }[];
}

/** What `alarm-test` prints. */
export interface AlarmTestResult extends Pick<AlarmWay, 'subscriptions'> {
  /** The alarm that was set off. */
  alarm: string;
  /** Its state before. */
  was: string;
  /** What CloudWatch tells of its action; null where it told nothing in a minute. */
  action: AlarmAction | null;
}

/** What the catalog returns for `restore`. */
export interface RestoreResult {
  /** Partitions of the lake's tables, all of which queries see now. */
  partitions: number;
  /** Artists that are followed again; 0 where somebody was followed. */
  followed: number;
  /** Plays that are in the history again; 0 where it had some. */
  plays: number;
}

/** What the migrator returns. */
export interface MigrateResult {
  /** Newest migration that the database has had. */
  version: number;
}

/** What the catalog returns after `remove`. */
export interface RemoveResult {
  removed: string[];
}

/** What a login returns. Times are ISO 8601 UTC. */
export interface LoginResult {
  /** Spotify's id of the user. */
  account: string;
  /** What the user goes by. */
  name: string | null;
  scopes: string[];
  authorizedAt: string;
  /** When the consent ends and another login is needed. */
  expiresAt: string;
}

/** What a push of a playlist returns. */
export interface PushResult {
  id: string;
  url: string;
  /** Spotify's version of its content; null where it told none. */
  snapshot: string | null;
  /** How many it holds. */
  songs: number;
  name: string;
}

/** What the explorer returns. */
export interface SimilarResult {
  artist: NamedArtist;
  date: string;
  run: string;
  method: string;
  neighbours: (NamedArtist & {
    distance: number;
    rank: number;
    /** In what they sound alike comes first: `share` of the squared distance, raw means `a` and `b`. */
    reasons: { feature: string; share: number; a: number; b: number }[];
    /** Share of resamples of tracks in which it stays among the nearest (docs/method.md); null where not computed. */
    confidence: number | null;
  })[];
  /** What a user should know of the artist, a sentence each. */
  warnings: string[];
}
