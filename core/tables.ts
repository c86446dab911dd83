/** A column's type as Glue and Athena spell it. */
export type ColumnType =
  | 'string'
  | 'int'
  | 'bigint'
  | 'double'
  | 'timestamp'
  | 'array<string>'
  | 'array<float>';

/** Rows in a row group of Parquet; memory is bounded by one of these, and a reader skips those that it does not need. */
export const ROW_GROUP = 100_000;

/** One table of the lake: rows are sorted bytewise by `key`, and a day (or dataset, or model) is one object. */
export interface LakeTable {
  /** What one row is, in a few words. */
  readonly grain: string;
  /** Name of the partition column, which is no data column. */
  readonly partition: 'dt' | 'dataset' | 'model';
  /** The columns that make a row unique within its partition, in sort order. */
  readonly key: readonly string[];
  /** The data columns in file order. New ones go to the end; none is ever renamed or dropped. */
  readonly columns: Readonly<Record<string, ColumnType>>;
}

/** A track's audio features and where they come from. */
const AUDIO_FEATURES = {
  id: 'string',
  danceability: 'double',
  energy: 'double',
  key: 'int',
  loudness: 'double',
  mode: 'int',
  speechiness: 'double',
  acousticness: 'double',
  instrumentalness: 'double',
  liveness: 'double',
  valence: 'double',
  tempo: 'double',
  time_signature: 'int',
  duration_ms: 'int',
  source: 'string',
} as const;

/** Every table of the lake. The same list makes the Parquet schemas, the Glue tables and the row types. */
export const TABLES = {
  artists: {
    grain: 'an artist of the day, followed or imported',
    partition: 'dt',
    key: ['id'],
    columns: {
      id: 'string',
      name: 'string',
      url: 'string',
      image_url: 'string',
      genres: 'array<string>',
      followers: 'bigint',
      popularity: 'int',
    },
  },
  top_tracks: {
    grain: 'a track of an artist',
    partition: 'dt',
    key: ['artist_id', 'id'],
    columns: {
      artist_id: 'string',
      id: 'string',
      name: 'string',
      popularity: 'int',
      external_url: 'string',
      isrc: 'string',
      duration_ms: 'int',
      rank: 'int',
      source: 'string',
    },
  },
  audio_features: {
    grain: 'a track with its audio features',
    partition: 'dt',
    key: ['id'],
    columns: AUDIO_FEATURES,
  },
  artist_features: {
    grain: 'an artist with the raw means over its distinct tracks',
    partition: 'dt',
    key: ['artist_id'],
    columns: {
      artist_id: 'string',
      tracks: 'int',
      danceability: 'double',
      energy: 'double',
      key: 'double',
      loudness: 'double',
      mode: 'double',
      speechiness: 'double',
      acousticness: 'double',
      instrumentalness: 'double',
      liveness: 'double',
      valence: 'double',
      tempo: 'double',
      duration_ms: 'double',
      playlists: 'int',
      spread: 'double',
    },
  },
  related_artists: {
    grain: 'an artist and one of its neighbours',
    partition: 'dt',
    key: ['artist_id', 'y_artist'],
    columns: {
      artist_id: 'string',
      y_artist: 'string',
      distance: 'double',
      rank: 'int',
      confidence: 'double',
      reasons: 'string',
    },
  },
  artist_map: {
    grain: 'an artist at its place on the map of the last run of the day',
    partition: 'dt',
    key: ['artist_id'],
    columns: { artist_id: 'string', x: 'double', y: 'double', style: 'int' },
  },
  scores: {
    grain: 'a measure of the score card of the last published run of the day',
    partition: 'dt',
    key: ['name', 'k'],
    columns: {
      name: 'string',
      k: 'int',
      method: 'string',
      value: 'double',
      low: 'double',
      high: 'double',
      random: 'double',
      popularity: 'double',
      artists: 'int',
      run: 'string',
    },
  },
  runs: {
    grain: 'a run of the day',
    partition: 'dt',
    key: ['id'],
    columns: {
      id: 'string',
      kind: 'string',
      status: 'string',
      started_at: 'string',
      finished_at: 'string',
      summary: 'string',
    },
  },
  recently_played: {
    grain: 'a play',
    partition: 'dt',
    key: ['played_at', 'track_id'],
    columns: {
      played_at: 'timestamp',
      track_id: 'string',
      name: 'string',
      artist_id: 'string',
      artist_name: 'string',
      duration_ms: 'int',
      isrc: 'string',
      source: 'string',
    },
  },
  heard_features: {
    grain:
      'a heard track that no collection has, with its audio features, or with none where no source knew it',
    partition: 'dt',
    key: ['id'],
    columns: AUDIO_FEATURES,
  },
  playlists: {
    grain: 'a track at a position of a playlist',
    partition: 'dataset',
    key: ['playlist_id', 'position'],
    columns: {
      playlist_id: 'string',
      position: 'int',
      track_id: 'string',
      name: 'string',
      artist_id: 'string',
      artist_name: 'string',
    },
  },
  track_vectors: {
    grain: 'a track with its vector',
    partition: 'model',
    key: ['track_id'],
    columns: {
      track_id: 'string',
      name: 'string',
      artist_name: 'string',
      vector: 'array<float>',
      count: 'int',
    },
  },
  recommendations: {
    grain: 'a recommended song of the last list of the day',
    partition: 'dt',
    key: ['rank'],
    columns: {
      rank: 'int',
      id: 'string',
      name: 'string',
      artist_name: 'string',
      score: 'double',
      method: 'string',
      nearness: 'double',
      because_id: 'string',
      because_name: 'string',
      run: 'string',
    },
  },
} as const satisfies Record<string, LakeTable>;

/** Name of a table of the lake. */
export type TableName = keyof typeof TABLES;

type Value<T extends ColumnType> = T extends 'string'
  ? string
  : T extends 'timestamp'
    ? Date
    : T extends 'array<string>'
      ? string[]
      : T extends 'array<float>'
        ? Float32Array
        : number;
type Columns<N extends TableName> = (typeof TABLES)[N]['columns'];
type Key<N extends TableName> = (typeof TABLES)[N]['key'][number];

/** A row of a table: its key columns always have a value, every other column may be null. */
export type Row<N extends TableName> = {
  -readonly [C in keyof Columns<N>]:
    | (Columns<N>[C] extends ColumnType ? Value<Columns<N>[C]> : never)
    | (C extends Key<N> ? never : null);
};

const isInteger = (value: unknown, most: number): boolean =>
  Number.isInteger(value) && Math.abs(value as number) <= most;

const HOLDS: Record<ColumnType, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  int: (value) => isInteger(value, 2 ** 31 - 1),
  bigint: (value) => isInteger(value, Number.MAX_SAFE_INTEGER),
  double: (value) => Number.isFinite(value),
  timestamp: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  'array<string>': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  'array<float>': (value) => value instanceof Float32Array && value.every(Number.isFinite),
};

/** Whether a table can hold a row: each value has its column's type, and no column of the key is null. */
export function fits(table: TableName, row: unknown): boolean {
  const { key, columns }: LakeTable = TABLES[table];
  return Object.entries(columns).every(([name, type]) => {
    const value = (row as Record<string, unknown> | null)?.[name] ?? null;
    return value === null ? !key.includes(name) : HOLDS[type](value);
  });
}
