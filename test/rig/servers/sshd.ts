/**
 * A real OpenSSH server on a loopback port, with a host key, a user's key and a configuration of its own: as many
 * "hosts" as a test wants are names for it (`web01`, `web02`, …). What commands leave on the "hosts" lies in the folder.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { locate } from '../../../tools/test-servers.mjs';
import { freePort, type Server, serverFolder, startServer } from './server.ts';

export interface SshServer {
  readonly folder: string;
  readonly port: number;
  /** For `ssh -F` and `hosts: { sshConfig }`: every name but `nowhere*` and `stranger*` is this server. */
  readonly config: string;
  /** The same, with connections that are kept and shared. */
  readonly sharedConfig: string;
  readonly server: Server;
  /** Where the hosts remember what was begun (XDG_STATE_HOME there). */
  readonly state: string;
  /** Cuts every connection that is open now, as a network does: KILL to the server's sessions. */
  readonly cut: () => number;
  readonly stop: () => Promise<void>;
}

/** The benchmark uses this too: nothing of Jest may be loaded here. */
const program = (name: string): string => locate(name) ?? name;

export async function startSshd(): Promise<SshServer> {
  const { folder, remove } = serverFolder('sshd');
  const port = await freePort();
  const state = join(folder, 'state');
  // Also their HOME: a .bashrc of this machine must neither slow the "hosts" down nor change what they do.
  mkdirSync(state, { mode: 0o777 });
  // Debian's sshd wants it even where it is not used.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  for (const name of ['host', 'user', 'other'])
    execFileSync(program('ssh-keygen'), [
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-C',
      name,
      '-f',
      join(folder, `${name}.key`),
    ]);
  writeFiles(folder, port, state);
  const server = await startServer([program('sshd'), '-D', '-e', '-f', join(folder, 'sshd_config')], {
    folder,
    ready: () => greets(port),
  });
  const config = join(folder, 'ssh_config');
  const sharedConfig = join(folder, 'shared_config');
  return {
    folder,
    port,
    config,
    sharedConfig,
    server,
    state,
    cut: () => cutSessions(server.pid),
    stop: async () => {
      await server.stop();
      cutSessions(server.pid, folder);
      remove();
    },
  };
}

function writeFiles(folder: string, port: number, state: string): void {
  const file = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 });
  file('authorized', readFileSync(join(folder, 'user.key.pub'), 'utf8'));
  const hostKey = readFileSync(join(folder, 'host.key.pub'), 'utf8');
  file('known_hosts', `backout-test ${hostKey}`);
  file(
    'sshd_config',
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${join(folder, 'host.key')}
PidFile none
AuthorizedKeysFile ${join(folder, 'authorized')}
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
MaxStartups 2000
MaxSessions 1000
SetEnv XDG_STATE_HOME=${state} HOME=${state}
LogLevel ERROR
`,
  );
  const client = `Host nowhere*
  HostName 127.0.0.1
  Port 1
Host stranger*
  HostName 127.0.0.1
  HostKeyAlias unknown-key
  Port ${port}
Host refused*
  HostName 127.0.0.1
  HostKeyAlias backout-test
  IdentityFile ${join(folder, 'other.key')}
  Port ${port}
Host * !refused*
  IdentityFile ${join(folder, 'user.key')}
Host *
  HostName 127.0.0.1
  HostKeyAlias backout-test
  Port ${port}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${join(folder, 'known_hosts')}
  GlobalKnownHostsFile /dev/null
`;
  file('ssh_config', client);
  file(
    'shared_config',
    `${client}  ControlMaster auto\n  ControlPath ${join(folder, '%n.mux')}\n  ControlPersist 120\n`,
  );
}

/** Whether the server says who it is. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('data', (bytes: Buffer) => {
      socket.destroy();
      resolve(bytes.toString('latin1').startsWith('SSH-'));
    });
  });
}

/** The server's children are its connections; and, with `folder`, the shared connections of its clients. */
function cutSessions(server: number, folder?: string): number {
  let count = 0;
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const pid = Number(name);
    const text = textOf(`/proc/${pid}/cmdline`);
    const isSession = parentOf(pid) === server && /sshd/.test(programOf(pid));
    const isMaster = folder !== undefined && text.startsWith('ssh: ') && text.includes(folder);
    if (!isSession && !isMaster) continue;
    count += 1;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {}
  }
  return count;
}

function parentOf(pid: number): number {
  return Number(textOf(`/proc/${pid}/stat`).split(') ')[1]?.split(' ')[1]);
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return '';
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
