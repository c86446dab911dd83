const LINK = /^https:\/\/open\.spotify\.com\/(?:intl-[a-z]+\/)?(track|episode)\/([0-9A-Za-z]{22})(?:\?.*)?$/;

/** The URIs of a file, one a line, links made URIs; empty lines and those that begin with # are left out. */
export const urisOf = (text: string): string[] =>
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim().replace(LINK, 'spotify:$1:$2'))
    .filter((line) => line !== '' && !line.startsWith('#'));
