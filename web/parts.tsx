import type { ComponentChildren, JSX } from 'preact';
import { hrefOf } from './route.ts';

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
  head: ComponentChildren[];
  children: ComponentChildren;
}): JSX.Element {
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is no set of fields
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <div class="scrolls" role="group" aria-label={props.caption} tabIndex={0}>
      <table>
        <caption>{props.caption}</caption>
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
