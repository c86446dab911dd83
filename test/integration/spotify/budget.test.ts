import { BudgetSpentError } from '../../../core/errors.ts';
import { inTurn } from '../../support/http-server.ts';
import { errorOf, PROVIDER, rawArtist, type Spotify, withSpotify } from '../../support/spotify.ts';

const OK = { json: rawArtist('a') };

/** Makes one request that is answered. */
function ask({ api, client }: Spotify) {
  api.respond = inTurn(OK);
  return client.artist('a');
}

test('the budget of the call counts tokens and retries', () =>
  withSpotify(
    async (spotify) => {
      spotify.api.respond = inTurn({ status: 500 }, OK);
      await spotify.client.artist('a');
      const error = await errorOf(spotify.client.artist('a'));
      expect(error).toBeInstanceOf(BudgetSpentError);
      expect(error.notBefore).toBeNull();
      expect(spotify.ledger).toMatchObject({ requests: 3, retries: 1 });
      expect(spotify.state.requests.get(PROVIDER)).toBe(3);
    },
    { callBudget: 3 },
  ));

test('concurrent requests keep to the budget of the call', () =>
  withSpotify(
    async (spotify) => {
      spotify.api.respond = inTurn(OK);
      const calls = await Promise.allSettled(Array.from({ length: 9 }, () => spotify.client.artist('a')));
      expect(calls.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
      expect(spotify.api.requests).toHaveLength(4);
      expect(spotify.ledger.requests).toBe(5);
    },
    { callBudget: 5 },
  ));

test('the budget of the day ends at midnight UTC', () =>
  withSpotify(
    async (spotify) => {
      await ask(spotify);
      await spotify.client.artist('a');
      const error = await errorOf(spotify.client.artist('a'));
      expect(error).toBeInstanceOf(BudgetSpentError);
      expect(error.notBefore).toBe(Date.UTC(2026, 10, 23));
      spotify.clock.advance(12 * 3_600_000);
      expect(await spotify.client.artist('a')).toMatchObject({ id: 'a' });
    },
    { dailyBudget: 3 },
  ));
