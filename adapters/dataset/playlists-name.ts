import { hash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { foldName } from '../../core/text.ts';

/** The dataset of the user's own playlists in the lake. */
export const OWN = 'own';
/** The dataset of the Million Playlist Dataset, whose thousand slices are one. */
const MPD = 'mpd';
/** No file that is called so may take the place of these. */
const RESERVED = [OWN, MPD];
const SLICE = /^mpd\.slice\..*\.json(?:\.gz)?$/i;
const LONGEST = 48;

/** Whether a file is called as a slice of the Million Playlist Dataset. */
export const isSlice = (path: string): boolean => SLICE.test(basename(path));

/**
 * Name of a file's dataset, which is its partition in the lake: the file's own, folded to a-z, 0-9 and dashes, and `mpd`
 * for a slice. It depends on nothing else, so that a file which is imported again, alone or in a folder, replaces itself.
 * A hash tells names apart of which folding leaves too little.
 */
export function datasetName(path: string): string {
  const unpacked = path.replace(/\.gz$/i, '');
  if (isSlice(unpacked)) return MPD;
  const name = basename(unpacked, extname(unpacked));
  const folded = foldName(name);
  const plain = folded.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  const isWhole = !/[^\p{ASCII}\p{P}\p{Z}]/u.test(folded) && plain !== '' && plain.length <= LONGEST;
  if (isWhole && !RESERVED.includes(plain)) return plain;
  const digits = hash('sha256', name.normalize('NFC'), 'hex').slice(0, 8);
  return [plain.slice(0, LONGEST), digits].filter(Boolean).join('-');
}
