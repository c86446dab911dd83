import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Installs Debian's packages as root, unless a shell finds that `there` they are by now. One test file at a time is at
 * it, whatever it wants: APT refuses a second one that runs beside it. Tells whether all went well.
 */
export function aptInstall(there: string, packages: readonly string[]): boolean {
  const script = `${there} && exit
apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"`;
  const lock = join(tmpdir(), 'soundalike-apt.lock');
  const { status } = spawnSync('flock', [lock, 'sh', '-c', script, 'sh', ...packages], { stdio: 'ignore' });
  return status === 0;
}
