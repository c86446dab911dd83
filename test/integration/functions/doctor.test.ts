import type { DoctorResult } from '../../../core/events.ts';
import { ENVIRONMENT } from '../../../core/names.ts';
import { APP_SECRET, deployed } from '../../support/aws/deployed.ts';
import type { Answer } from '../../support/aws/functions.ts';

const stack = deployed();

const failed = ({ result }: Answer) =>
  (result as unknown as DoctorResult).checks.filter(({ ok }) => !ok).map(({ name }) => name);
const metricsOf = ({ log }: Answer) => log.find((line) => '_aws' in line);

test('a pipeline that has run is well, and the metrics say so', async () => {
  await stack.invoke('catalog', { add: stack.artists.slice(0, 3) });
  await stack.invoke('collector');
  await stack.invoke('similarity');
  const answer = await stack.invoke('doctor');
  expect(answer.result).toMatchObject({ ok: true });
  expect(metricsOf(answer)).toMatchObject({
    FailedChecks: 0,
    HoursSincePublished: expect.closeTo(0, 1),
  });
});

test('before the first good run nothing is told of its age, so that the alarm for it is not armed', async () => {
  expect(metricsOf(await stack.invoke('doctor'))).not.toHaveProperty('HoursSincePublished');
});

test('a day that S3 has and Glue does not know is found', async () => {
  await stack.invoke('catalog', { add: stack.artists.slice(0, 3) });
  await stack.invoke('collector');
  const [partition] = [...stack.cloud.partitions].filter((name) => name.startsWith('top_tracks'));
  stack.cloud.partitions.delete(String(partition));
  expect(failed(await stack.invoke('doctor'))).toEqual(['partitions']);
});

test('an empty secret and a database that is away: each its own finding, and the rest is examined', async () => {
  stack.cloud.secrets.set(APP_SECRET, '{"client_id":"","client_secret":""}');
  const environment = { [ENVIRONMENT.database]: 'mysql://u:p@127.0.0.1:1/soundalike' };
  const answer = await stack.invoke('doctor', {}, { environment });
  expect(failed(answer)).toEqual(expect.arrayContaining(['credentials', 'database']));
  const { checks } = answer.result as unknown as DoctorResult;
  expect(checks.find(({ name }) => name === 'reccobeats')).toMatchObject({ ok: true });
  expect(metricsOf(answer)).toMatchObject({ FailedChecks: failed(answer).length, DatabaseUnreachable: 1 });
});
