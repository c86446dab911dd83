import { type Deployed, synthesise } from './synthesise.ts';

const NAME = 'ReplaceDatabaseBy';

/** The parameter's value of a deployment: what the caller says, else what it was before, else the default. */
const parameterOf = ({ Parameters }: Deployed, before?: string, said?: string): string | undefined =>
  said ?? before ?? Parameters[NAME]?.Default;

/** The texts of the rules that a deployment with this value does not hold. */
const refusals = ({ Rules }: Deployed, value: string | undefined): string[] =>
  (Rules.DatabaseIsKept?.Assertions ?? [])
    .filter(({ Assert }) => {
      const [left, right] = (Assert as { 'Fn::Equals': [{ Ref: string }, string] })['Fn::Equals'];
      expect(left).toEqual({ Ref: NAME });
      return value !== right;
    })
    .map(({ AssertDescription }) => AssertDescription);

const [mysql, mariadb] = [synthesise(), synthesise({ database: 'mariadb' })];
const before = parameterOf(mysql);

test('the first deployment, and each one with the same database, is let through', () => {
  expect(refusals(mysql, before)).toEqual([]);
  const production = synthesise({ production: true, backupDays: 7, databaseInstance: 't4g.small' });
  expect(refusals(production, parameterOf(production, before))).toEqual([]);
});

test('another database is refused, and the line says how to confirm it by its name', () => {
  expect(refusals(mariadb, parameterOf(mariadb, before))).toEqual([
    expect.stringContaining('npm run deploy -- --parameters ReplaceDatabaseBy=mariadb'),
  ]);
  expect(refusals(mariadb, parameterOf(mariadb, before, 'yes'))).toHaveLength(1);
  expect(refusals(mariadb, parameterOf(mariadb, before, 'mariadb'))).toEqual([]);
});

test('what was confirmed once holds for the deployments after it', () => {
  const confirmed = parameterOf(mariadb, before, 'mariadb');
  expect(refusals(mariadb, parameterOf(mariadb, confirmed))).toEqual([]);
  expect(refusals(mysql, parameterOf(mysql, confirmed))).toHaveLength(1);
});

test('a database that was restored is that of its snapshot, which a later deployment must name too', () => {
  const restored = synthesise({ databaseSnapshot: 'of-monday' });
  expect(refusals(restored, parameterOf(restored))).toEqual([]);
  expect(refusals(restored, before)).toEqual([
    expect.stringContaining('--parameters ReplaceDatabaseBy=mysql:of-monday'),
  ]);
  expect(refusals(mysql, parameterOf(mysql, parameterOf(restored)))).toHaveLength(1);
});
