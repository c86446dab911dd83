import { NoDataError, type SoundalikeError } from '../../core/errors.ts';
import type { Runs } from '../../core/ports.ts';
import { beingReplaced } from '../../core/run/published.ts';

/** Why nothing is published: the first run is just replacing its day, or there is none. */
export async function nothingPublished({
  runs,
}: {
  runs?: Pick<Runs, 'unfinished'>;
}): Promise<SoundalikeError> {
  const comparing = (await runs?.unfinished(['similarity'])) ?? [];
  const replacing = comparing.find(({ status }) => status === 'replacing');
  if (replacing) return beingReplaced(replacing.dt, replacing.id);
  return new NoDataError('expected a published run, got none', 'collect and compare first: soundalike run');
}
