import { basename } from 'node:path';
import {
  type DatasetFile,
  type PlaylistsFile,
  readRows,
  type TableFile,
} from '../../adapters/dataset/files.ts';
import type { PlaylistsWorkspace } from '../../adapters/dataset/playlists-workspace.ts';
import type { VectorsFile } from '../../adapters/dataset/vectors-file.ts';
import type { Workspace } from '../../adapters/dataset/workspace.ts';
import { DatasetError } from '../../core/errors.ts';
import { type ImportResult, NAMED } from '../../core/events.ts';
import type { Progress } from '../../core/ports.ts';

/** More of a file's rows than this share must not be unreadable. */
const MOST_REJECTED = 0.05;
/** Bytes between two reports of progress. */
const REPORT_EVERY = 1 << 20;

/** What came of a file's rows. */
export class FileAccount {
  readonly path: string;
  readonly layout: string;
  /** Rows, or playlists, that could be read. */
  rows = 0;
  /** What could not be read. */
  rejected = 0;
  /** Entries of playlists that are no songs. */
  notSongs = 0;
  readonly #size: number;
  readonly #named: ImportResult['rejected'];
  readonly #progress: Progress;
  #example: ImportResult['rejected'][number] | undefined;
  #entries = 0;
  #unreadableEntries = 0;
  #reported = 0;

  /** `named` gets what is rejected, up to a number of all files. */
  constructor(
    { path, layout, size }: DatasetFile | VectorsFile,
    named: ImportResult['rejected'],
    progress: Progress,
  ) {
    this.path = path;
    this.layout = layout.name;
    this.#size = size;
    this.#named = named;
    this.#progress = progress;
  }

  /** Counts a row that takes so many lines and cannot be read. */
  reject(line: number, reason: string, lines = 1): void {
    this.rejected += lines;
    const rejected = { file: basename(this.path), line, reason };
    this.#example ??= rejected;
    if (this.#named.length < NAMED) this.#named.push(rejected);
  }

  /** Counts the entries of a playlist that could be read, and those that could not. */
  countEntries(readable: number, line: number, unreadable: readonly string[]): void {
    this.#entries += readable + unreadable.length;
    this.#unreadableEntries += unreadable.length;
    for (const reason of unreadable) this.reject(line, reason);
  }

  /** Tells how far the file is read. */
  report(bytes: number): void {
    if (bytes - this.#reported < REPORT_EVERY) return;
    this.#reported = bytes;
    this.#progress(basename(this.path), bytes, this.#size);
  }

  /** Throws `DatasetError` where more than 5 % of the rows, or of the entries of playlists, cannot be read. */
  refuseUnreadable(): void {
    const rows = this.rows + this.rejected - this.#unreadableEntries;
    this.#refuse('rows', this.rows, rows);
    this.#refuse('entries', this.#entries - this.#unreadableEntries, this.#entries);
  }

  #refuse(what: string, readable: number, all: number): void {
    if (all - readable <= MOST_REJECTED * all) return;
    const example = this.#example;
    throw new DatasetError(
      `expected at least ${100 - MOST_REJECTED * 100} % of the ${what} of ${this.path} to be readable, got ${readable} of ${all}${example ? `; line ${example.line}: ${example.reason}` : ''}`,
      'nothing was imported: correct the file, or see whether it is of the layout that its header tells',
    );
  }
}

/** Gathers the rows of a table, and the playlists that it tells of in those of its dataset. */
export async function gatherTable(
  file: TableFile,
  workspace: Workspace,
  playlistsOf: (path: string) => Promise<PlaylistsWorkspace>,
  account: FileAccount,
): Promise<void> {
  workspace.beginFile(`dataset:${basename(file.path)}`);
  let playlists: PlaylistsWorkspace | undefined;
  for await (const read of readRows(file)) {
    account.report(read.bytes);
    if ('rejected' in read) {
      account.reject(read.rejected.line, read.rejected.reason, read.lines);
      continue;
    }
    account.rows += 1;
    workspace.add(read.row);
    if (workspace.isFull) await workspace.drain();
    const { entry } = read.row;
    if (!entry) continue;
    if (!playlists) {
      playlists = await playlistsOf(file.path);
      playlists.beginFile();
    }
    playlists.addEntry(entry.playlist_id, entry);
    if (playlists.isFull) await playlists.drain();
  }
}

/** Gathers the playlists of a file. */
export async function gatherPlaylists(
  { path, layout }: PlaylistsFile,
  playlists: PlaylistsWorkspace,
  account: FileAccount,
): Promise<void> {
  for await (const read of layout.read(path)) {
    account.report(read.bytes);
    if ('reason' in read) {
      account.reject(read.line, read.reason);
      continue;
    }
    const { id, entries, notSongs, unreadable } = read.playlist;
    account.rows += 1;
    account.notSongs += notSongs;
    account.countEntries(entries.length, read.line, unreadable);
    playlists.add(id, entries);
    if (playlists.isFull) await playlists.drain();
  }
  await playlists.drain();
}
