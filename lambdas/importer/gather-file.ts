import { basename } from 'node:path';
import type { DatasetFile, PlaylistsFile, TableFile } from '../../adapters/dataset/files.ts';
import type { VectorsFile } from '../../adapters/dataset/vectors-file.ts';
import type { Workspace } from '../../adapters/dataset/workspace.ts';
import { DatasetError } from '../../core/errors.ts';
import { type ImportResult, NAMED } from '../../core/events.ts';
import type { Progress } from '../../core/ports.ts';

/** More of a file's rows than this share must not be unreadable. */
const MOST_REJECTED = 0.05;
/** So few rows of a table may be unreadable in any case, where more of it can be read: a short list has no 5 %. */
const FEW = 3;
/** Bytes between two reports of progress. */
const REPORT_EVERY = 1 << 20;

/** What came of a file's rows. */
export class FileAccount {
  readonly path: string;
  readonly layout: string;
  /** How its text is written, where that is not UTF-8. */
  encoding: string | undefined;
  /** Rows, or playlists, that could be read. */
  rows = 0;
  /** What could not be read. */
  rejected = 0;
  /** Entries of playlists that are no songs. */
  notSongs = 0;
  readonly #isTable: boolean;
  readonly #size: number;
  readonly #named: ImportResult['rejected'];
  readonly #progress: Progress;
  #example: ImportResult['rejected'][number] | undefined;
  #entries = 0;
  #unreadableEntries = 0;
  #reported = 0;

  /** `named` gets what is rejected, up to a number of all files. */
  constructor(file: DatasetFile | VectorsFile, named: ImportResult['rejected'], progress: Progress) {
    this.path = file.path;
    this.layout = file.kind === 'table' ? file.mapped.layout.name : file.layout.name;
    this.#isTable = file.kind === 'table';
    this.#size = file.size;
    this.#named = named;
    this.#progress = progress;
  }

  /** Counts a row that cannot be read. */
  reject(line: number, reason: string): void {
    this.rejected += 1;
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

  /**
   * Throws `DatasetError` where more than 5 % of the rows, or of the entries of playlists, cannot be read; up to three
   * rows of a table are forgiven where more than these can be.
   */
  refuseUnreadable(): void {
    const rows = this.rows + this.rejected - this.#unreadableEntries;
    const isForgiven = this.#isTable && this.rejected <= FEW && this.rejected < this.rows;
    if (!isForgiven) this.#refuse('rows', this.rows, rows);
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

/** Gathers the rows of a table; returns how many songs of playlists it has. */
export async function gatherTable(
  file: TableFile,
  workspace: Workspace,
  account: FileAccount,
): Promise<number> {
  const { encoding, rows, notSongs, rejected, rejectedCount, entries } = await workspace.addTable(file);
  if (encoding !== 'utf-8') account.encoding = encoding;
  account.rows = rows;
  account.notSongs = notSongs;
  for (const { line, reason } of rejected) account.reject(line, reason);
  account.rejected = rejectedCount;
  account.report(file.size);
  return entries;
}

/** Gathers the playlists of a file. */
export async function gatherPlaylists(
  file: PlaylistsFile,
  workspace: Workspace,
  account: FileAccount,
): Promise<void> {
  for await (const read of file.layout.read(file)) {
    account.report(read.bytes);
    if ('reason' in read) {
      account.reject(read.line, read.reason);
      continue;
    }
    const { id, entries, notSongs, unreadable } = read.playlist;
    account.rows += 1;
    account.notSongs += notSongs;
    account.countEntries(entries.length, read.line, unreadable);
    await workspace.addPlaylist(id, entries);
  }
}
