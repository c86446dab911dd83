import type { Connection } from 'mysql2/promise';
import type { Ask } from './agreement.ts';
import type { TestServer } from './mariadb.ts';

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

/** Asks a database of a server; rows come as plain objects. */
export const asks =
  ({ admin }: { admin: Connection }, url: string): Ask =>
  async (sql) => {
    await admin.query(`USE ${nameOf(url)}`);
    const [rows] = await admin.query(sql);
    return (rows as Record<string, unknown>[]).map((row) => ({ ...row }));
  };

/** Makes a database with the tables and rows of another. */
export async function copiedDatabase(server: TestServer, from: string): Promise<string> {
  const to = await server.newDatabase();
  const tables = (await asks(server, from)('SHOW TABLES')).flatMap(Object.values) as string[];
  for (const table of tables) {
    const [copy, original] = [`${nameOf(to)}.${table}`, `${nameOf(from)}.${table}`];
    await server.admin.query(`CREATE TABLE ${copy} LIKE ${original}`);
    await server.admin.query(`INSERT INTO ${copy} SELECT * FROM ${original}`);
  }
  return to;
}
