import { randomBytes } from 'node:crypto';
import type { LoginRequest, LoginResult } from '../core/events.ts';
import { type LoginDeps, login } from '../lambdas/login/login.ts';
import { showPage } from '../lambdas/login/show-page.ts';
import { interruptible } from './interruptible.ts';

/** Logs in by the browser of whoever sits here; Ctrl-C ends the waiting. */
export function logIn(
  deps: Omit<LoginDeps, 'randomBytes' | 'show'>,
  request: LoginRequest,
): Promise<LoginResult> {
  const show = showPage(deps.say, process.stderr.isTTY === true);
  return interruptible(
    () => login({ ...deps, randomBytes, show }, request),
    () => deps.say('The login was ended; what was stored before stays.'),
  );
}
