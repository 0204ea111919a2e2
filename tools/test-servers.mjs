/**
 * The real servers and programs that the tests use: Debian's packages, installed where they are missing and this may
 * be done (root on Debian). Elsewhere their tests are left out by name, or fail with CI=true (test/rig/servers).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Program by the Debian package that brings it. */
export const packages = {
  postgresql: ['pg_ctl', 'pg_restore', 'initdb'],
  'mariadb-server': ['mariadbd', 'mariadb-install-db'],
  'redis-server': ['redis-server', 'redis-cli'],
  nginx: ['nginx'],
  haproxy: ['haproxy'],
  'openssh-server': ['sshd'],
  'openssh-client': ['ssh', 'ssh-keygen'],
  restic: ['restic'],
  rsync: ['rsync'],
  git: ['git'],
  bind9: ['named'],
  'bind9-dnsutils': ['dig', 'nsupdate'],
  prometheus: ['prometheus', 'promtool'],
  openssl: ['openssl'],
  zstd: ['zstd'],
  'kubernetes-client': ['kubectl'],
};

/** Where servers lie that are not on every PATH. */
const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', ...postgresFolders()];

function postgresFolders() {
  const found = spawnSync('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin 2>/dev/null'], { encoding: 'utf8' });
  return found.stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort()
    .reverse();
}

/** Absolute path; undefined where it is not on this machine. */
export function locate(program) {
  return folders.map((folder) => `${folder}/${program}`).find((path) => existsSync(path));
}

export function packageOf(program) {
  return Object.entries(packages).find(([, programs]) => programs.includes(program))?.[0];
}

/** Installs what is missing, where this may be done; says so, and how, where not. */
export function install() {
  const missing = Object.keys(packages).filter((name) => packages[name].some((program) => !locate(program)));
  if (missing.length === 0) return;
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  const command = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing];
  if (!mayInstall) {
    console.error(
      `Tests of real servers are left out: ${missing.join(', ')} missing. Install: sudo ${command.join(' ')}`,
    );
    return;
  }
  console.error(`Installing what the tests need: ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const call = ([program, ...args]) => spawnSync(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status;
  // The list of packages may be absent or old on a fresh machine.
  if (call(command) === 0) return;
  call(['apt-get', 'update']);
  if (call(command) !== 0) console.error(`It failed. By hand: ${command.join(' ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install();
