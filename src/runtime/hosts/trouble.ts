/** Why ssh did not get through, from what it said: what, and what to do about it. */
import type { Host } from '../../plan/plan.ts';
import { quoted } from './program.ts';
import type { Setting } from './ssh.ts';

export interface Trouble {
  /** One line. */
  readonly reason: string;
  /** It may be over in a moment. */
  readonly passing: boolean;
}

type Rule = readonly [pattern: RegExp, passing: boolean, words: (by: Hand, said: string) => string];

/** What a person types to reach the host as we do: name, port, jump hosts and known_hosts come from the same configuration. */
interface Hand {
  readonly host: Host;
  /** What follows `ssh` and its options. */
  readonly target: string;
}

function targetOf({ sshConfig }: Pick<Setting, 'sshConfig'>, { name, address, port, user }: Host): string {
  const config = sshConfig === null ? [] : ['-F', /^[\w./-]+$/.test(sshConfig) ? sshConfig : quoted(sshConfig)];
  const more = [...(port === null ? [] : ['-p', String(port)]), ...(user === null ? [] : ['-l', user])];
  return [...config, ...more, address ?? name].join(' ');
}

/** ssh itself knows the file and the name under which the old key stands there. */
function removalOf({ name, address }: Host, said: string): string {
  return /ssh-keygen -f .+ -R .+/.exec(said)?.[0].trim() ?? `ssh-keygen -R ${address ?? name}`;
}

const rules: readonly Rule[] = [
  [/ssh could not be started/, false, () => 'the program ssh is needed: apt-get install openssh-client'],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    false,
    ({ host }, said) =>
      `its host key is another one than known_hosts has: find out why; only if that is right: ${removalOf(host, said)}`,
  ],
  [
    /Host key verification failed|No \S+ host key is known/i,
    false,
    ({ target }) =>
      `its host key is not known: log in once by hand, compare the fingerprint, and say yes: ssh -o StrictHostKeyChecking=ask ${target} true`,
  ],
  [
    /Permission denied|Too many authentication failures|no mutual signature/i,
    false,
    ({ target }) =>
      `it refuses the login: check user, key and agent (ssh-add -l); try: ssh -o BatchMode=yes ${target} true`,
  ],
  [/Could not resolve hostname/i, false, () => 'its name is not known: correct the name, or give it an ansible_host'],
  [/Connection refused/i, false, () => 'connection refused: no ssh server listens there'],
  [/timed out|Timeout, server/i, true, () => 'no answer: the connection timed out'],
  [/No route to host|Network is unreachable/i, false, () => 'no route to it'],
  [/Bad configuration option|terminating, \d+ bad configuration/i, false, () => "ssh's configuration is faulty"],
  [
    /Connection (?:closed|reset)|kex_exchange|Broken pipe|mux_client|Session open refused|closed by (?:remote|UNKNOWN)/i,
    true,
    () => 'the connection was cut',
  ],
];

export function troubleOf(
  setting: Pick<Setting, 'sshConfig'>,
  host: Host,
  said: string,
  exitCode: number | null,
): Trouble {
  const rule = rules.find(([pattern]) => pattern.test(said));
  const last = said.trim().split('\n').at(-1)?.trim() ?? '';
  if (rule !== undefined) {
    const [, passing, words] = rule;
    return {
      reason: `${words({ host, target: targetOf(setting, host) }, said)}${last === '' ? '' : ` (${last.slice(0, 200)})`}`,
      passing,
    };
  }
  if (exitCode === 255 || exitCode === null)
    return { reason: last === '' ? 'ssh failed and did not say why' : last.slice(0, 300), passing: true };
  const shell = `its login shell did not run /bin/sh (exit code ${exitCode}${last === '' ? '' : `: ${last.slice(0, 200)}`})`;
  return { reason: shell, passing: false };
}
