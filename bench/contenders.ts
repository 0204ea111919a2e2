/** Who does the work: backout, and what people use instead. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Call, Scratch } from './stopwatch.ts';
import { ansiblePlaybook, justfile, makefile, playbook, type Work } from './work.ts';

export const names = ['backout', 'node', 'durable', 'make', 'just', 'xargs', 'listr2', 'zx', 'ansible'] as const;
export type ContenderName = (typeof names)[number];

export interface Tool {
  /** As it stands in the table. */
  readonly title: string;
  readonly call: (scratch: Scratch, work: Work) => Call;
  /** How to get it, where it is not on the machine. */
  readonly missing?: string;
}

export type Contenders = Readonly<Record<ContenderName, Tool>>;

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const node = process.execPath;

export function findContenders(): Contenders {
  return {
    backout: {
      title: 'backout',
      call: (scratch, work) => backout(scratch, ['run', playbook(scratch, work), '--yes']),
    },
    node: { title: 'node -e 0', call: () => ({ argv: [node, '-e', '0'] }) },
    durable: {
      title: 'bash, a log line and fsync before and after each step',
      call: (scratch, { steps }) => ({
        argv: ['bash', path('./peers/durable.sh'), String(steps), join(scratch.path, 'durable.log')],
      }),
    },
    make: {
      title: 'GNU make',
      call: (scratch, work) => ({ argv: ['make', '-f', makefile(scratch, work), `-j${work.wide}`] }),
      ...unlessOnPath('make', 'apt-get install make'),
    },
    just: {
      title: 'just',
      call: (scratch, work) => ({ argv: ['just', '-f', justfile(scratch, work)] }),
      ...unlessOnPath('just', 'install just (a native binary, not the npm wrapper) in /usr/local/bin'),
    },
    xargs: {
      title: 'xargs -P',
      call: (_, { steps, command, wide }) => ({
        argv: ['sh', '-c', `seq ${steps} | xargs -P${wide} -n1 sh -c '${command}'`],
      }),
    },
    listr2: { title: 'listr2 + execa', call: (_, work) => script('./peers/listr2.mjs', work) },
    zx: { title: 'zx', call: (_, work) => script('./peers/zx.mjs', work) },
    ansible: {
      title: 'ansible-playbook, shell module',
      call: (scratch, work) => ansible(ansiblePlaybook(scratch, work)),
      ...unlessOnPath('ansible-playbook', 'apt-get install ansible-core'),
    },
  };
}

/** The built program, in a home of its own. */
export function backout(scratch: Scratch, args: readonly string[]): Call {
  const env = { BACKOUT_HOME: join(scratch.path, 'state') };
  return { argv: [node, path('../bin/backout.js'), ...args], env };
}

function script(file: string, { steps, command, wide }: Work): Call {
  return { argv: [node, path(file), String(steps), command, String(wide)] };
}

/** The system's Python: a shim that looks for one would be timed too. */
function ansible(file: string): Call {
  const argv = ['ansible-playbook', '-i', 'localhost,', '-e', 'ansible_python_interpreter=/usr/bin/python3', file];
  return { argv, env: { LC_ALL: 'C.UTF-8' } };
}

export function unlessOnPath(program: string, remedy: string): { missing?: string } {
  const found = ['/usr/local/bin', '/usr/bin', '/bin'].some((folder) => existsSync(join(folder, program)));
  return found ? {} : { missing: `not on this machine: ${remedy}` };
}
