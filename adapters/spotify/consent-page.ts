/** What the browser is told at the end of its way. */
export type Page = 'agreed' | 'refused' | 'other-state' | 'not-found' | 'wrong-host';

const PAGES: Record<Page, { status: number; title: string; text: string }> = {
  agreed: {
    status: 200,
    title: 'Back to the terminal',
    text: 'Soundalike has your answer and goes on there. You can close this page.',
  },
  refused: {
    status: 200,
    title: 'Not connected',
    text: 'Spotify sent no consent. The terminal says what to do.',
  },
  'other-state': {
    status: 400,
    title: 'Not this login',
    text: 'This answer belongs to another login. Use the page that the terminal shows now.',
  },
  'not-found': { status: 404, title: 'Nothing here', text: 'Only the answer of Spotify is taken here.' },
  'wrong-host': { status: 403, title: 'Refused', text: 'This server answers to its own address alone.' },
};

/** Nothing of the page's address, which holds the code, is kept or sent on; nothing is loaded or run. */
export const CONSENT_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  connection: 'close',
};

/** The page, whole; it holds no word of the request. */
export function pageOf(page: Page): { status: number; html: string } {
  const { status, title, text } = PAGES[page];
  const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Soundalike: ${title}</title>
<style>:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style>
<h1>${title}</h1><p>${text}</p></html>
`;
  return { status, html };
}
