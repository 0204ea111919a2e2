/**
 * The hosts of the scene: names for one SSH server, each with a login of its own that begins in the host's own folder.
 * There: photos/releases/, photos/current as Capistrano lays them out, and the service.
 */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { path } from '../../../test/rig/servers/program.ts';
import { startServer } from '../../../test/rig/servers/server.ts';
import { type SshServer, startSshd } from '../../../test/rig/servers/sshd.ts';
import { type Closers, together } from '../scene.ts';

/** The last of them is not in the balancer yet: the rollout has not reached it. */
export const hostNames = ['web1', 'web2', 'web3', 'web4'] as const;
export const app = 'photos';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export interface Host {
  readonly name: string;
  /** What stands in place of its file system. */
  readonly folder: string;
  readonly port: number;
  /** The release that the link names. */
  readonly current: () => string;
  /** The release that the service runs. */
  readonly running: () => Promise<string>;
}

export interface Fleet {
  readonly hosts: readonly Host[];
  readonly sshConfig: string;
  readonly inventory: string;
}

export async function openFleet(folder: string, build: string, closers: Closers): Promise<Fleet> {
  const sshd = await startSshd();
  closers.add(() => sshd.stop());
  const hosts = await together(hostNames.map((name) => openHost(name, folder, build, closers)));
  const inventory = join(folder, 'hosts.ini');
  writeFileSync(inventory, `[web]\n${hostNames.join('\n')}\n`);
  return { hosts, sshConfig: logins(sshd, hosts, folder), inventory };
}

async function openHost(name: string, folder: string, build: string, closers: Closers): Promise<Host> {
  const home = join(folder, name);
  const place = join(home, app);
  layOut(place, folder, build);
  const portFile = join(home, 'port');
  const env = { ...process.env, APP: place, SHARED: join(folder, 'shared'), PORT_FILE: portFile };
  const port = () => Number(readFileSync(portFile, 'utf8'));
  const ask = async (what: string) => (await (await fetch(`http://127.0.0.1:${port()}/${what}`)).text()).trim();
  const ready = async () => (await ask('version')) !== '';
  const service = await startServer([process.execPath, here('./service.ts')], { folder: home, env, ready });
  closers.add(() => service.stop());
  const control = `#!/bin/sh\nexec '${process.execPath}' '${here('./control.ts')}' ${port()} "$@"\n`;
  writeFileSync(join(place, 'service'), control, { mode: 0o755 });
  const current = () => basename(readlinkSync(join(place, 'current')));
  return { name, folder: home, port: port(), current, running: () => ask('version') };
}

function layOut(place: string, folder: string, build: string): void {
  const release = join(place, 'releases', basename(build));
  mkdirSync(release, { recursive: true });
  copyFileSync(join(build, 'app.mts'), join(release, 'app.mts'));
  symlinkSync(join('releases', basename(build)), join(place, 'current'));
  symlinkSync(join(folder, 'shared'), join(place, 'shared'));
}

/** Each name has a key of its own, and the key decides in which folder the login begins. */
function logins(sshd: SshServer, hosts: readonly Host[], folder: string): string {
  const blocks = hosts.map(({ name, folder: home }) => {
    const key = join(folder, `${name}.key`);
    execFileSync(path('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key]);
    const command = `cd '${home}' && HOME=$PWD && export HOME && exec /bin/sh -c \\"$SSH_ORIGINAL_COMMAND\\"`;
    appendFileSync(join(sshd.folder, 'authorized'), `command="${command}" ${readFileSync(`${key}.pub`, 'utf8')}`);
    return `Host ${name}\n  IdentityFile ${key}\n`;
  });
  const config = join(folder, 'ssh_config');
  writeFileSync(config, `${blocks.join('')}Host *\nInclude ${sshd.config}\n`);
  chmodSync(config, 0o600);
  return config;
}
