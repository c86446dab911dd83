import { existsSync } from 'node:fs';
import { link, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openSqlite } from '../adapters/database/sqlite.ts';
import { FolderStore } from '../adapters/lake/folder.ts';
import { makePrivateFolder } from '../adapters/private-folder.ts';
import { codeOf, storageError } from '../adapters/storage-error.ts';
import { thisHost } from '../adapters/system.ts';
import { OtherProviderError } from '../core/errors.ts';
import { ENVIRONMENT, STAGING } from '../core/names.ts';
import type { Database, RunKind } from '../core/ports.ts';

/** Whose data a folder holds: one owner's. Spotify's data and imported datasets are the user's, since one completes the other. */
export type Owner = 'the sample' | 'the user' | `the catalogue ${string}`;

/** The user's folder, or a catalogue's, where `--data` names none. */
export const DEFAULT_FOLDER = './soundalike-data';
/** The sample's folder where `--data` names none. */
export const SAMPLE_FOLDER = './soundalike-data/sample';

/**
 * The folder that a command uses: the one that `--data` names. Without it, the default folder once that has an owner, or
 * where the command brings data in that are not the sample's; else the sample's folder.
 */
export async function folderFor(data: string | undefined, bringer?: Owner): Promise<string> {
  if (data !== undefined) return data;
  if (bringer !== undefined && bringer !== 'the sample') return DEFAULT_FOLDER;
  return (await ownerOf(DEFAULT_FOLDER)) === undefined ? SAMPLE_FOLDER : DEFAULT_FOLDER;
}

/** What a folder's mark says. */
interface Mark {
  owner: Owner;
  /** The process that began the folder, until what it began with is whole. */
  beginner?: string;
}

/** The file with the folder's mark: the owner; on a second line, for a while, the beginner. */
const MARK = 'provider';
const markOf = ({ owner, beginner }: Mark): string => (beginner ? `${owner}\n${beginner}\n` : `${owner}\n`);

/** How earlier versions marked a folder of the user's. */
const EARLIER_USER = 'Spotify';

async function readMark(folder: string): Promise<Mark | undefined> {
  const bytes = await new FolderStore(folder).get(MARK);
  if (!bytes) return undefined;
  const [owner = '', beginner] = Buffer.from(bytes).toString().trimEnd().split('\n');
  return { owner: owner === EARLIER_USER ? 'the user' : (owner as Owner), beginner };
}

/**
 * Whose data a folder holds; undefined where it holds none. A mark counts for nothing where the command that set it was
 * killed before anything came in. Data without a mark are those of an earlier version, which marked no imports.
 */
export async function ownerOf(folder: string): Promise<Owner | undefined> {
  const mark = await readMark(folder);
  if (mark && (mark.beginner === undefined || !thisHost.isGone(mark.beginner))) return mark.owner;
  const found = await foundIn(folder);
  return found && (mark?.owner ?? found);
}

/** Throws `OtherProviderError` where the folder holds data of another owner. */
export async function refuseOthers(folder: string, owner: Owner): Promise<void> {
  const other = await ownerOf(folder);
  if (other === undefined || other === owner) return;
  throw new OtherProviderError(
    `expected ${folder} to hold data of ${named(owner)}, but it holds data of ${named(other)}`,
    hintFor(folder, owner, other),
  );
}

const named = (owner: Owner): string =>
  owner === 'the user' ? 'the user (Spotify and imported datasets)' : owner;

/** The error for a database server whose artists have another owner than the folder. */
export const otherDatabase = (owner: string): OtherProviderError =>
  new OtherProviderError(
    `expected the database to hold artists of ${owner}, but it holds others`,
    'name another database with --database, or none: mixing the two would compare what is not alike',
  );

/** Throws `OtherProviderError` where a database server, which other folders may use, has artists of another owner. */
export async function refuseOtherDatabase(
  { artists }: Pick<Database, 'artists'>,
  owner: Owner,
): Promise<void> {
  const others = owner === 'the user' ? ['stand-in'] : ['spotify', 'dataset'];
  for (const provider of others) {
    if ((await artists.idsOf(provider)).length > 0) throw otherDatabase(named(owner));
  }
}

function hintFor(folder: string, owner: Owner, other: Owner): string {
  const isIn = (place: string) => resolve(folder) === resolve(place);
  if (owner === 'the sample' && other === 'the user' && !isIn(SAMPLE_FOLDER)) {
    return `to collect from Spotify set ${ENVIRONMENT.spotifyClientId} and ${ENVIRONMENT.spotifyClientSecret}; to try the sample name its folder: --data ${SAMPLE_FOLDER}`;
  }
  if (owner === 'the user' && other === 'the sample' && isIn(DEFAULT_FOLDER)) {
    return 'an earlier version kept the sample there: rename that folder to begin your own in its place, or name another with --data';
  }
  return 'name another folder with --data: mixing the two would compare what is not alike';
}

/**
 * Marks a folder as its owner's, made where there is none. Returns whether it is at its beginning: then `settle` says
 * that what it begins with is whole, and `release` takes back a mark that came to nothing. Throws `OtherProviderError`
 * where the folder is another's.
 */
export async function claim(folder: string, owner: Owner): Promise<boolean> {
  for (;;) {
    await refuseOthers(folder, owner);
    const mark = await readMark(folder);
    if (mark?.owner === owner) return mark.beginner !== undefined;
    // What is left is the mark of a killed command of another owner, whose folder holds nothing.
    if (mark) await rm(join(folder, MARK), { force: true });
    if (await isPlaced(folder, markOf({ owner, beginner: thisHost.owner }))) return true;
  }
}

/** Puts a mark, whole, where there is none; of two processes at the same moment one succeeds. */
async function isPlaced(folder: string, mark: string): Promise<boolean> {
  const path = join(folder, MARK);
  const unfinished = join(folder, `.${MARK}.${process.pid}.part`);
  try {
    makePrivateFolder(folder);
    await writeFile(unfinished, mark);
    await link(unfinished, path).catch(async (error) => {
      // A file system without hard links.
      if (codeOf(error) === 'EEXIST') throw error;
      await writeFile(path, mark, { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && existsSync(path)) return false;
    throw storageError(path, error);
  } finally {
    await rm(unfinished, { force: true }).catch(() => {});
  }
}

/** Makes the mark of a claimed folder permanent: what it begins with is whole. */
export async function settle(folder: string): Promise<void> {
  const mark = await readMark(folder);
  if (mark?.beginner === undefined) return;
  await new FolderStore(folder).put(MARK, Buffer.from(markOf({ owner: mark.owner })));
}

/** Takes back the mark that this process set, unless it was settled. */
export async function release(folder: string): Promise<void> {
  const mark = await readMark(folder);
  if (mark?.beginner === thisHost.owner) await rm(join(folder, MARK), { force: true });
}

/** The owner of data in a folder without a valid mark; undefined where there are none. */
async function foundIn(folder: string): Promise<Owner | undefined> {
  const path = join(folder, 'soundalike.db');
  if (!existsSync(path)) return (await holdsFiles(folder)) ? 'the user' : undefined;
  const database = await openSqlite(path);
  try {
    const standIns = await database.artists.idsOf('stand-in');
    if (standIns.length > 0) return await ownerOfStandIns(standIns);
    return (await holdsData(folder, database)) ? 'the user' : undefined;
  } finally {
    await database.close();
  }
}

async function ownerOfStandIns(ids: readonly string[]): Promise<Owner> {
  const { sampleCatalogue } = await import('../sample/generate.ts');
  const inSample = new Set(sampleCatalogue().artists.map(({ id }) => id));
  return ids.every((id) => inSample.has(id)) ? 'the sample' : 'the catalogue of a stand-in';
}

const KINDS = [
  'collection',
  'import',
  'similarity',
  'listening',
  'training',
  'recommendation',
] as const satisfies RunKind[];

/** Whether a folder or its database has data. An empty database has none: earlier versions made one for a question. */
export async function holdsData(
  folder: string,
  { artists, runs }: Pick<Database, 'artists' | 'runs'>,
): Promise<boolean> {
  if (await holdsFiles(folder)) return true;
  return (await artists.list()).length > 0 || (await runs.unfinished(KINDS)).length > 0;
}

/** Whether the lake of a folder has anything but stagings, or its user has logged in. */
async function holdsFiles(folder: string): Promise<boolean> {
  if (['spotify-app.json', 'spotify-user.json'].some((name) => existsSync(join(folder, name)))) return true;
  const objects = await new FolderStore(join(folder, 'lake')).list('');
  return objects.some((key) => !key.startsWith(STAGING));
}
