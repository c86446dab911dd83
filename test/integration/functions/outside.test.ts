import { ENVIRONMENT } from '../../../core/names.ts';
import { deployed } from '../../support/aws/deployed.ts';
import type { Answer } from '../../support/aws/functions.ts';

const stack = deployed();

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1';

/** The metric of the alarm `egress-down`. */
const noAnswer = ({ log }: Answer): unknown => log.filter((line) => '_aws' in line).at(-1)?.NoAnswer;

test('where services answer, the metric says so, whatever they say', async () => {
  expect(noAnswer(await stack.invoke('catalog', { add: stack.artists.slice(0, 3) }))).toBe(0);
  for (const match of ['/v1/search', '/api/token']) {
    stack.standIn.faults.add({ match, kind: 'status', status: 503, times: 100 });
  }
  const failed = await stack.invoke('catalog', { add: ['Somebody'] });
  expect([failed.errorType, noAnswer(failed)]).toEqual(['service-unavailable', 0]);
});

test('where the secret of the database cannot be read, since there is no way out, the metric says so', async () => {
  const environment = { [ENVIRONMENT.databaseSecret]: 'rds', AWS_ENDPOINT_URL: NOWHERE };
  const answer = await stack.invoke('listening', {}, { environment });
  expect([answer.errorType, noAnswer(answer)]).toEqual(['service-unavailable', 1]);
});

test('where Spotify alone is away, and AWS answers, there is a way out', async () => {
  const environment = {
    [ENVIRONMENT.spotifyAccountsUrl]: NOWHERE,
    [ENVIRONMENT.spotifyApiUrl]: NOWHERE,
  };
  const answer = await stack.invoke('catalog', { add: ['Somebody'] }, { environment });
  expect([answer.errorType, noAnswer(answer)]).toEqual(['service-unavailable', 0]);
});

test('a function that asks nobody outside says nothing of it', async () => {
  await stack.invoke('migrator');
  const answer = await stack.invoke('explorer', { artist: 'Nobody' });
  expect([answer.errorType, noAnswer(answer)]).toEqual(['unknown-artist', undefined]);
});
