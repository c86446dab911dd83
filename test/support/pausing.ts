import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';

/*
 * Loaded before the program (`--import`). It counts the moments in which the process is about to change a file, or is
 * before or after a transaction of SQLite, or at a statement that changes a server's database, and stops the process
 * (SIGSTOP) in the one whose number PAUSE_AT gives, or kills it where PAUSE_SIGNAL is KILL. At its end the process writes
 * what the moments were to PAUSE_COUNT, one a line.
 */
const wanted = Number(process.env.PAUSE_AT);
const signal = process.env.PAUSE_SIGNAL ?? 'STOP';
/** Whether moments within a server's transaction count: a pause there is a pause of all, until the server ends it. */
const isWithin = signal === 'KILL' || process.env.PAUSE_WITHIN !== undefined;
const moments: string[] = [];

function moment(name: string): void {
  // A signal that a process sends itself may come late; this one comes before the command has ended that sends it.
  if (moments.push(name) === wanted) spawnSync('kill', [`-${signal}`, String(process.pid)]);
}

type Anything = (...values: unknown[]) => unknown;

function pausing(target: object, names: readonly string[]): void {
  for (const name of names) {
    const original = Reflect.get(target, name) as Anything;
    Reflect.set(target, name, function (this: unknown, ...values: unknown[]) {
      moment(name);
      return original.apply(this, values);
    });
  }
}

pausing(promises, ['rename', 'rm', 'writeFile', 'copyFile']);
const handle = await promises.open(process.execPath);
pausing(Object.getPrototypeOf(handle), ['sync', 'writeFile']);
await handle.close();
syncBuiltinESMExports();

// Within a transaction nobody else gets in: a pause there is a pause of all.
const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  if (sql === 'BEGIN IMMEDIATE') moment(`before ${sql}`);
  exec.call(this, sql);
  if (sql === 'COMMIT') moment(`after ${sql}`);
};

if (process.argv.includes('--database')) pausingMysql((await import('mysql2')).default);

/** Counts the moments before a statement that changes something, when it is sent, and when it is answered. */
function pausingMysql(mysql2: object): void {
  const { prototype } = Reflect.get(mysql2, 'Connection') as { prototype: { query: Anything } };
  const { query } = prototype;
  const busy = new WeakSet<object>();
  prototype.query = function (this: object, ...values: unknown[]) {
    const [statement] = values as [string | { sql: string }];
    const sql = (typeof statement === 'string' ? statement : statement.sql).replace(/^(--.*\n)+/, '');
    const name = sql.split(/\s+/, 3).join(' ');
    if (/^(SELECT|SET|SHOW)\b/.test(sql)) return query.apply(this, values);
    const answered = values.pop() as Anything;
    const at = (when: string) => {
      if (isWithin || !busy.has(this)) moment(`${when} ${name}`);
    };
    at('before');
    if (sql === 'START TRANSACTION') busy.add(this);
    const sent = query.call(this, ...values, (...answer: unknown[]) => {
      at('after');
      answered(...answer);
    });
    if (sql === 'COMMIT') busy.delete(this);
    at('at');
    return sent;
  };
}

const { PAUSE_COUNT } = process.env;
if (PAUSE_COUNT) process.once('exit', () => writeFileSync(PAUSE_COUNT, moments.join('\n')));
