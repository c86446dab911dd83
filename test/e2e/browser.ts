/** A browser whose user agrees: it goes to the page that a login shows, and on to where that sends it. */
export function follow(): { said: (line: string) => void; page: () => Promise<string> } {
  let page: Promise<string> = Promise.resolve('no page was shown');
  return {
    said: (line) => {
      const [, url] = /agree on this page: (\S+)$/.exec(line) ?? [];
      if (url) page = fetch(url).then((answer) => answer.text());
    },
    page: () => page,
  };
}
