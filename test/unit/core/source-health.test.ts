import {
  OutageError,
  ServiceUnavailableError,
  UnexpectedAnswerError,
  UsageError,
} from '../../../core/errors.ts';
import { SourceHealth } from '../../../core/source-health.ts';

const down = new ServiceUnavailableError('Spotify failed (5 tries): the answer was 500', 'later');
const refused = new UnexpectedAnswerError('status 400', 'later');
const works = async (): Promise<string> => 'yes';
const fails = () => Promise.reject(down);

test('a failure among successes is that of its item', async () => {
  const health = new SourceHealth('Spotify', { limit: 3 });
  for (let i = 0; i < 4; i++) {
    expect(await health.ask(fails)).toEqual({ failure: down });
    expect(await health.ask(() => Promise.reject(refused))).toEqual({ failure: refused });
    expect(await health.ask(works)).toEqual({ value: 'yes' });
  }
  health.settle();
});

test('so many failures in a row are an outage, with the last as its cause', async () => {
  const health = new SourceHealth('Spotify', { limit: 3, hasWorked: true });
  await health.ask(fails);
  await health.ask(fails);
  const error: OutageError = await health.ask(fails).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(OutageError);
  expect([error.message, error.cause]).toEqual([`Spotify is down: ${down.message}`, down]);
});

test('where all have failed it is an outage too, unless the source has worked earlier', async () => {
  const health = new SourceHealth('Spotify');
  await health.ask(fails);
  expect(() => health.settle()).toThrow(OutageError);
  const earlier = new SourceHealth('Spotify', { hasWorked: true });
  await earlier.ask(fails);
  earlier.settle();
  new SourceHealth('Spotify').settle();
});

test('an error that concerns everything passes', async () => {
  const error = new UsageError('wrong', 'correct it');
  await expect(new SourceHealth('Spotify').ask(() => Promise.reject(error))).rejects.toBe(error);
});
