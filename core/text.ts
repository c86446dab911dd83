/**
 * Folds a name for look-up: case, accents and width do not matter, scripts do. Only combining marks of the Latin, Greek
 * and Cyrillic scripts are dropped, so that kana keep their voicing and Hangul its vowels.
 */
export function foldName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .trim()
    .replace(/\s+/g, ' ');
}

/** Orders ids. They are ASCII, so that the order of UTF-16 units is the bytewise order of the lake. */
export const byId = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
