import { inBatches } from '../../core/batches.ts';
import { PostponedError, ServiceUnavailableError } from '../../core/errors.ts';
import type { HearResult } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import { isIdentified } from '../../core/listening/song.ts';
import type { Clock, Lake, Warehouse } from '../../core/ports.ts';
import { type Row, TABLES } from '../../core/tables.ts';
import unmeasuredSql from '../../sql/athena/heard_tracks_unmeasured.sql' with { type: 'text' };
import type { Connect, Sources } from '../collector/sources.ts';

/** What learning needs; its caller holds the run that changes the history. */
export interface LearnDeps {
  lake: Pick<Lake, 'read' | 'write'>;
  warehouse: Pick<Warehouse, 'query'>;
  connect: Connect;
  clock: Clock;
}

type HeardFeatures = Row<'heard_features'>;

/** Tracks that one call asks for at most; the others wait for the next. */
const MOST = 1_000;
/** A track that no source knew is asked for again after so long. */
const FORGET_MS = 30 * 86_400_000;

/**
 * Fetches the audio features of heard tracks that the lake does not have, from the sources that a collection asks, into
 * today's `heard_features`. What was found is kept where a source fails or asks to wait; the rest is for the next time.
 */
export async function learnHeard({
  lake,
  warehouse,
  connect,
  clock,
}: LearnDeps): Promise<HearResult['learned']> {
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const [today, tomorrow] = [day(clock.now()), day(clock.now() + 86_400_000)];
  const parameters = [tomorrow, tomorrow, tomorrow, day(clock.now() - FORGET_MS)];
  const heard = (await warehouse.query(unmeasuredSql, parameters)).map(({ id }) => String(id));
  const wanted = heard.filter(isIdentified).slice(0, MOST);
  const ledger = new Ledger();
  if (wanted.length === 0) return { asked: 0, known: 0, requests: 0, stopped: null };
  const found = new Map<string, HeardFeatures>();
  const sources = connect(ledger, { canWait: true });
  let stopped: string | null = null;
  try {
    await askAll(sources, wanted, found);
    for (const id of wanted) if (!found.has(id)) found.set(id, unknownTrack(id));
  } catch (error) {
    if (!(error instanceof PostponedError || error instanceof ServiceUnavailableError)) throw error;
    stopped = error.message;
  } finally {
    await sources.close();
  }
  if (found.size > 0) {
    const before = (await lake.read('heard_features', today)) ?? [];
    const rows = [...before.filter(({ id }) => !found.has(id)), ...found.values()];
    await lake.write('heard_features', today, rows);
  }
  const known = [...found.values()].filter(({ energy }) => energy !== null).length;
  return { asked: wanted.length, known, requests: ledger.requests, stopped };
}

/** Asks each source for what those before it did not know. */
async function askAll(
  { features, gate }: Sources,
  wanted: readonly string[],
  found: Map<string, HeardFeatures>,
): Promise<void> {
  for (const source of features) {
    const left = wanted.filter((id) => !found.has(id));
    for (const ids of inBatches(left, source.batchSize)) {
      const attempt = await gate.attempt(source.name, () => source.features(ids));
      if (!attempt.allowed) break;
      for (const row of attempt.value) {
        if (row.energy !== null && ids.includes(row.id)) found.set(row.id, { ...row, source: source.name });
      }
    }
  }
}

/** Says that no source knew a track. */
const unknownTrack = (id: string): HeardFeatures => {
  const columns = Object.keys(TABLES.heard_features.columns);
  return { ...Object.fromEntries(columns.map((name) => [name, null])), id } as HeardFeatures;
};
