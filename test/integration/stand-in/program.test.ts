import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const PROGRAM = join(import.meta.dirname, '../../../bin/stand-in.ts');

function start(...options: string[]) {
  const flags = ['--experimental-import-text', '--disable-warning=ExperimentalWarning'];
  return spawn(process.execPath, [...flags, PROGRAM, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs the program to its end. */
async function run(...options: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const child = start(...options);
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { status, stdout, stderr };
}

test('prints what a shell can read, serves, and ends at a signal', async () => {
  const child = start('--port', '0', '--mode', 'development');
  child.stdout.setEncoding('utf8');
  let printed = '';
  while (!printed.includes('Ctrl-C')) printed += (await once(child.stdout, 'data'))[0];
  const lines = printed.trimEnd().split('\n');
  expect(lines.filter((line) => !/^(# .*|export [A-Z_]+=[!-~]+)$/.test(line))).toEqual([]);
  const variables = Object.fromEntries(
    lines
      .flatMap((line) => [...line.matchAll(/^export (\w+)=(.*)$/g)])
      .map(([, name, value]) => [name, value]),
  );
  expect(Object.keys(variables).sort()).toEqual([
    'RECCOBEATS_API_URL',
    'SPOTIFY_ACCOUNTS_URL',
    'SPOTIFY_API_URL',
    'SPOTIFY_CLIENT_ID',
    'SPOTIFY_CLIENT_SECRET',
  ]);
  const answer = await fetch(`${variables.SPOTIFY_API_URL}/search?q=x&type=track`);
  expect(answer.status).toBe(401);
  const port = new URL(variables.SPOTIFY_API_URL ?? '').port;
  const taken = await run('--port', port);
  expect([taken.status, taken.stderr]).toEqual([1, expect.stringContaining(`port ${port} is taken`)]);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.each([
  [['--mode', 'premium'], 2, 'Allowed choices are extended, development'],
  [['--port', '70000'], 2, 'a port from 0 (any free one) to 65535'],
  [['--catalog', 'x'], 2, "unknown option '--catalog'"],
  [['--catalogue', '/nonexistent'], 1, '/nonexistent/artist.csv: there is no such file'],
])('%j is refused with status %d and one line', async (options, status, words) => {
  const ended = await run(...options);
  expect([ended.status, ended.stdout]).toEqual([status, '']);
  expect(ended.stderr).toContain(words);
  expect(ended.stderr).not.toContain('\n    at ');
});
