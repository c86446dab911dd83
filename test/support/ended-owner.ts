import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = `
import { thisHost } from ${JSON.stringify(join(import.meta.dirname, '../../adapters/system.ts'))};
process.stdout.write(thisHost.owner);
`;

/** The name, as an owner of leases, of a process of this host that has ended. */
export const endedOwner = (): string =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], { encoding: 'utf8' });
