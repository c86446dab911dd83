import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Why the server gave no answer, and what to do. */
export interface Failure {
  code: string;
  message: string;
  hint: string;
}

/** What has become of a question. */
export type Answer<T> = { value: T } | { failure: Failure } | undefined;

/** The path of a question, with its parameters. */
export const question = (path: string, parameters: Record<string, string | number>): string =>
  `/api/${path}?${new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]))}`;

/** Asks the server; undefined until it answers. Null asks nothing. */
export function useAnswer<T>(path: string | null): Answer<T> {
  const [answered, setAnswered] = useState<{ path: string; answer: Answer<T> }>();
  useEffect(() => {
    if (path === null) return;
    const aborter = new AbortController();
    ask<T>(path, aborter.signal).then((answer) => {
      if (!aborter.signal.aborted) setAnswered({ path, answer });
    });
    return () => aborter.abort();
  }, [path]);
  return answered?.path === path ? answered?.answer : undefined;
}

async function ask<T>(path: string, signal: AbortSignal): Promise<Answer<T>> {
  try {
    const response = await fetch(path, { signal });
    const body = (await response.json()) as T & { error?: Failure };
    return body.error ? { failure: body.error } : { value: body };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { failure: { code: 'no-answer', message, hint: 'see whether soundalike explore still runs' } };
  }
}

/** Draws an answer when it is there, and until then that it is waited for. */
export function Answered<T>(props: { answer: Answer<T>; children: (value: T) => JSX.Element }): JSX.Element {
  const { answer, children } = props;
  if (!answer)
    return (
      <p class="quiet" role="status">
        Loading…
      </p>
    );
  return 'failure' in answer ? <Failed failure={answer.failure} /> : children(answer.value);
}

/** Says what went wrong and what to do. */
function Failed({ failure: { message, hint } }: { failure: Failure }): JSX.Element {
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{message}</strong>
      </p>
      <p>What to do: {hint}.</p>
    </div>
  );
}
