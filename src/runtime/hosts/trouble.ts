/** Why ssh did not get through, from what it said: what, and what to do about it. */
import type { Host } from '../../plan/plan.ts';

export interface Trouble {
  /** One line. */
  readonly reason: string;
  /** It may be over in a moment. */
  readonly passing: boolean;
}

type Rule = readonly [pattern: RegExp, passing: boolean, words: (host: Host) => string];

const target = ({ name, address, port }: Host) => `${port === null ? '' : `-p ${port} `}${address ?? name}`;

const rules: readonly Rule[] = [
  [/ssh could not be started/, false, () => 'the program ssh is needed: apt-get install openssh-client'],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    false,
    (host) =>
      `its host key is another one than known_hosts has: find out why; only if that is right: ssh-keygen -R ${host.address ?? host.name}`,
  ],
  [
    /Host key verification failed|No \S+ host key is known/i,
    false,
    (host) =>
      `its host key is not known: compare the fingerprint, then add the key to known_hosts (ssh-keyscan ${target(host)} >> ~/.ssh/known_hosts)`,
  ],
  [
    /Permission denied|Too many authentication failures|no mutual signature/i,
    false,
    (host) =>
      `it refuses the login: check user, key and agent (ssh-add -l); try: ssh -o BatchMode=yes ${target(host)} true`,
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

export function troubleOf(host: Host, said: string, exitCode: number | null): Trouble {
  const rule = rules.find(([pattern]) => pattern.test(said));
  const last = said.trim().split('\n').at(-1)?.trim() ?? '';
  if (rule !== undefined) {
    const [, passing, words] = rule;
    return { reason: `${words(host)}${last === '' ? '' : ` (${last.slice(0, 200)})`}`, passing };
  }
  if (exitCode === 255 || exitCode === null)
    return { reason: last === '' ? 'ssh failed and did not say why' : last.slice(0, 300), passing: true };
  const shell = `its login shell did not run /bin/sh (exit code ${exitCode}${last === '' ? '' : `: ${last.slice(0, 200)}`})`;
  return { reason: shell, passing: false };
}
