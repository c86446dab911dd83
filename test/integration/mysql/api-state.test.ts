import { testDatabase } from '../../support/mariadb-database.ts';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const PROVIDER = 'spotify:test';

const mysql = testDatabase();

test.each([1, 50])(
  'processes that ask at once are never admitted more often than %d times a day',
  async (budget) => {
    const pools = [mysql.database, await mysql.open(), await mysql.open()];
    const asked = Array.from({ length: 90 }, (_, i) =>
      pools[i % pools.length]?.apiState.admit(PROVIDER, NOW, budget),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer?.admitted)).toHaveLength(budget);
    expect(await mysql.admin('SELECT requests FROM api_state')).toEqual([{ requests: budget }]);
    const midnight = Date.parse('2026-11-23');
    expect(await mysql.database.apiState.admit(PROVIDER, NOW, budget)).toEqual({
      admitted: false,
      why: 'budget',
      notBefore: midnight,
    });
    expect(await mysql.database.apiState.admit(PROVIDER, midnight, budget)).toEqual({ admitted: true });
  },
);

test('without a bound all are admitted', async () => {
  expect(await mysql.database.apiState.admit(PROVIDER, NOW, Number.POSITIVE_INFINITY)).toEqual({
    admitted: true,
  });
});

test('a provider that asked to wait is left alone by every process', async () => {
  await mysql.database.apiState.postpone(PROVIDER, NOW + 1000);
  // An answer to a request that was under way then asks for less.
  await mysql.database.apiState.postpone(PROVIDER, NOW + 10);
  const other = await mysql.open();
  expect(await other.apiState.admit(PROVIDER, NOW, 9)).toEqual({
    admitted: false,
    why: 'not-before',
    notBefore: NOW + 1000,
  });
  expect(await other.apiState.admit(PROVIDER, NOW + 1000, 9)).toEqual({ admitted: true });
});

test('what processes find missing at once is all remembered', async () => {
  const pools = [mysql.database, await mysql.open()];
  const found = Array.from({ length: 10 }, (_, i) =>
    pools[i % 2]?.apiState.setMissing(PROVIDER, `c${i}`, NOW + i),
  );
  await Promise.all(found);
  expect(Object.keys(await mysql.database.apiState.capabilities(PROVIDER)).sort()).toEqual(
    Array.from({ length: 10 }, (_, i) => `c${i}`),
  );
});
