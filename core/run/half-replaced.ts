/** The summary of a run that was stopped half-way for good. */
export interface HalfReplaced {
  halfReplaced: boolean;
}

/** Whether a run failed half-way through replacing its day, so that the day is of two runs. */
export const isHalfReplaced = ({
  status,
  summary,
}: {
  status: string | null;
  summary: string | null;
}): boolean =>
  status === 'failed' && (JSON.parse(summary ?? '{}') as Partial<HalfReplaced>).halfReplaced === true;
