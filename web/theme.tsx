import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

const KEY = 'soundalike-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Whether the page is dark, by choice or else as the system has it, and a button that changes it. */
export function ThemeButton(): JSX.Element {
  const [chosen, choose] = useState(stored);
  // Asked once, and heard of at once: Chromium sends no event of a change that it was asked about before.
  const [isSystemDark, setSystemDark] = useState(() => dark.matches);
  useLayoutEffect(() => {
    const changed = ({ matches }: MediaQueryListEvent) => setSystemDark(matches);
    dark.addEventListener('change', changed);
    return () => dark.removeEventListener('change', changed);
  }, []);
  const isDark = chosen === null ? isSystemDark : chosen === 'dark';
  useEffect(() => {
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    dispatchEvent(new Event('themechange'));
  }, [isDark]);
  const change = () => {
    const other = isDark ? 'light' : 'dark';
    choose(other);
    try {
      localStorage.setItem(KEY, other);
    } catch {
      // A browser may forbid it: then the choice holds as long as the page.
    }
  };
  return (
    <button type="button" class="theme" aria-pressed={isDark} onClick={change}>
      <span aria-hidden="true">{isDark ? '☾' : '☀'}</span>
      <span class="unseen">Dark</span>
    </button>
  );
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
