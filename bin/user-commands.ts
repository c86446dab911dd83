import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { OWN } from '../adapters/dataset/playlists-name.ts';
import { UserGrant } from '../adapters/spotify/user-grant.ts';
import { NotDoneError, UsageError } from '../core/errors.ts';
import { type ForgetResult, type HearResult, ListenRequest, LoginRequest } from '../core/events.ts';
import { forget } from '../lambdas/listening/forget.ts';
import { hear } from '../lambdas/listening/hear.ts';
import { nobody } from '../lambdas/login/consent.ts';
import { asUser } from './as-user.ts';
import type { Local } from './local.ts';
import { logIn } from './log-in.ts';
import { say } from './output.ts';
import { type CommonOptions, perform, requestOf } from './perform.ts';
import { brings, type ProviderOptions, withProvider } from './provider.ts';
import { hasStandInUser, standInGrant } from './stand-in-files.ts';
import * as words from './user-words.ts';

/** `soundalike login`. */
export async function login({
  port,
  timeout,
  ...options
}: CommonOptions & ProviderOptions & { port?: number; timeout?: number }): Promise<void> {
  const request = requestOf(LoginRequest, { port, timeout });
  await perform(options, {
    folder: brings(options),
    local: (local) =>
      withProvider(local, options, ({ user }) => logIn({ ...local, ...user }, request), 'user'),
    stack: (stack) => stack.login(request),
    words: words.loginWords,
  });
}

/** `soundalike listen`. */
export async function listen(options: CommonOptions & ProviderOptions): Promise<void> {
  await perform<HearResult>(options, {
    folder: brings(options),
    local: (local) => asUser(local, options, (user) => hear({ ...local, ...user })),
    stack: (stack) => stack.invoke<HearResult>('listening', requestOf(ListenRequest, {}), { repeats: true }),
    words: words.listenWords,
    lack: ({ learned, postponed }) => {
      if (learned === null) return nobody(options.stack);
      if (!postponed) return undefined;
      return new NotDoneError(`nothing was taken in: ${postponed}`, 'run it again then; no gap comes of it');
    },
  });
}

/** `soundalike forget`. */
export async function forgetUser({ yes, ...options }: CommonOptions & { yes?: boolean }): Promise<void> {
  await perform<ForgetResult>(options, {
    local: async (local) => {
      if (!yes) await confirm(`in ${local.folder}`);
      return await forgetHere(local);
    },
    stack: async (stack) => {
      if (!yes) await confirm(`in the stack ${options.stack}`);
      const request = requestOf(ListenRequest, { forget: true });
      return await stack.invoke<ForgetResult>('listening', request, { repeats: true });
    },
    words: words.forgetWords,
  });
}

async function confirm(where: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new UsageError(
      `expected --yes where nobody can be asked: forget removes what is known of the user ${where}`,
      'run it in a terminal, or with --yes',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    say(
      `This removes ${where}, for good: every play and gap of your listening, your own playlists, what is stored of`,
      'pushed playlists (these stay in your account), their files in the lake, and the login.',
    );
    // Ctrl-C and Ctrl-D reject it.
    const answer = await terminal.question('Type yes to remove it: ').catch(() => '');
    if (answer.trim().toLowerCase() === 'yes') return;
    throw new UsageError(`expected yes, got ${JSON.stringify(answer)}`, 'nothing was removed');
  } finally {
    terminal.close();
  }
}

/** The user's consent and the app, and what processes left that were killed while they wrote them. */
const LOGIN = /^(\.?spotify-(user|app)\.json(\.\d+\.part)?|\.stand-in-user\.json\.\d+\.part)$/;

/** The login goes first, so that nothing is fetched anew; what fails half-way is done by the next call. */
async function forgetHere(local: Local): Promise<ForgetResult> {
  const { folder } = local;
  // With a database server there may be no folder.
  const names = (await readdir(folder).catch(() => [])).filter((name) => LOGIN.test(name));
  for (const name of names) await rm(join(folder, name), { force: true });
  // The stand-in's user is logged in where nothing says otherwise.
  if (hasStandInUser(folder)) await standInGrant(folder).write(UserGrant.parse({}));
  return await forget(local, [OWN]);
}
