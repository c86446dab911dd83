import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAKE } from '../support/aws/cloud.ts';
import { STACK, serveStack } from '../support/aws/deployed-stack.ts';
import { type CliOptions, documentOf, type Ended, errorOf, soundalike } from '../support/cli.ts';
import { serve } from '../support/http-server.ts';
import { filesBelow } from '../support/pipeline.ts';

let root: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-explore-'));
  data = join(root, 'data');
  for (const date of ['2026-11-21', '2026-11-22']) {
    const { status } = await soundalike(['run', '--data', data, '--date', date, '--json']);
    expect(status).toBe(0);
  }
});
afterAll(() => rm(root, { recursive: true }));

/** Runs `explore` as long as somebody looks at it, and ends it as a user would. */
async function exploring(
  args: string[],
  look: (url: string) => Promise<void>,
  { signal = 'SIGINT', ...options }: CliOptions & { signal?: 'SIGINT' | 'SIGTERM' } = {},
): Promise<Ended> {
  let [end, found, printed] = [(): unknown => undefined, (_: string): void => {}, ''];
  const url = new Promise<string>((resolve) => {
    found = resolve;
  });
  const ended = soundalike(['explore', '--no-open', '--port', '0', ...args], {
    ...options,
    started: (process) => {
      end = () => process.kill(signal);
    },
    printed: (line) => {
      printed += line;
      const [told] = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}/.exec(printed) ?? [];
      if (told) found(told);
    },
  });
  try {
    // A command that ends before it serves has its error to tell.
    const reached = await Promise.race([url, ended.then(() => '')]);
    if (reached) await look(reached);
  } finally {
    end();
  }
  return await ended;
}
/** What the explorer at a printed URL answers to a path, to who has its token. */
async function json<T>(printed: string, path: string): Promise<T> {
  const url = new URL(path, printed);
  url.searchParams.set('token', new URL(printed).searchParams.get('token') ?? '');
  return (await fetch(url)).json() as Promise<T>;
}
interface Artists {
  artists: { id: string; name: string }[];
}

test('what the page is told is what the commands print', async () => {
  const [here, onData] = [
    ['--data', data],
    (command: string[]) => soundalike([...command, '--data', data, '--json']),
  ];
  const { artists } = documentOf<Artists>(await onData(['artists', 'list']));
  const { status, stdout, stderr } = await exploring(here, async (url) => {
    const catalogue = await json<Artists & { run: string }>(url, `api/catalogue`);
    for (const { id, name } of [catalogue.artists[3], catalogue.artists[77]] as Artists['artists']) {
      expect(artists.find((artist) => artist.id === id)?.name).toBe(name);
      const similar = documentOf(await onData(['similar', id, '--limit', '7']));
      expect(await json(url, `api/similar?artist=${id}&limit=7`)).toEqual(similar);
      expect(await json(url, `api/similar?artist=${encodeURIComponent(name)}&limit=7`)).toEqual(similar);
      expect(await json(url, `api/drift?artist=${id}`)).toEqual(documentOf(await onData(['drift', id])));
    }
    expect((await fetch(new URL('/api/catalogue', url))).status).toBe(403);
    const page = await fetch(url);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<script>');
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/);
});

test('with --json the URL comes as a document, and SIGTERM ends it well', async () => {
  let reached = '';
  const ended = await exploring(
    ['--data', data, '--json'],
    async (url) => {
      reached = url;
    },
    { signal: 'SIGTERM' },
  );
  expect([ended.status, documentOf(ended)]).toEqual([0, { url: reached }]);
});

test('an empty folder can be explored: it says that there is nothing yet', async () => {
  const { status } = await exploring(['--data', join(root, 'empty')], async (url) => {
    expect(await json(url, `api/catalogue`)).toMatchObject({ run: '', artists: [] });
    expect(await json(url, `api/similar?artist=x`)).toMatchObject({ error: { code: 'unknown-artist' } });
    expect((await fetch(url)).status).toBe(200);
  });
  expect([status, existsSync(join(root, 'empty'))]).toEqual([0, false]);
});

test('a stack is explored by its lake, which is read and never written', async () => {
  const stack = await serveStack();
  try {
    for (const key of await filesBelow(join(data, 'lake'))) {
      stack.s3.objects.set(`${LAKE}/${key}`, await readFile(join(data, 'lake', key)));
    }
    const ask = (command: string[]) => soundalike([...command, '--data', data, '--json']);
    const { status, stderr } = await exploring(
      ['--stack', STACK],
      async (url) => {
        const { artists } = await json<Artists>(url, `api/catalogue`);
        const { id = '' } = artists[5] ?? {};
        const similar = documentOf(await ask(['similar', id]));
        expect(await json(url, `api/similar?artist=${id}`)).toEqual(similar);
        const { runs } = await json<{ runs: { cost: number | null }[] }>(url, `api/runs`);
        expect(runs.length).toBeGreaterThan(3);
        expect(runs.every(({ cost }) => cost !== null && cost < 0.01)).toBe(true);
        const { plays } = await json<{ plays: unknown[] }>(url, `api/listening`);
        expect(plays.length).toBeGreaterThan(0);
      },
      { environment: stack.environment },
    );
    expect([status, stderr]).toEqual([0, '']);
    const drift = (args: string[], environment = {}) =>
      soundalike(['drift', ...args, '--json'], { environment });
    const { artists } = documentOf<Artists>(await ask(['artists', 'list']));
    const { id = '' } = artists[9] ?? {};
    const remote = await drift([id, '--stack', STACK], stack.environment);
    expect(documentOf(remote)).toEqual(documentOf(await drift([id, '--data', data])));
    expect(new Set(stack.s3.requests.map(({ line }) => line.split(' ')[0]))).toEqual(
      new Set(['GET', 'HEAD']),
    );
    expect(stack.lambda.invocations).toEqual([]);
  } finally {
    await stack.close();
  }
});

test('drift in words, and what is wrong with it', async () => {
  const [artist] = documentOf<Artists>(
    await soundalike(['artists', 'list', '--data', data, '--json']),
  ).artists;
  const told = await soundalike(['drift', artist?.id ?? '', '--data', data]);
  expect([told.status, told.stderr]).toEqual([0, '']);
  expect(told.stdout).toContain(`${artist?.name} from 2026-11-21 to 2026-11-22 (mean): moved by 0.0000.`);
  const wrong = await soundalike(['drift', 'x', '--from', 'noon', '--data', data, '--json']);
  expect(errorOf(wrong, 2).code).toBe('usage');
  const nobody = await soundalike(['drift', 'Zzzzzzzzzzzzzz', '--data', data, '--json']);
  expect(errorOf(nobody, 1).code).toBe('unknown-artist');
});

test('a port that is taken, and one that is none', async () => {
  const other = await serve(() => ({}));
  const { port } = new URL(other.url);
  try {
    for (const [asked, words] of [
      [port, 'to be free'],
      ['70000', 'port'],
    ] as const) {
      const ended = await soundalike(['explore', '--no-open', '--port', asked, '--data', data, '--json']);
      expect(errorOf(ended, 2).message).toContain(words === 'port' ? '70000' : words);
    }
  } finally {
    await other.close();
  }
});
