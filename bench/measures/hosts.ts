/**
 * `true` on many loopback hosts, 50 at once, with connections to be made and with connections that are open already. What
 * any run costs before its first step, measured beside it, is taken off before a ratio is taken.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SshServer, startSshd } from '../../test/rig/servers/sshd.ts';
import { backout, unlessOnPath } from '../contenders.ts';
import { inTurn, type Rounds, ratioOf, values } from '../rounds.ts';
import { median } from '../statistics.ts';
import { type Call, type Scratch, time } from '../stopwatch.ts';
import { playbook } from '../work.ts';
import { type Bench, type Row, ratioAtMost, type Target } from './measure.ts';

const wide = 50;
const few = 50;
const many = 1_000;

export async function hosts(bench: Bench): Promise<readonly Row[]> {
  const server = await startSshd();
  try {
    return [
      ...compared(bench, 'no connection open', server.config),
      ...compared(bench, 'connections open', withOpenConnections(bench.scratch, server)),
      ...(bench.quick ? [] : growth(bench, throughOneConnection(server))),
    ];
  } finally {
    await server.stop();
  }
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `h${index + 1}`);

interface Opponent {
  readonly title: string;
  readonly call: Call;
  readonly target: Target;
  readonly missing?: string;
}

function compared(bench: Bench, situation: string, config: string): Row[] {
  const { scratch } = bench;
  const opponents = opponentsOf(config);
  const taken = inTurn(
    [
      once(scratch, 'backout', run(scratch, config, few)),
      once(scratch, 'start', start(scratch)),
      ...opponents.filter(({ missing }) => missing === undefined).map(({ title, call }) => once(scratch, title, call)),
    ],
    bench.limits(7),
  );
  const work = `true on ${few} SSH hosts, ${wide} at once, ${situation}`;
  const ours = withoutStart(taken, 'backout');
  return opponents.map(({ title, target, missing }): Row => {
    const row = { measure: 'hosts', work, against: title, unit: 'ms', target } as const;
    if (missing !== undefined) return { ...row, ours: null, theirs: null, ratio: null, note: missing };
    const theirs = values(taken, title, 'ms');
    return { ...row, ours: median(ours), theirs: median(theirs), ratio: ratioOf(ours, theirs) };
  });
}

/** Through one connection, so that what is measured is our own cost and not the key exchange. */
function growth(bench: Bench, config: string): Row[] {
  const { scratch } = bench;
  const counts = [few, many];
  const calls = counts.map((count) => once(scratch, String(count), run(scratch, config, count)));
  const taken = inTurn([once(scratch, 'start', start(scratch)), ...calls], bench.limits(3));
  const [low = [], high = []] = counts.map((count) => withoutStart(taken, String(count)).map((ms) => ms / count));
  const work = `true on ${many} SSH hosts, ${wide} at once, one connection: ms a host`;
  const row = { measure: 'hosts', work, against: `backout on ${few} hosts`, unit: 'ms' } as const;
  return [{ ...row, ours: median(high), theirs: median(low), ratio: ratioOf(high, low), target: ratioAtMost(1.1) }];
}

function once(scratch: Scratch, name: string, call: Call) {
  return { name, once: () => ({ ms: time(scratch, call).ms }) };
}

function withoutStart(taken: Rounds, name: string): readonly number[] {
  const starts = values(taken, 'start', 'ms');
  return values(taken, name, 'ms').map((ms, round) => ms - (starts[round] ?? 0));
}

function start(scratch: Scratch): Call {
  return backout(scratch, ['run', playbook(scratch, { steps: 1, command: 'true', wide: 1 }), '--yes']);
}

function run(scratch: Scratch, sshConfig: string, count: number): Call {
  const file = join(scratch.path, `hosts-${count}.yaml`);
  const list = `{ list: ['h[1:${count}]'], concurrency: ${wide}, connectTimeout: 5m, sshConfig: ${sshConfig} }`;
  writeFileSync(file, `name: hosts\nphases:\n  restore:\n    - { run: 'true', hosts: ${list} }\n`);
  return backout(scratch, ['run', copyOf(file, sshConfig), '--yes']);
}

/** The same work with another configuration is another playbook. */
function copyOf(file: string, sshConfig: string): string {
  const copy = `${file}.${sshConfig.split('/').at(-1)}.yaml`;
  writeFileSync(copy, readFileSync(file));
  return copy;
}

function opponentsOf(config: string): readonly Opponent[] {
  const ssh = `printf '%s\\n' ${names(few).join(' ')} | xargs -P${wide} -I{} ssh -F ${config} {} true`;
  return [
    { title: 'xargs -P50 ssh', call: { argv: ['sh', '-c', ssh] }, target: ratioAtMost(1.3) },
    { title: 'ansible, raw module', ...ansible(config, 'raw'), target: ratioAtMost(0.25) },
    { title: 'ansible, command module', ...ansible(config, 'command'), target: ratioAtMost(1 / 15) },
  ];
}

function ansible(config: string, module: string): Pick<Opponent, 'call' | 'missing'> {
  const inventory = `${names(few).join(',')},`;
  const python = 'ansible_python_interpreter=/usr/bin/python3';
  const argv = ['ansible', 'all', '-i', inventory, '-e', python, '-m', module, '-a', 'true', '-f', String(wide)];
  const env = { LC_ALL: 'C.UTF-8', ANSIBLE_SSH_ARGS: `-F ${config}`, ANSIBLE_TIMEOUT: '300' };
  return { call: { argv, env }, ...unlessOnPath('ansible', 'apt-get install ansible-core') };
}

function withOpenConnections(scratch: Scratch, { sharedConfig }: SshServer): string {
  for (const name of names(few)) time(scratch, { argv: ['ssh', '-F', sharedConfig, name, 'true'] });
  return sharedConfig;
}

function throughOneConnection({ folder, sharedConfig }: SshServer): string {
  const config = join(folder, 'one_config');
  writeFileSync(config, readFileSync(sharedConfig, 'utf8').replace('%n.mux', 'one.mux'), { mode: 0o600 });
  return config;
}
