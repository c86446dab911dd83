import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { hrefOf } from './route.ts';
import type { World } from './world.ts';

/** The heading of a view, to which the focus moves when one goes there. */
export function Heading({ children }: { children: ComponentChildren }): JSX.Element {
  return <h1 tabIndex={-1}>{children}</h1>;
}

/** Tells a screen reader what has come. */
export function Told({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <p class="unseen" role="status">
      {children}
    </p>
  );
}

/** A link to an artist's view. */
export function ArtistLink({ id, name }: { id: string; name: string }): JSX.Element {
  return (
    <a class="name" href={hrefOf('artist', id)} title={name}>
      {name}
    </a>
  );
}

/** A link to elsewhere, which learns nothing of this page; without a URL, the text alone. */
export function Out({ href, children }: { href: string | null; children: ComponentChildren }): JSX.Element {
  if (!href || !/^https:\/\//.test(href)) return <>{children}</>;
  return (
    <a class="out" href={href} rel="noreferrer noopener" target="_blank">
      {children}
      <span class="unseen"> (opens elsewhere)</span>
    </a>
  );
}

/** Says that what the page shows of the artists is no longer what is published. */
export function Newer({ run, world }: { run: string; world: World }): JSX.Element | null {
  if (run === world.catalogue.run) return null;
  return (
    <div class="failure" role="alert">
      <p>A newer run has been published since this page was loaded.</p>
      <button type="button" onClick={() => location.reload()}>
        Load it
      </button>
    </div>
  );
}

/** A bar as long as a share from 0 to 1; what it says stands beside it as text. */
export function Bar({ share, kind = '' }: { share: number; kind?: string }): JSX.Element {
  return (
    <span class={`bar ${kind}`} aria-hidden="true">
      <span style={{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
    </span>
  );
}

/** A table that scrolls by itself where it is too wide, by keyboard too. */
export function Table(props: {
  caption: string;
  /** Where there are many columns. */
  isDense?: boolean;
  head: ComponentChildren[];
  children: ComponentChildren;
}): JSX.Element {
  const region = useRef<HTMLDivElement>(null);
  const isCut = useIsCut(region);
  // Only what scrolls must be reached by keyboard.
  const reached = isCut ? ({ role: 'group', 'aria-label': props.caption, tabIndex: 0 } as const) : {};
  return (
    <div ref={region} class="scrolls" {...reached}>
      <table class={props.isDense ? 'dense' : ''}>
        <caption>
          <span>{props.caption}</span>
        </caption>
        <thead>
          <tr>
            {props.head.map((cell, column) => (
              <th key={column} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}

/** Whether an element is narrower than what is in it. */
function useIsCut(element: RefObject<HTMLElement | null>): boolean {
  const [isCut, setCut] = useState(false);
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    const sizes = new ResizeObserver(() => setCut(current.scrollWidth > current.clientWidth));
    sizes.observe(current);
    if (current.firstElementChild) sizes.observe(current.firstElementChild);
    return () => sizes.disconnect();
  }, []);
  return isCut;
}
