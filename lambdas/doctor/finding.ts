import { InternalError, PostponedError, SoundalikeError } from '../../core/errors.ts';
import type { DoctorResult } from '../../core/events.ts';

/** One check and what came of it. */
export type Check = DoctorResult['checks'][number];
/** What came of a check. */
export type Finding = Omit<Check, 'name'>;

/** All is well. */
export const fine = (detail: string): Finding => ({ ok: true, detail, remedy: null });

/** Something is not. */
export const fault = (detail: string, remedy: string): Finding => ({ ok: false, detail, remedy });

/** What an error tells. To have to wait is no fault: nothing is to be done, and a run waits too. */
export function faultOf(error: unknown): Finding {
  if (error instanceof PostponedError) return fine(`not asked: ${error.message}`);
  const { message, hint } = error instanceof SoundalikeError ? error : new InternalError(error);
  return fault(message, hint);
}

/** Makes a check. What it throws is its finding, so that the others go on. */
export async function check(name: string, look: () => Promise<Finding>): Promise<Check> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return { name, ...faultOf(error) };
  }
}

/** A value that later checks need, or why there is none. */
export type Settled<T> = { value: T } | { error: unknown };

/** Keeps the error of a step, so that it can be told where it belongs. */
export async function settled<T>(step: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await step() };
  } catch (error) {
    return { error };
  }
}

/** The finding of a check that could not be made since another failed. */
export const notChecked = (cause: string): Finding =>
  fault(`not checked, since ${cause} failed`, `see the check ${cause}`);
