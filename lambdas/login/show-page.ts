/**
 * Shows a person the page where consent is given: told by `say`, and opened in the browser where somebody sits at a
 * terminal. That the browser does not open is no failure.
 */
export const showPage =
  (say: (line: string) => void, isTerminal: boolean) =>
  (url: string, redirectUri: string): void => {
    say(`Log in to Spotify and agree on this page: ${url}`);
    say(
      `If it says "Invalid redirect URI", register exactly ${redirectUri} with the app: https://developer.spotify.com/dashboard`,
    );
    if (isTerminal) import('open').then(({ default: open }) => open(url)).catch(() => {});
  };
