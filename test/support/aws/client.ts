import { AWS_CLIENT } from '../../../adapters/aws.ts';
import { FakeClock } from '../clock.ts';

/** Settings of a real SDK client for a server on this machine. */
export const clientFor = (url: string) => ({
  ...AWS_CLIENT,
  endpoint: url,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'not-a-secret' },
});

/** Waits on a clock of its own, always the half of what may be waited. */
export const patience = () => ({ clock: new FakeClock(), random: () => 0.5 });

/** The part of a client that is used here; the types of middleware are in a package of the SDK's own. */
interface Client {
  middlewareStack: { add(middleware: never, options: never): void };
}

type Handler = (args: unknown) => Promise<unknown>;

/**
 * Makes errors of Node's network `instanceof Error` within jest, where they are not (its modules run in a realm of
 * their own): the SDK would replace them by one without a code.
 */
export function inThisRealm<C extends Client>(client: C): C {
  const middleware =
    (next: Handler): Handler =>
    (args) =>
      next(args).catch((error: Error) => {
        if (error instanceof Error) throw error;
        const { name, message } = error as Error;
        throw Object.assign(new Error(message), error as object, { name });
      });
  client.middlewareStack.add(middleware as never, { step: 'finalizeRequest', priority: 'low' } as never);
  return client;
}
