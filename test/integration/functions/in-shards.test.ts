import type { SimilarityPlan, SimilarityResult } from '../../../core/events.ts';
import { LAKE } from '../../support/aws/cloud.ts';
import { deployed } from '../../support/aws/deployed.ts';

const stack = deployed();

test('a day that is shared out comes to what one function says, and leaves nothing behind', async () => {
  await stack.invoke('catalog', { add: stack.artists });
  await stack.invoke('collector');
  const neighbours = 3;
  const whole = (await stack.invoke('similarity', { neighbours })).result as unknown as SimilarityResult;
  const related = () =>
    stack.mysql.admin(
      'SELECT artist_id, y_artist, distance, rank_no FROM related_artists ORDER BY artist_id, y_artist',
    );
  const table = `${LAKE}/related-artists/dt=${whole.date}/part-00000.parquet`;
  const rows = await related();
  stack.cloud.s3.objects.delete(table);

  const planned = await stack.invoke('similarity', { neighbours, inOnePiece: 1 });
  const { run, shards } = planned.result as unknown as SimilarityPlan;
  expect(planned.result).toMatchObject({ done: false, pairs: whole.pairs, shards: [0] });
  for (const shard of shards) await stack.invoke('similarity', { run, shard });
  for (const load of shards) await stack.invoke('similarity', { run, load });
  const last = await stack.invoke('similarity', { run, finish: true });

  // What needs all tracks at once is left out.
  const report = { ...whole.report, map: null };
  expect(last.result).toEqual({ ...whole, run, severalStyles: [], map: null, report });
  expect(await related()).toEqual(rows);
  expect(stack.cloud.s3.objects.has(table)).toBe(true);
  expect([...stack.cloud.s3.objects.keys()].filter((key) => key.includes('shards/'))).toEqual([]);
  const metrics = [planned, last].map(({ log }) => log.find((line) => '_aws' in line));
  // A plan publishes nothing.
  expect(metrics[0]).not.toHaveProperty('Published');
  expect(metrics).toMatchObject([{ NoAnswer: 0 }, { Coverage: 1, Published: 1 }]);
});
