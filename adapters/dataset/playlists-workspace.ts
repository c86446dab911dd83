import playlistsSql from '../../sql/duckdb/import_playlists.sql' with { type: 'text' };
import { Gathering } from './gathering.ts';
import type { PlaylistEntry } from './playlists-layouts.ts';

/** The columns of the files in which a workspace keeps what was read, for DuckDB. */
const GIVEN = {
  given_playlists: { occurrence: 'BIGINT', id: 'VARCHAR' },
  given_entries: {
    occurrence: 'BIGINT',
    position: 'INTEGER',
    track_id: 'VARCHAR',
    name: 'VARCHAR',
    artist_id: 'VARCHAR',
    artist_name: 'VARCHAR',
  },
} as const;

/** A dataset's playlists as a Parquet file. */
export interface MadePlaylists {
  path: string;
  playlists: number;
  entries: number;
}

/**
 * A folder in which the playlists of one dataset are gathered, sorted and made into Parquet, in bounded memory. Positions
 * are counted here, from 0 without a hole. Playlists without entries leave nothing.
 */
export class PlaylistsWorkspace {
  readonly #gathering: Gathering<keyof typeof GIVEN>;
  /** The playlists whose entries come one by one: how each is known, and how many it has. */
  readonly #begun = new Map<string, { occurrence: number; entries: number }>();
  #occurrences = 0;

  private constructor(gathering: Gathering<keyof typeof GIVEN>) {
    this.#gathering = gathering;
  }

  /** Makes an empty workspace in this folder; what was there is removed. */
  static async open(folder: string): Promise<PlaylistsWorkspace> {
    return new PlaylistsWorkspace(await Gathering.open(folder, GIVEN));
  }

  /** Begins a file, whose playlists are not those of the one before. */
  beginFile(): void {
    this.#begun.clear();
  }

  /** Gathers a playlist; where `isFull` is true then, `drain` must be waited for. */
  add(id: string, entries: readonly PlaylistEntry[]): void {
    if (entries.length === 0) return;
    const occurrence = this.#begin(id);
    for (const [position, entry] of entries.entries()) this.#entry(occurrence, position, entry);
  }

  /** Gathers the next entry of a playlist of which the file tells row by row, and not necessarily together. */
  addEntry(id: string, entry: PlaylistEntry): void {
    const begun = this.#begun.get(id) ?? { occurrence: this.#begin(id), entries: 0 };
    this.#begun.set(id, begun);
    this.#entry(begun.occurrence, begun.entries++, entry);
  }

  /** Whether so much is gathered that it must be written before more is. */
  get isFull(): boolean {
    return this.#gathering.isFull;
  }

  /** Writes what is gathered. Throws `StorageError`. */
  async drain(): Promise<void> {
    await this.#gathering.drain();
  }

  /** Makes the Parquet file; of a playlist that stands several times, the first counts. */
  async finish(): Promise<MadePlaylists> {
    return await this.#gathering.ask(async (connection) => {
      const { path, rows } = await this.#gathering.copy(connection, 'playlists', playlistsSql);
      const counted = await connection.runAndReadAll('SELECT count(DISTINCT id) FROM given_playlists');
      return { path, entries: rows, playlists: Number(counted.getRows()[0]?.[0]) };
    });
  }

  #begin(id: string): number {
    this.#gathering.add('given_playlists', [this.#occurrences, id]);
    return this.#occurrences++;
  }

  #entry(
    occurrence: number,
    position: number,
    { track_id, name, artist_id, artist_name }: PlaylistEntry,
  ): void {
    this.#gathering.add('given_entries', [occurrence, position, track_id, name, artist_id, artist_name]);
  }
}
