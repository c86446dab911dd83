import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openLocal } from '../bin/local.ts';
import { METHODS, type MethodName } from '../core/methods/method.ts';
import { compare } from '../lambdas/similarity/compare.ts';
import { putGeneratedDay } from '../test/support/generated-day.ts';

/**
 * How long a comparison of the largest day that is looked into keeps the event loop from what is due. A line a method:
 * its seconds, the longest delay in milliseconds, and how many delays exceeded 200 ms. `--stretches` prints each of these.
 */
const { values } = parseArgs({
  options: {
    artists: { type: 'string', default: '20000' },
    tracks: { type: 'string', default: '10' },
    playlists: { type: 'string', default: '10000' },
    methods: { type: 'string', default: METHODS.join() },
    database: { type: 'string' },
    stretches: { type: 'boolean', default: false },
  },
});
const LONG_MS = 200;
const [artists, tracks, playlists] = [values.artists, values.tracks, values.playlists].map(Number) as [
  number,
  number,
  number,
];
const folder = await mkdtemp(join(tmpdir(), 'soundalike-event-loop-'));
const { database } = values;
const local = await openLocal(folder, { database });
try {
  await putGeneratedDay(local, { artists, tracks, playlists });
  process.stdout.write('| method | seconds | longest delay (ms) | delays over 200 ms |\n|---|---|---|---|\n');
  for (const method of values.methods.split(',') as MethodName[]) {
    const delay = monitorEventLoopDelay({ resolution: 10 });
    const stretches: [from: number, milliseconds: number][] = [];
    let last = performance.now();
    const sampler = setInterval(() => {
      const now = performance.now();
      if (now - last > LONG_MS) stretches.push([last, now - last]);
      last = now;
    }, 5);
    const began = performance.now();
    delay.enable();
    await compare({ ...local, progress: () => {} }, { method });
    delay.disable();
    clearInterval(sampler);
    const seconds = (performance.now() - began) / 1000;
    process.stdout.write(
      `| ${[method, seconds.toFixed(1), (delay.max / 1e6).toFixed(0), stretches.length].join(' | ')} |\n`,
    );
    if (!values.stretches) continue;
    for (const [from, milliseconds] of stretches) {
      process.stderr.write(
        `${method} ${(from - began).toFixed(0)} ${milliseconds.toFixed(0)} ${(performance.timeOrigin + from).toFixed(0)}\n`,
      );
    }
  }
} finally {
  await local.close();
  await rm(folder, { recursive: true });
}
