import { ENVIRONMENT } from '../../../core/names.ts';
import { LAKE } from '../../support/aws/cloud.ts';
import { deployed } from '../../support/aws/deployed.ts';
import { AwsFault } from '../../support/aws/json-service.ts';

const stack = deployed();
const KEEP = { environment: { [ENVIRONMENT.keepDays]: '30' } };

const day = (back: number): string => new Date(stack.now() - back * 86_400_000).toISOString().slice(0, 10);
const daysIn = (paths: Iterable<string>): string[] =>
  [...new Set([...paths].map((path) => /\d{4}-\d\d-\d\d/.exec(path)?.[0] ?? path))].sort();

test('days older than the setting go from Glue and from S3 together; the published one stays', async () => {
  await stack.invoke('catalog', { add: stack.artists.slice(0, 3) });
  for (const back of [90, 60, 31, 30]) await stack.invoke('collector', { date: day(back) });
  await stack.invoke('similarity', { date: day(60) });
  const { result } = await stack.invoke('collector', {}, KEEP);
  expect(result).toMatchObject({ done: true });
  const kept = [day(60), day(30), day(0)];
  expect(daysIn(stack.cloud.partitions)).toEqual(kept);
  expect(daysIn([...stack.cloud.s3.objects.keys()].filter((path) => path.startsWith(LAKE)))).toEqual(kept);
  const similar = await stack.invoke('explorer', { artist: stack.artists[0] });
  expect(similar.result).toMatchObject({ date: day(60) });
});

test('nothing goes where the setting says nothing, or where the collection is not done', async () => {
  await stack.invoke('catalog', { add: stack.artists.slice(0, 3) });
  await stack.invoke('collector', { date: day(90) });
  await stack.invoke('collector', { date: day(60) });
  await stack.invoke('collector', { date: day(0) }, { ...KEEP, seconds: 0.01 });
  await stack.invoke('collector', { date: day(0) });
  expect(daysIn(stack.cloud.partitions)).toEqual([day(90), day(60), day(0)]);
});

test('what cannot be removed does not fail the collection, which is done, and goes the next time', async () => {
  await stack.invoke('catalog', { add: stack.artists.slice(0, 3) });
  await stack.invoke('collector', { date: day(90) });
  const { operations } = stack.cloud.services;
  const { DeletePartition } = operations;
  operations.DeletePartition = () => new AwsFault('AccessDeniedException');
  const refused = await stack.invoke('collector', { date: day(1) }, KEEP);
  expect(refused).toMatchObject({ result: { done: true } });
  expect(JSON.stringify(refused.log)).toContain('AccessDeniedException');
  operations.DeletePartition = DeletePartition as typeof operations.DeletePartition & object;
  await stack.invoke('collector', {}, KEEP);
  expect(daysIn(stack.cloud.partitions)).toEqual([day(1), day(0)]);
});
