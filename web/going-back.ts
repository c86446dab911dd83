import { useState } from 'preact/hooks';

/** Where one was in an entry of the browser's history. */
interface Left {
  /** Pixels from the top. */
  scroll: number;
  /** Of each `details`, whether it is open. */
  opened: boolean[];
  /** The link that had the focus: where it leads, and which of those that lead there. */
  link: [href: string | null, which: number] | null;
}

/** By the number in the state of the entry; the browser itself does not know what is drawn only later. */
const left = new Map<number, Left>();
/** Entries of this page before it was loaded anew have other numbers. */
let numbers = Date.now();
let entry = 0;
let returning: AbortController | undefined;

const links = () => [...document.querySelectorAll('a')];
const details = () => [...document.querySelectorAll('details')];

/** Begins to remember where one is. */
export function enter(): void {
  history.scrollRestoration = 'manual';
  const state = history.state as { entry?: number } | null;
  entry = state?.entry ?? ++numbers;
  history.replaceState({ ...state, entry }, '');
}

/** Remembers where one was; for when the browser has gone to another entry, and the page still shows the one before. */
export function leave(): void {
  returning?.abort();
  const focused = document.activeElement;
  const href = focused?.getAttribute('href') ?? null;
  const which = links()
    .filter((link) => link.getAttribute('href') === href)
    .indexOf(focused as HTMLAnchorElement);
  left.set(entry, {
    scroll: scrollY,
    opened: details().map(({ open }) => open),
    link: which < 0 ? null : [href, which],
  });
  enter();
}

/**
 * Returns to where one was in this entry, as what was there is drawn again, unless one does something meanwhile; false
 * where one has not been in it.
 */
export function comeBack(): boolean {
  const place = left.get(entry);
  if (!place) return false;
  returning = new AbortController();
  const { signal } = returning;
  const drawn = new MutationObserver(() => restore(place) && returning?.abort());
  signal.addEventListener('abort', () => drawn.disconnect());
  for (const deed of ['keydown', 'pointerdown', 'wheel', 'touchmove'])
    addEventListener(deed, () => returning?.abort(), { signal });
  if (restore(place)) returning.abort();
  else drawn.observe(document.body, { childList: true, subtree: true });
  return true;
}

/** Whether all is as it was. */
function restore({ scroll, opened, link }: Left): boolean {
  const found = details();
  const isDrawn = found.length === opened.length;
  if (isDrawn) for (const [i, one] of found.entries()) one.open = opened[i] as boolean;
  const followed = link && links().filter((one) => one.getAttribute('href') === link[0])[link[1]];
  followed?.focus({ preventScroll: true });
  scrollTo(0, scroll);
  return isDrawn && (link === null || followed !== undefined) && Math.abs(scrollY - scroll) <= 1;
}

/** A state that an entry of the history keeps, and so has again where one comes back to it. */
export function useKept<T>(name: string, first: T): [T, (value: T) => void] {
  const [value, set] = useState<T>(() => (history.state as Record<string, T> | null)?.[name] ?? first);
  const keep = (next: T) => {
    history.replaceState({ ...(history.state as object | null), [name]: next }, '');
    set(next);
  };
  return [value, keep];
}
