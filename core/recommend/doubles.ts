import { foldName } from '../text.ts';
import type { SongNames } from './heard.ts';

/** Brackets, those of East Asian titles too, and what stands between them; the last may be left open. */
const BRACKETS = /\s*(?:\(([^()]*)(?:\)|$)|\[([^[\]]*)(?:\]|$)|【([^【】]*)(?:】|$)|~([^~]+)(?:~|$))/g;
const DASH = /\s+[-\u2013\u2014]\s+/;
const FEATURING = /\s+(?:feat|ft|featuring)\b[^([]*/;

/** What tells of a version, in folded words. */
const VERSIONS: readonly RegExp[] = [
  /^(?:feat|ft|featuring|with)\b/,
  /\bremaster(?:ed|ing)?\b|리마스터|リマスター/,
  /^live$|^live(?: (?:at|in|from|on|version|session|recording|performance|\d)|[,:])/,
  /^(?:acoustic|unplugged|recorded|.*\d{4}) live\b|^라이브|라이브$|^ライ[ブヴ]|ライ[ブヴ]$/,
  /\b(?:version|ver|edit)\.?(?: \d{4})?$|버전$|バージョン$/,
  /^(?:mono|stereo|single|radio|album|original|clean|explicit)(?: mix)?$|^\d{4} mix$|^bonus track$/,
  /\b(?:deluxe|expanded|anniversary|special)(?: (?:edition|version))?$/,
];

const isVersion = (words: string): boolean =>
  words.split(/\s*[/;]\s*/).some((part) => VERSIONS.some((pattern) => pattern.test(part)));

/**
 * A folded title without what tells of a version (live, remastered, mono, a radio edit, deluxe, whom it features), in
 * brackets or after a dash; one that consists of nothing but that stays.
 */
export function baseTitle(title: string): string {
  const folded = foldName(title).replace(/[\u2018\u2019\u02bc`\u00b4]/g, "'");
  const [first = '', ...rest] = folded
    .replace(BRACKETS, (whole, ...inner) =>
      isVersion((inner.slice(0, 4).find((words) => typeof words === 'string') ?? '').trim()) ? '' : whole,
    )
    .split(DASH);
  const kept = [first.replace(FEATURING, ' '), ...rest.filter((words) => !isVersion(words.trim()))];
  return kept.join(' - ').replace(/\s+/g, ' ').trim() || folded;
}

/** What versions of a song have in common: its folded first artist and title without what tells of a version. */
export const songKey = (artist: string | null, title: string | null): string | null =>
  artist === null || title === null ? null : `${foldName(artist)}\n${baseTitle(title)}`;

/** Songs that are taken, so that no other version of one of them is. */
export class TakenSongs {
  readonly #taken = new Set<string>();

  /** Whether the song, or another version of it, is taken. */
  has(song: SongNames): boolean {
    return marksOf(song).some((mark) => this.#taken.has(mark));
  }

  add(song: SongNames): void {
    for (const mark of marksOf(song)) this.#taken.add(mark);
  }
}

const marksOf = ({ name, artist, isrc }: SongNames): string[] =>
  [songKey(artist, name), isrc].filter((mark) => mark !== null);
