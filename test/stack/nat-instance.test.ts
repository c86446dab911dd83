import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './synthesise.ts';

const userData = readFileSync(join(root, 'lib/nat-instance.sh'), 'utf8');
/** What the machine runs at each start. */
const script = /<< 'SCRIPT'\n(.*)^SCRIPT$/ms.exec(userData)?.[1] ?? '';

/** The machine's programs, as far as the script needs them: what they are asked is kept in files. */
const PROGRAMS: Record<string, string> = {
  swapon: 'if [ "$1" = --show=NAME ]; then cat on 2>/dev/null || true; else echo "$1" >> on; fi',
  mkswap: 'echo swap > "$1"',
  sysctl: 'echo "$2" > sysctl',
  ip: 'if [ -e no-network ]; then exit 0; fi; echo "default via 10.73.0.1 dev ens5 proto dhcp"',
  // Locked as long as there is such a file.
  dnf: `echo "$@" >> dnf; if [ -e locked ]; then exit 1; fi; cp iptables.program bin/iptables`,
  // -C finds rules, -A adds them.
  'iptables.program': `#!/bin/bash
rule=\${*:4}
if [ "$3" = -C ]; then grep -qxF -- "$rule" rules 2>/dev/null; else echo "$rule" >> rules; fi`,
};

let folder: string;
const at = (file: string) => join(folder, file);
const contentOf = (file: string) =>
  existsSync(at(file)) ? readFileSync(at(file), 'utf8').split('\n').slice(0, -1) : [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soundalike-nat-'));
  spawnSync('mkdir', [at('bin')]);
  for (const [name, text] of Object.entries(PROGRAMS)) {
    const path = name.includes('.') ? at(name) : at(`bin/${name}`);
    writeFileSync(path, text.startsWith('#!') ? text : `#!/bin/bash\n${text}\n`);
    chmodSync(path, 0o755);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts the unit once; systemd starts it again where this fails. */
const start = (): number | null =>
  spawnSync('bash', ['-c', script], {
    cwd: folder,
    env: { PATH: [at('bin'), '/usr/bin', '/bin'].join(delimiter), SWAP_FILE: at('swapfile') },
  }).status;

const RULE = ['POSTROUTING -o ens5 -j MASQUERADE'];

test('makes room in memory, installs, and forwards', () => {
  expect(start()).toBe(0);
  expect(statSync(at('swapfile')).mode & 0o777).toBe(0o600);
  expect(contentOf('on')).toEqual([at('swapfile')]);
  expect(contentOf('dnf')).toEqual(['install -y iptables-services']);
  expect(contentOf('sysctl')).toEqual(['net.ipv4.ip_forward=1']);
  expect(contentOf('rules')).toEqual(RULE);
});

test("fails while the package manager's lock is held, and is whole when it is let go", () => {
  writeFileSync(at('locked'), '');
  expect([start(), start()]).not.toContain(0);
  expect(contentOf('rules')).toEqual([]);
  rmSync(at('locked'));
  expect(start()).toBe(0);
  expect([contentOf('rules'), contentOf('on')]).toEqual([RULE, [at('swapfile')]]);
});

test('fails until the network is there', () => {
  writeFileSync(at('no-network'), '');
  expect(start()).not.toBe(0);
  rmSync(at('no-network'));
  expect(start()).toBe(0);
  expect(contentOf('rules')).toEqual(RULE);
});

test('does it all again at a later start, which has forgotten rules and swap, and adds nothing twice', () => {
  expect(start()).toBe(0);
  rmSync(at('on'));
  rmSync(at('rules'));
  expect([start(), start()]).toEqual([0, 0]);
  expect([contentOf('rules'), contentOf('on')]).toEqual([RULE, [at('swapfile')]]);
  expect(contentOf('dnf')).toHaveLength(1);
});

test('says what it does on the console, since nothing can log in to the machine', () => {
  expect(userData).toMatch(/^StandardOutput=journal\+console$/m);
});

test('is tried again for ever, at each start of the machine', () => {
  expect(userData).toMatch(/^Restart=on-failure$/m);
  expect(userData).toMatch(/^TimeoutStartSec=600$/m);
  expect(userData).toMatch(/^StartLimitIntervalSec=0$/m);
  expect(userData).toMatch(/^WantedBy=multi-user\.target$/m);
  expect(spawnSync('bash', ['-n'], { input: userData }).status).toBe(0);
});
