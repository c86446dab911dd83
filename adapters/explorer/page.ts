import { createHash } from 'node:crypto';

/** A page in one piece, and the content security policy that it is served with. */
export interface Page {
  html: string;
  policy: string;
}

/** What a page is put together of. */
export interface PageParts {
  /** HTML that holds `<!--style-->` and `<!--script-->`, each once. */
  html: string;
  style: string;
  script: string;
}

/** Puts style and script into a page, whose policy then allows these two and nothing else. */
export function pageOf({ html, style, script }: PageParts): Page {
  const scriptText = script.replaceAll('<!--', '<\\!--').replaceAll(/<\/(script)/gi, '<\\/$1');
  return {
    html: html
      .replace('<!--style-->', () => `<style>${style}</style>`)
      .replace('<!--script-->', () => `<script>${scriptText}</script>`),
    policy: [
      "default-src 'none'",
      `script-src '${hashOf(scriptText)}'`,
      `style-src '${hashOf(style)}'`,
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}

/** A page that leads to the URL at once; `url` has no character that HTML reads. */
export const leadingTo = (url: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Soundalike</title><meta http-equiv="refresh" content="0; url=${url}"><a href="${url}">Soundalike</a>\n`;

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
