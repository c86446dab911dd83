import { MemoryState } from '../../adapters/memory-state.ts';
import type { UserGrant } from '../../adapters/spotify/user-grant.ts';
import type { CollectionLimits } from '../../core/budget.ts';
import type { DoctorResult } from '../../core/events.ts';
import type { ApiState, Clock, Database } from '../../core/ports.ts';
import type { Connect } from '../collector/sources.ts';
import { type AgreementDeps, agreement } from './agreement.ts';
import { consent } from './consent.ts';
import { examineDatabase } from './database.ts';
import { type Check, check, notChecked, type Settled, settled } from './finding.ts';
import { examineLake, type LakeDeps } from './lake.ts';
import { examineServices } from './services.ts';

/** What examining needs; who gives it closes it. */
export interface ExamineDeps extends LakeDeps {
  lake: LakeDeps['lake'] & AgreementDeps['lake'];
  clock: Clock;
  /** Opens the database; where it cannot, that is what its check tells, and nothing counts the requests. */
  openDatabase(): Promise<Database>;
  /**
   * Opens Spotify and ReccoBeats with this patience. An app that cannot be known best fails when it is asked for
   * (`unknown` of adapters/spotify/app.ts): where this fails, ReccoBeats cannot be asked either.
   */
  connect(apiState: ApiState): Promise<Connect>;
  /** What the user has granted; asked for after `connect`. */
  grant(): Promise<UserGrant>;
  /** What bounds a collection; asked for after `connect`, and undefined where that failed. */
  limits(): CollectionLimits | undefined;
}

/** What was found, and what makes metrics. */
export interface ExamineResult extends DoctorResult {
  /** Since the served run began; null where none is. */
  hoursSincePublished: number | null;
  /** HTTP attempts that this examination made. */
  requests: number;
}

/** Makes every check of docs/operating.md, none of which lets another fail. Throws nothing. */
export async function examine(deps: ExamineDeps): Promise<ExamineResult> {
  const inLake = examineLake(deps);
  const opened = await settled(() => deps.openDatabase());
  const apiState = 'value' in opened ? opened.value.apiState : new MemoryState();
  // A stand-in follows its artists when it is first opened.
  const connected = await settled(() => deps.connect(apiState));
  const followed = await settled(async () =>
    'value' in opened ? await opened.value.artists.followed() : [],
  );
  const [first] = 'value' in followed ? followed.value : [];
  const [services, database, lake, login] = await Promise.all([
    examineServices(connected, first && { id: first.id, name: first.name ?? first.id }),
    examineDatabase(opened, deps.clock, deps.limits()),
    inLake,
    check('consent', async () => consent(await deps.grant(), deps.clock.now())),
  ]);
  const agrees = await agreementOf(opened, deps.lake, lake);
  const checks = [...services.checks, ...database.checks, ...lake, agrees, login, services.clock];
  return {
    ok: checks.every(({ ok }) => ok),
    checks,
    hoursSincePublished: database.hoursSincePublished,
    requests: services.requests,
  };
}

/** Holds the database against the lake, where both can be read. */
async function agreementOf(
  opened: Settled<Database>,
  lake: AgreementDeps['lake'],
  checks: readonly Check[],
): Promise<Check> {
  const isReadable = checks.some(({ name, ok }) => name === 'lake' && ok);
  return await check('agreement', async () => {
    if ('error' in opened) return notChecked('database');
    return isReadable ? await agreement({ database: opened.value, lake }) : notChecked('lake');
  });
}
