import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Why the server gave no answer, and what to do. */
export interface Failure {
  code: string;
  message: string;
  hint: string;
}

/** What has become of a question; `again` asks it once more. */
export type Answer<T> = { value: T } | { failure: Failure; again(): void } | undefined;

/** The path of a question, with its parameters. */
export const question = (path: string, parameters: Record<string, string | number>): string =>
  `/api/${path}?${new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]))}`;

/** Asks the server; undefined until it answers. Null asks nothing. */
export function useAnswer<T>(path: string | null): Answer<T> {
  const [answered, setAnswered] = useState<{ path: string; answer: Answer<T> }>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (path === null) return;
    const aborter = new AbortController();
    const again = () => {
      setAnswered(undefined);
      setTries(tries + 1);
    };
    ask<T>(path, aborter.signal).then((answer) => {
      if (aborter.signal.aborted) return;
      setAnswered({ path, answer: 'failure' in answer ? { ...answer, again } : answer });
    });
    return () => aborter.abort();
  }, [path, tries]);
  return answered?.path === path ? answered?.answer : undefined;
}

/** What a browser says of it is another in each, and says less. */
const NO_ANSWER: Failure = {
  code: 'no-answer',
  message: 'The explorer does not answer',
  hint: 'see whether soundalike explore still runs; where it does not, start it and open the URL that it prints',
};

async function ask<T>(path: string, signal: AbortSignal): Promise<{ value: T } | { failure: Failure }> {
  try {
    const response = await fetch(path, { signal });
    const body = (await response.json()) as T & { error?: Failure };
    return body.error ? { failure: body.error } : { value: body };
  } catch {
    return { failure: NO_ANSWER };
  }
}

/** Draws an answer when it is there, and until then that it is waited for. */
export function Answered<T>(props: {
  answer: Answer<T>;
  /** Height that it waits with, lest what is below it jumps when the answer comes. */
  room?: string;
  children: (value: T) => JSX.Element;
}): JSX.Element {
  const { answer, room, children } = props;
  if (!answer)
    return (
      <p class="quiet" role="status" style={{ minHeight: room }}>
        Loading…
      </p>
    );
  return 'failure' in answer ? <Failed {...answer} /> : children(answer.value);
}

/** Says what went wrong and what to do. */
function Failed({ failure: { message, hint }, again }: { failure: Failure; again(): void }): JSX.Element {
  const tryAgain = () => {
    // The button goes with what it stands in, and would take the focus along.
    document.querySelector('main')?.focus();
    again();
  };
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{message}</strong>
      </p>
      <p>What to do: {/[.?]$/.test(hint) ? hint : `${hint}.`}</p>
      <button type="button" onClick={tryAgain}>
        Try again
      </button>
    </div>
  );
}
