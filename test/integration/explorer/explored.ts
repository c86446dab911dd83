import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { PublishedLake } from '../../../adapters/lake/published.ts';
import { S3Store } from '../../../adapters/lake/s3.ts';
import type { SimilarityRequest, SimilarityResult } from '../../../core/events.ts';
import { FEATURES } from '../../../core/features.ts';
import type { Database } from '../../../core/ports.ts';
import { type Answers, openExplorer } from '../../../lambdas/explorer/explorer.ts';
import type { ExploreSources } from '../../../lambdas/explorer/sources.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { mulberry32 } from '../../../sample/random.ts';
import { clientFor, patience } from '../../support/aws/client.ts';
import { LAKE } from '../../support/aws/cloud.ts';
import { type S3Server, serveS3 } from '../../support/aws/s3.ts';
import { type HandMadeDay, type Machine, putDay } from '../../support/machine.ts';
import { DAY_MS, filesBelow, TODAY, TOMORROW } from '../../support/pipeline.ts';
import { artistRow, featuresRow, trackRow } from '../../support/rows.ts';

/** How many artists there are, and the one that moves between the two days. */
export const [N, MOVER] = [40, 'a07'] as const;

/** Artists with three tracks each around a middle of their own, and one without; `moved` shifts the middle of one. */
export function day(moved = 0): HandMadeDay {
  const random = mulberry32(11);
  const ids = Array.from({ length: N }, (_, i) => `a${String(i).padStart(2, '0')}`);
  const features = ids.flatMap((id) => {
    const middle = FEATURES.map(() => 0.2 + 0.6 * random.uniform());
    return [0, 1, 2].map((t) => {
      const values = FEATURES.map((feature, f) => {
        const value = (middle[f] as number) + 0.1 * random.uniform() + (id === MOVER ? moved : 0);
        return [feature, feature === 'loudness' ? -30 + 20 * value : value];
      });
      return featuresRow(`t-${id}-${t}`, {
        ...Object.fromEntries(values),
        key: random.int(12),
        mode: random.int(2),
        duration_ms: 150_000 + random.int(100_000),
      });
    });
  });
  return {
    artists: [...ids, 'silent'].map((id, i) =>
      artistRow(id, {
        name: id === 'a01' ? '방탄소년단 <b>💜</b>' : `Artist ${id}`,
        genres: [`genre ${i % 4}`],
        image_url: `https://i.scdn.co/image/${id}`,
        popularity: i,
      }),
    ),
    tracks: ids.flatMap((id) =>
      [0, 1, 2].map((t) =>
        trackRow(id, `t-${id}-${t}`, {
          rank: t + 1,
          popularity: 90 - t,
          external_url: `https://t/${id}/${t}`,
        }),
      ),
    ),
    features,
  };
}

/** Two days, of which the second was published last; on it one artist has moved. */
export async function publishTwoDays(
  machine: Machine,
  database: Database | Machine = machine,
  request: SimilarityRequest = {},
): Promise<SimilarityResult> {
  const at = { ...machine, ...database, lake: machine.lake, clock: machine.clock };
  await at.artists.follow(day().artists, 'spotify', `${TODAY}T00:00:00.000Z`);
  await putDay(at as Machine, day());
  await compare(at, request);
  machine.clock.advance(DAY_MS);
  await putDay(at as Machine, day(0.3), { dt: TOMORROW });
  return await compare(at, request);
}

/** An S3 over the wire that holds what a machine's lake holds. */
export async function s3With(machine: Machine): Promise<S3Server> {
  const s3 = await serveS3();
  for (const key of await filesBelow(machine.lakeFolder)) {
    s3.objects.set(`${LAKE}/${key}`, await readFile(join(machine.lakeFolder, key)));
  }
  return s3;
}

/** What the explorer reads of a deployed stack whose bucket that is. */
export function sourcesOn({ url }: S3Server, { clock }: Machine): ExploreSources {
  const client = new S3Client({ ...clientFor(url), forcePathStyle: true });
  const lake = new ParquetLake(new S3Store({ client, bucket: LAKE, ...patience() }));
  const published = new PublishedLake(lake, clock);
  return { lake, artists: published, relatedArtists: published, clock };
}

/** Asks an explorer, which is opened once for all questions. */
export function asking(sources: ExploreSources) {
  const answers: Answers = openExplorer(sources);
  return async <T>(name: string, query: Record<string, string> = {}): Promise<T> =>
    (await answers[`/api/${name}`]?.(query)) as T;
}
