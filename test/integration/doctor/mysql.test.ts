import { openMysql } from '../../../adapters/database/mysql.ts';
import { testDatabase } from '../../support/mariadb-database.ts';
import { byName, failing, withPatient } from './patient.ts';

const mysql = testDatabase();

test('a server is examined as SQLite is', () =>
  withPatient({}, async ({ examine }) => {
    const result = await examine({ openDatabase: async () => mysql.database });
    expect(failing(result)).toEqual(['artists']);
    expect(byName(result).database?.detail).toContain('up to date');
  }));

test('what a newer program has made of the tables is told', () =>
  withPatient({}, async ({ examine }) => {
    await mysql.admin('INSERT INTO schema_migrations (version) VALUES (999)');
    const result = await examine({ openDatabase: async () => mysql.database });
    expect(byName(result).database).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^expected tables of version \d+, got 999$/),
    });
  }));

test('a server that does not answer leaves the other checks to be made', () =>
  withPatient({}, async ({ examine }) => {
    const url = Object.assign(new URL(mysql.url), { port: '1', password: 'sesame' }).href;
    const result = await examine({ openDatabase: () => openMysql(url) });
    expect(failing(result)).toEqual(['database', 'artists', 'runs', 'agreement']);
    expect(byName(result).database?.detail).toContain('ECONNREFUSED');
    expect(JSON.stringify(result)).not.toContain('sesame');
  }));
