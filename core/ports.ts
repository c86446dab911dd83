import type { BoundedFeature } from './features.ts';
import type { ReportFile } from './names.ts';
import type { Matrix } from './similarity/matrix.ts';
import type { PairOfIds } from './similarity/pairs.ts';
import type { Row, TableName } from './tables.ts';

/** Time, as every part that needs it takes it, so that a test can own it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  /** Calls `work` every so many milliseconds until the returned function is called. */
  every(milliseconds: number, work: () => void): () => void;
}

/** Tells how far long work has come: `done` of `total` of `what`. */
export type Progress = (what: string, done: number, total: number) => void;

/** An artist as the catalog knows it; a row of the lake's `artists`. */
export type Artist = Row<'artists'>;
/** A track of an artist; a row of the lake's `top_tracks`. */
export type TopTrack = Row<'top_tracks'>;
/** A track's audio features; a row of the lake's `audio_features`. */
export type AudioFeatures = Row<'audio_features'>;

/** A track as a source found it; the collector adds whose it is, its rank and the source. */
export type FoundTrack = Omit<TopTrack, 'artist_id' | 'rank' | 'source'>;
/** Audio features as a source found them; the collector adds the source. */
export type FoundFeatures = Omit<AudioFeatures, 'source'>;
/** The columns for which a source gave values outside their bounds, which are null; absent where there are none. */
export interface Refused {
  refused?: readonly BoundedFeature[];
}

/** What one request gives of an artist's tracks, which may be none. */
export interface TrackPage {
  /** The best first. */
  tracks: FoundTrack[];
  /** The cursor of the next page; null where this is the last. */
  next: string | null;
}

/** Where an artist's tracks come from. */
export interface TrackSource {
  /** What stands in the rows' `source`: `spotify:top-tracks`, `spotify:search`, `spotify:albums`. */
  readonly name: string;
  /** Whether it may miss an artist that has tracks, as a search by name does. */
  readonly mayMiss: boolean;
  /**
   * By one request the page at a cursor, the first one at null; null where there is no such artist. `wanted` is how many
   * tracks the artist is to have. Throws `CapabilityMissingError` where this app may not ask.
   */
  page(
    artist: { id: string; name: string },
    wanted: number,
    cursor: string | null,
  ): Promise<TrackPage | null>;
}

/** Tells whether Spotify still has a song. */
export interface SongLookup {
  /** What it tells of a song that can be played in the market; null where there is none, or no longer. */
  song(id: string): Promise<{ isrc: string | null } | null>;
}

/** Where audio features come from. */
export interface FeatureSource {
  /** What stands in the rows' `source`: `spotify:audio-features`, `reccobeats`. */
  readonly name: string;
  /** How many ids one request takes. */
  readonly batchSize: number;
  /** Whether the doctor calls the pipeline sound while this source alone fails. */
  readonly expendable: boolean;
  /**
   * The features of those tracks that are known, in any order; a value that cannot be is null. Each request is made
   * `tries` times at most. Throws `CapabilityMissingError` as above.
   */
  features(ids: readonly string[], tries?: number): Promise<(FoundFeatures & Refused)[]>;
}

/** Looks artists up for the catalog. */
export interface ArtistLookup {
  /** The artist, or null where there is none with this id. */
  artist(id: string): Promise<Artist | null>;
  /** Those of the artists that exist, in any order, without those for which Spotify fails while it works for others. */
  artists(ids: readonly string[]): Promise<Artist[]>;
  /** Artists found by name, the most relevant first. */
  searchArtists(name: string): Promise<Artist[]>;
}

/** Whether a kind of call is allowed, as it was last found. */
export interface Capabilities {
  /** Until when (epoch milliseconds) the capability counts as missing; absent where it does not. */
  [capability: string]: number;
}

/** What is left of a provider's budget and patience; shared by every function that calls it. */
export interface ApiState {
  /**
   * Counts one request, atomically, unless the provider asked to wait or the day's budget is used up; then nothing is
   * counted and the time (epoch milliseconds) from which it may be tried again is returned.
   */
  admit(provider: string, now: number, dailyBudget: number): Promise<Admission>;
  /** Stores the time before which the provider is not to be called; a later one that is stored stays. */
  postpone(provider: string, notBefore: number): Promise<void>;
  capabilities(provider: string): Promise<Capabilities>;
  setMissing(provider: string, capability: string, until: number): Promise<void>;
}

/** Answer of `ApiState.admit`. */
export type Admission =
  | { admitted: true }
  | { admitted: false; why: 'not-before' | 'budget'; notBefore: number };

/** The catalog: which artists are known and followed. */
export interface ArtistCatalog {
  /** Every known artist, by id. */
  list(): Promise<CatalogArtist[]>;
  /** The artist with this id. */
  byId(id: string): Promise<CatalogArtist | undefined>;
  /** The known artists whose name folds to this (core/text.ts), by id. */
  byFoldedName(folded: string): Promise<CatalogArtist[]>;
  /** The followed artists, by id. */
  followed(): Promise<CatalogArtist[]>;
  /** Ids of the known artists that this provider brought: `spotify`, `stand-in` or `dataset`. */
  idsOf(provider: string): Promise<string[]>;
  /** Adds artists and follows them; known ones get the new metadata. */
  follow(artists: readonly Artist[], provider: string, now: string): Promise<void>;
  /** Adds artists without following them; those that are known and followed stay as they are. */
  know(artists: readonly Artist[], provider: string, now: string): Promise<void>;
  /** Replaces the metadata of known artists. */
  refresh(artists: readonly Artist[], now: string): Promise<void>;
  /** Forgets artists; returns the ids that were known. */
  remove(ids: readonly string[]): Promise<string[]>;
}

/** An artist in the catalog. */
export interface CatalogArtist extends Artist {
  followed: boolean;
  /** When its metadata was last fetched, ISO 8601 UTC. */
  refreshed_at: string;
}

/** What a run does. */
export type RunKind =
  | 'collection'
  | 'import'
  | 'similarity'
  | 'listening'
  | 'training'
  | 'recommendation'
  | 'push'
  | 'expiry';
/** Where a run stands; docs/architecture.md draws the transitions. */
export type RunStatus = 'running' | 'waiting' | 'replacing' | 'done' | 'failed';

/** A run as the database keeps it. Times are ISO 8601 UTC. */
export interface Run {
  id: string;
  kind: RunKind;
  /** The day it works on, yyyy-mm-dd. */
  dt: string;
  /** Host, process and start time of the holder of the lease. */
  owner: string;
  lease_until: string;
  /** JSON text: how far it has come, enough to go on. */
  progress: string;
  started_at: string;
  finished_at: string | null;
  status: RunStatus;
  /** JSON text: its result, once done. */
  summary: string | null;
  /** Grows, over all runs, each time that a run begins or changes its holder. */
  epoch: number;
}

/** The table of runs. */
export interface Runs {
  /** The run with this id. */
  byId(id: string): Promise<Run | undefined>;
  /** All runs of a day, oldest first. */
  ofDay(dt: string): Promise<Run[]>;
  /** The runs of a kind that are done, the last first. */
  done(kind: RunKind): Promise<Run[]>;
  /** The runs of a kind that a process held since a time (ISO 8601 UTC), those that began last first. */
  heldSince(kind: RunKind, time: string): Promise<Run[]>;
  /** The runs of these kinds that are not at an end, oldest first. */
  unfinished(kinds: readonly RunKind[]): Promise<Run[]>;
  /** The runs that were stopped half-way through replacing their day, for good (core/run/replace.ts), oldest first. */
  halfReplaced(): Promise<Run[]>;
  insert(run: Run): Promise<void>;
  /** Replaces the run unless it is at an end or has another epoch than this; returns whether it did. */
  update(run: Run, epoch: number): Promise<boolean>;
  /** Gives a run that is not done to the holder and with the epoch that `run` names, if it had this epoch until now. */
  take(run: Run, epoch: number): Promise<boolean>;
  /** Sets a new end of the lease, and nothing else, unless the run is at an end, waits, or has another epoch. */
  renew(id: string, epoch: number, leaseUntil: string): Promise<boolean>;
  /** Removes a run that is done. */
  remove(id: string): Promise<void>;
  /** An epoch that is larger than every one before; to be called within a transaction. */
  nextEpoch(): Promise<number>;
}

/** Which days' runs the lake has a copy of, and how recent it is. */
export interface RunDays {
  /** Notes that the lake's copy of a day's runs is out of date. */
  changed(dt: string): Promise<void>;
  /** The days whose copy is out of date. */
  outdated(): Promise<string[]>;
  /** How often a day has changed; 0 before the first time. */
  version(dt: string): Promise<number>;
  /**
   * Makes `staged` (JSON text of a `StagedObject`) the one copy that may take its place, if the day still has this
   * version. Returns the one that it replaces, which must be discarded; `claimed` is false where the day has changed.
   */
  claim(dt: string, version: number, staged: string): Promise<{ claimed: boolean; replaces: string | null }>;
  /** Notes that the lake has the copy of this version. */
  written(dt: string, version: number): Promise<void>;
}

/** Who runs this, and whether another is still alive. */
export interface Host {
  /** Host, process and start time of this process. */
  readonly owner: string;
  /** Whether that owner is a process of this host that has ended; false where this cannot be known. */
  isGone(owner: string): boolean;
}

/** What is known about the run whose result is being served. */
export interface Published {
  run_id: string;
  dt: string;
  method: string;
  /** JSON text: features, ranges, neighbours, space, weight, ruler (core/events.ts, `SimilarityResult`). */
  parameters: string;
}

/** A similarity run's whole result, as it is published. */
export interface Publication extends Published {
  /** From the first row at each call, as below: what is staged may have to be staged again. */
  artistFeatures: () => Iterable<Row<'artist_features'>>;
  /** Sorted by artist_id, then y_artist; in batches. */
  relatedArtists: () => AsyncIterable<Iterable<Row<'related_artists'>>>;
}

/** A neighbour with what is needed to say why. */
export interface PublishedNeighbour {
  y_artist: string;
  name: string | null;
  url: string | null;
  distance: number;
  rank: number;
  confidence: number | null;
  /** JSON text: each feature's share in the order of the run's features; null where means and ranges tell it. */
  reasons: string | null;
  features: Row<'artist_features'>;
}

/** Everything that one question "who sounds like X" needs, of one run. */
export interface PublishedNeighbours {
  published: Published;
  /** The artist's own means; null where the run did not compare it. */
  features: Row<'artist_features'> | null;
  /** The nearest first. */
  neighbours: PublishedNeighbour[];
}

/** What the neighbours of the published run come to. */
export interface ServedTotals {
  run_id: string;
  neighbours: number;
  /** The sum of their distances. */
  distances: number;
}

/** The serving tables. */
export interface RelatedArtists {
  /**
   * Prepares publishing, so that what a server refuses is found before anything is replaced: it stages the rows in tables
   * that carry the holder's epoch in their names, and drops those of epochs before. SQLite needs no preparation.
   */
  stage(publication: Publication, epoch: number): Promise<void>;
  /** Drops what was staged under this epoch and those before, so that a late process publishes none of it. */
  unstage(epoch: number): Promise<void>;
  /**
   * Replaces the published run by this one, whole: a reader sees the old or the new, never both. Takes what was staged
   * under the epoch `staged`; where that is gone and the run is not published yet, the publication's rows. Nothing is
   * replaced once another has taken the run from `holder`: then `LeaseLostError` is thrown. May be repeated.
   */
  publish(publication: Publication, staged: number, holder: Pick<Run, 'id' | 'epoch'>): Promise<void>;
  /** The published run; undefined where there is none. */
  published(): Promise<Published | undefined>;
  /** The artist's `limit` nearest in the published run; undefined where nothing is published. */
  nearest(artistId: string, limit: number): Promise<PublishedNeighbours | undefined>;
  /** What the published run's neighbours come to; undefined where nothing is published. Reads one index whole. */
  totals(): Promise<ServedTotals | undefined>;
  /** The ids of the published run's artists, sorted: at most `limit` that come after this one. */
  artistsAfter(artistId: string, limit: number): Promise<string[]>;
}

/** A play as Spotify's recently-played tells it. */
export interface FoundPlay {
  /** ISO 8601 UTC. */
  played_at: string;
  /** Null for local files, and where Spotify tells no track. */
  track: (Pick<Play, 'name' | 'artist_id' | 'artist_name' | 'duration_ms' | 'isrc'> & { id: string }) | null;
}

/** What Spotify shows of the user's listening. */
export interface RecentPlays {
  /**
   * The plays since `after` (epoch milliseconds; null: all that it shows), at most fifty, in any order. `unreadable`
   * counts those without a time that can be read. `isFull` means that there were fifty, those and the ones without a
   * track included: what was played before them can no longer be seen.
   */
  recentlyPlayed(after: number | null): Promise<{ plays: FoundPlay[]; unreadable?: number; isFull: boolean }>;
}

/** A play as the history keeps it. Times are ISO 8601 UTC with milliseconds. */
export interface Play {
  /** The best that is known of its start: `spotify_at`, else `offline_at`, else `export_at`, else `short_at`. */
  played_at: string;
  /** For a song whose id no source gave, `unknown:` and a hash of its artist and title. */
  track_id: string;
  name: string | null;
  artist_id: string | null;
  artist_name: string | null;
  duration_ms: number | null;
  isrc: string | null;
  /** Who reported it first of the best kind: `spotify:recently-played` or `dataset:<file name>`. */
  source: string;
  /** Recently-played's time: a moment near its start or its end. This and what follows is null where its kind has none. */
  spotify_at: string | null;
  /** The extended export's end less what was heard: the start of a play without a pause that was sent at once. */
  export_at: string | null;
  /** The short export's end, cut to the minute, less what was heard. */
  short_at: string | null;
  /** Folded artist and title as an export named them. */
  song: string | null;
  /** The extended export's end. */
  export_end?: string | null;
  /** The start by the clock of the device, where the extended export has one that can be. */
  offline_at?: string | null;
  /** The extended export's id of the track, which may be another than recently-played's. */
  export_id?: string | null;
  /** The short export's end, cut to the minute. */
  short_end?: string | null;
}

/** A time of which plays may be missing: between these two plays. ISO 8601 UTC. */
export interface Gap {
  after_at: string;
  before_at: string;
  found_at: string;
}

/** Of which time the history tells: from the first play to the last, but for the gaps. */
export interface Account {
  /** Null where nothing was ever told. */
  extent: { first_at: string; last_at: string } | null;
  /** In order. */
  gaps: Gap[];
}

/** What the user heard. */
export interface History {
  /** When the last play that recently-played reported began; null where it reported none yet. */
  lastListened(): Promise<string | null>;
  /** The plays that began in a time, `to` not included, in order. */
  between(from: string, to: string): Promise<Play[]>;
  /** So many plays after one, from the first where that is null, in order. */
  after(play: Pick<Play, 'played_at' | 'track_id'> | null, limit: number): Promise<Play[]>;
  /** The tracks ever heard whose id is known, once for each of their names. */
  tracks(): Promise<Pick<Play, 'track_id' | 'name' | 'artist_name' | 'song'>[]>;
  /** The plays of songs whose id is not known. */
  unidentified(): Promise<Play[]>;
  /** Removes plays and adds others, and notes their days as those that the lake is to be told of. */
  replace(removed: readonly Play[], added: readonly Play[]): Promise<void>;
  account(): Promise<Account>;
  setAccount(account: Account): Promise<void>;
  /** The days that changed since they were last written to the lake, yyyy-mm-dd. */
  changedDays(): Promise<string[]>;
  /** Notes that the lake has a day as it is. */
  dayWritten(dt: string): Promise<void>;
  /** Forgets all plays, gaps, pushes and runs that tell of the user; how many of each. Runs under way stay. */
  clear(): Promise<{ plays: number; gaps: number; playlists: number; runs: number }>;
  /** Runs `work` so that no other process reads or writes the history in between; all of it or nothing. */
  exclusively<T>(work: (history: History) => Promise<T>): Promise<T>;
}

/** The tables that runs change. */
export interface Tables {
  readonly artists: ArtistCatalog;
  readonly runs: Runs;
  readonly runDays: RunDays;
  readonly history: History;
  readonly playlistPushes: PlaylistPushes;
}

/** Changes several tables at once. */
export interface Transactions {
  /** Runs `work` with no other writer in between, all of it or nothing; it uses only the tables that it is given. */
  transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
}

/** The database, in the parts that its users need. */
export interface Database extends Tables, Transactions {
  readonly apiState: ApiState;
  readonly relatedArtists: RelatedArtists;
  /** The newest migration that the database has had, and the newest that this program knows. */
  version(): Promise<{ version: number; newest: number }>;
  close(): Promise<void>;
}

/** A database server: many processes may publish a run together. */
export interface ServerDatabase extends Database {
  readonly shardTables: ShardTables;
  /** Makes a user who may only read this database, or gives that user this password. */
  makeReader(username: string, password: string): Promise<void>;
}

/** Where a holder of a run stages objects: no other holder, of this run or another, has the same place. */
export interface StagingPlace {
  run: string;
  epoch: number;
}

/** An object that lies outside the tables until it takes its place. */
export interface StagedObject {
  /** Key of what is staged. */
  staged: string;
  /** Key of the place that it is to take. */
  target: string;
  /** By which the store knows that the object at `target` is this one. */
  mark: string;
}

/**
 * Replacing objects of the lake. An object is staged first and then moved to its place, which succeeds once and only
 * while it is staged: whoever takes a run over discards what its last holder has staged, so that a late move of that
 * holder finds nothing (docs/adr/0021-fencing.md).
 */
export interface StagingLake {
  /** Stages a table's next partition. Arrays are sorted here; other iterables come sorted by key. */
  stageTable<N extends TableName>(
    place: StagingPlace,
    table: N,
    partition: string,
    rows: Iterable<Row<N>>,
  ): Promise<StagedObject>;
  /** Stages a table's next partition that is a Parquet file already, its rows sorted by key. */
  stageTableFile(
    place: StagingPlace,
    table: TableName,
    partition: string,
    file: string,
  ): Promise<StagedObject>;
  /** Stages a table's next partition that the command line has uploaded. Throws `NoDataError` where it has not. */
  stageUpload(
    place: StagingPlace,
    table: TableName,
    partition: string,
    upload: string,
  ): Promise<StagedObject>;
  /** Stages a day's page, or the picture of its map. */
  stageReport(place: StagingPlace, dt: string, file: ReportFile, bytes: Uint8Array): Promise<StagedObject>;
  /** Stages the removal of a table's partition, with whatever killed processes have left beside it. */
  stageRemoval(place: StagingPlace, table: TableName, partition: string): Promise<StagedObject>;
  /** Moves an object to its place; returns false where it is neither staged any more nor in its place. May be repeated. */
  place(object: StagedObject): Promise<boolean>;
  /** Discards an object, so that it cannot be placed any more. */
  discard(object: StagedObject): Promise<void>;
  /** Discards all that was staged for a run with an epoch below this one. */
  discardBefore(place: StagingPlace): Promise<void>;
  /** Removes all that a run keeps outside the tables. */
  clear(run: string): Promise<void>;
  /** The runs that keep anything outside the tables. */
  staging(): Promise<string[]>;
  /** Removes what killed processes had begun to write into a table, or whatever `ofAnyone` is unfinished there. */
  removeLeftovers(table: TableName, options?: { ofAnyone: boolean }): Promise<void>;
}

/** The lake: tables of Parquet by day, and the slices of runs that are not done. */
export interface Lake extends StagingLake {
  /** The rows of a table's day; undefined where there is none. */
  read<N extends TableName>(table: N, dt: string): Promise<Row<N>[] | undefined>;
  /** Keeps what a step of a run has fetched. */
  putSlice(run: string, name: string, value: unknown): Promise<void>;
  /** Names and values of a run's slices, by name; of one that cannot be read the value is undefined. */
  slices(run: string): Promise<{ name: string; value: unknown }[]>;
  /** Removes a slice. */
  removeSlice(run: string, name: string): Promise<void>;
  /** Removes what the command line has uploaded. */
  removeUpload(upload: string): Promise<void>;
}

/** What the command line has uploaded of a privacy export. */
export interface Uploads extends Pick<Lake, 'removeUpload'> {
  /** What it wrote of one file. Throws `NoDataError` where there is nothing. */
  uploadedHistory(upload: string, file: number): Promise<unknown>;
}

/** Some columns of a table's rows, an array each. */
export type Columns<N extends TableName, C extends keyof Row<N>> = { [K in C]: Row<N>[K][] };

/** The lake for tables that are too large to be held. */
export interface LakeBatches {
  /**
   * Some columns of a table's day, in order, a batch of rows at a time; none where there is no such day. With `where`,
   * batches that cannot hold a row with that value of that column may be left out.
   */
  batches<N extends TableName, C extends keyof Row<N> & string>(
    table: N,
    dt: string,
    columns: readonly C[],
    where?: Readonly<Partial<Record<C, string>>>,
  ): AsyncIterable<Columns<N, C>>;
}

/** The pages of the lake's days. */
export interface LakeReports {
  /** A day's page, or the picture of its map; undefined where there is none. */
  report(dt: string, file: ReportFile): Promise<Uint8Array | undefined>;
}

/** What the shards of a similarity run share, under a prefix of its own. */
export interface ShardLake {
  /** Keeps the points that are compared, with the ids. */
  putMatrix(run: string, matrix: Matrix): Promise<void>;
  /** What `putMatrix` kept. */
  matrix(run: string): Promise<Matrix>;
  /** Keeps the run's means, sorted by id, which `place` is to put in place. */
  putFeatures(run: string, rows: Iterable<Row<'artist_features'>>): Promise<void>;
  /** Keeps a shard's neighbours, sorted by key, and then its closest pairs; may be repeated. */
  putShard(
    run: string,
    shard: number,
    rows: Iterable<Row<'related_artists'>>,
    closest: readonly PairOfIds[],
  ): Promise<void>;
  /** The closest pairs of a shard that is whole. */
  closest(run: string, shard: number): Promise<PairOfIds[]>;
  /** A shard's neighbours, in order, a batch of rows at a time. */
  neighbours(
    run: string,
    shard: number,
  ): AsyncIterable<Columns<'related_artists', keyof Row<'related_artists'>>>;
  /** Stages the run's two tables as a day's; `pairs` is how many neighbours there are. */
  stage(place: StagingPlace, dt: string, shards: number): Promise<{ objects: StagedObject[]; pairs: number }>;
  /** The runs that have anything there. */
  runs(): Promise<string[]>;
  /** Removes what a run has there. */
  clear(run: string): Promise<void>;
}

/** Staging by several processes, one after the other or at once; a server's alone. All may be repeated. */
export interface ShardTables {
  /** Makes staging tables of this epoch and drops those of epochs before. */
  begin(publication: Omit<Publication, 'relatedArtists'>, epoch: number): Promise<void>;
  /** Stages a shard's neighbours, all of them or none. Throws `LeaseLostError` where the epoch's tables are gone. */
  load(
    epoch: number,
    shard: number,
    batches: AsyncIterable<Columns<'related_artists', keyof Row<'related_artists'>>>,
  ): Promise<void>;
  /** How many neighbours are staged under this epoch. Throws as `load`. */
  staged(epoch: number): Promise<number>;
}

/** A list of what is known of artists, by which neighbours are scored. */
export type TruthName = 'genres' | 'related';

/** Such lists that a user has given, as CSV. */
export interface Truths {
  /** The list that was put last; undefined where there is none. */
  truth(name: TruthName): Promise<string | undefined>;
  putTruth(name: TruthName, csv: string): Promise<void>;
}

/** What long work of a run keeps to go on from, outside of what runs stage. */
export interface Checkpoints {
  /** Replaces a holder's checkpoint. */
  putCheckpoint(place: StagingPlace, bytes: Uint8Array): Promise<void>;
  /** The last checkpoint of the last holder of a run that has put one; undefined where there is none. */
  checkpoint(run: string): Promise<Uint8Array | undefined>;
  /** The runs that have any. */
  checkpoints(): Promise<string[]>;
  /** Removes those of a run. */
  clearCheckpoints(run: string): Promise<void>;
}

/** Tells what lies in the lake, whatever a warehouse sees of it. */
export interface LakeDays {
  /** The days of a table that have an object, sorted. */
  days(table: TableName): Promise<string[]>;
}

/** A lake that may keep earlier versions of what it holds. */
export interface VersionedLake {
  /** Removes for good what earlier versions are kept of tables, and of uploads; what they hold now stays. */
  removeVersions(tables: readonly TableName[]): Promise<void>;
}

/** Answers SQL over the lake, in the subset that Athena and DuckDB read alike. */
export interface Warehouse {
  /** The rows of one statement; `?` stand in WHERE only and take strings. Numbers come as numbers. */
  query(sql: string, parameters: readonly string[]): Promise<Record<string, unknown>[]>;
  /** As `query`, one by one, so that many are never held at once. */
  rows(sql: string, parameters: readonly string[]): AsyncIterable<Record<string, unknown>>;
}

/** A document that must not be shown: the app's credentials, the user's refresh token. */
export interface Secret<T> {
  /** What it holds; read once and kept. Throws `SecretError`, which never holds a value. */
  read(): Promise<T>;
  /** What it holds now that `refused`, which `read` gave, did not work; read again once, however many callers ask. */
  refresh(refused: T): Promise<T>;
}

/** A secret that may be replaced. */
export interface WritableSecret<T> extends Secret<T> {
  /** Replaces what it holds, whole. */
  write(value: T): Promise<void>;
}

/** A playlist in the user's account, and how far writing it has come. */
export interface PlaylistPush {
  /** What it is for: `standing` is replaced at each push, `new` is the last of those that are made anew. */
  slot: string;
  /** Null while it is being made. */
  playlist_id: string | null;
  url: string | null;
  name: string;
  /** Spotify's version of its content. */
  snapshot: string | null;
  songs: number;
  /** When its songs were last replaced, ISO 8601 UTC; null where they never were. */
  pushed_at: string | null;
  /** JSON text: what is under way; null where nothing is. */
  progress: string | null;
}

/** The playlists that were pushed, one a slot. */
export interface PlaylistPushes {
  read(slot: string): Promise<PlaylistPush | undefined>;
  /** Replaces the slot's. */
  save(push: PlaylistPush): Promise<void>;
}
