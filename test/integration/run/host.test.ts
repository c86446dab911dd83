import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { thisHost } from '../../../adapters/system.ts';

/** A process that runs until its standard input ends. */
const startChild = () =>
  spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });

const ownerOf = (pid: number | undefined, start: string): string =>
  `${hostname()} process ${pid} started ${start}`;

test('the owner is host, process and start time, and alive', () => {
  expect(thisHost.owner).toMatch(new RegExp(`^${hostname()} process ${process.pid} started \\d+$`));
  expect(thisHost.isGone(thisHost.owner)).toBe(false);
});

test('a process that has ended is gone', async () => {
  const child = startChild();
  await once(child, 'spawn');
  const owner = ownerOf(child.pid, 'unknown');
  expect(thisHost.isGone(owner)).toBe(false);
  child.stdin.end();
  await once(child, 'exit');
  expect(thisHost.isGone(owner)).toBe(true);
});

test('a process with the same id that started at another time is not the owner', () => {
  const [, start] = / started (\d+)$/.exec(thisHost.owner) ?? [];
  expect(thisHost.isGone(ownerOf(process.pid, `${start}`))).toBe(false);
  expect(thisHost.isGone(ownerOf(process.pid, `${Number(start) - 1}`))).toBe(true);
  expect(thisHost.isGone(ownerOf(process.pid, 'unknown'))).toBe(false);
});

test('of other hosts, and of owners that are none, nothing is known', () => {
  expect(thisHost.isGone('elsewhere process 1 started 1')).toBe(false);
  expect(thisHost.isGone(`not ${ownerOf(2 ** 22, '1')}`)).toBe(false);
  expect(thisHost.isGone('')).toBe(false);
});
