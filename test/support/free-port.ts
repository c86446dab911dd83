import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that a system gives away by itself (Linux: from 32,768 on): whoever asks for any port is not given one of these. */
const [FIRST, LAST] = [15_000, 32_000];

/** A port of 127.0.0.1 that is free, and still is when the program that it is for is ready to take it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    const server = createServer();
    const isFree = once(server.listen(port, '127.0.0.1'), 'listening').then(
      () => true,
      () => false,
    );
    if (!(await isFree)) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
