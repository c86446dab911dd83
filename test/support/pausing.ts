import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';

/*
 * Loaded before the program (`--import`). It counts the moments in which the process is about to change a file, or is
 * before or after a transaction of SQLite, and stops the process (SIGSTOP) in the one whose number PAUSE_AT gives. At its
 * end the process writes how many there were to PAUSE_COUNT.
 */
const wanted = Number(process.env.PAUSE_AT);
let moments = 0;

function moment(): void {
  moments += 1;
  // A signal that a process sends itself may come late; this one comes before the command has ended that sends it.
  if (moments === wanted) spawnSync('kill', ['-STOP', String(process.pid)]);
}

type Anything = (...values: unknown[]) => unknown;

function pausing(target: object, names: readonly string[]): void {
  for (const name of names) {
    const original = Reflect.get(target, name) as Anything;
    Reflect.set(target, name, function (this: unknown, ...values: unknown[]) {
      moment();
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
  if (sql === 'BEGIN IMMEDIATE') moment();
  exec.call(this, sql);
  if (sql === 'COMMIT') moment();
};

const { PAUSE_COUNT } = process.env;
if (PAUSE_COUNT) process.once('exit', () => writeFileSync(PAUSE_COUNT, String(moments)));
