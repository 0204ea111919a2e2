/**
 * kubectl, as the adapters of this folder call it: the fields that say which cluster, one call, and what its refusals
 * mean. Owns: that every call is bounded and asks nobody. Does not own: what is asked.
 */
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { Trouble } from '../support/access.ts';
import { optionalText } from '../support/fields.ts';
import { type Refusal, runProgram, type Setting } from '../support/program.ts';

const dnsName = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

export const objectName = (description: string) =>
  z
    .string()
    .check(z.regex(dnsName, 'not the name of an object: small letters, digits, - and .'), z.describe(description));

export const clusterFields = {
  namespace: z.optional(objectName('The namespace. Default: that of the context.')),
  context: optionalText('The context of the kubeconfig. Default: the current one.'),
  kubeconfig: optionalText('The kubeconfig file. Default: as kubectl finds it ($KUBECONFIG, ~/.kube/config).'),
};

export interface Cluster {
  readonly namespace?: string | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

export interface KubectlTrouble extends Trouble {
  readonly kind: 'not-found' | 'exists' | 'forbidden' | 'other';
}

/** Resolves with what it printed. `about` is the thing that a refusal is about. */
export type Kubectl = (
  args: readonly string[],
  about: string,
  input?: string,
) => Promise<Result<string, KubectlTrouble>>;

/** The whole command, for `describe` too. */
export function kubectlArgv(
  cluster: Cluster,
  args: readonly string[],
  folder?: string,
): readonly [string, ...string[]] {
  const { kubeconfig, context, namespace } = cluster;
  const file = kubeconfig === undefined || folder === undefined ? kubeconfig : resolve(folder, kubeconfig);
  return [
    'kubectl',
    ...(file === undefined ? [] : [`--kubeconfig=${file}`]),
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
    ...args,
  ];
}

export function kubectlFor(cluster: Cluster, setting: Setting): Kubectl {
  return async (args, about, input) => {
    const argv = kubectlArgv(cluster, ['--request-timeout=15s', ...args], setting.folder);
    const ran = await runProgram(argv, setting, input);
    return ran.ok ? ran : err(meaning(ran.error, about, args));
  };
}

function meaning(refusal: Refusal, about: string, args: readonly string[]): KubectlTrouble {
  const words = ownWords(refusal.words);
  const said = (reason: string, remedy: string, kind: KubectlTrouble['kind'] = 'other') => ({
    reason,
    remedy,
    words,
    kind,
  });
  if (refusal.missing)
    return { ...said('The program kubectl is missing', 'Install it: apt-get install kubernetes-client'), words: '' };
  if (refusal.cancelled) return { ...said(`${about}: cancelled`, 'Try again.'), words: '' };
  for (const [pattern, reason, remedy, kind] of refusals)
    if (pattern.test(words)) return said(`${about}: ${reason}`, remedy, kind);
  const code = refusal.code === null ? '' : ` ended with ${refusal.code}`;
  return said(`${about}: kubectl ${args.find((word) => !word.startsWith('-')) ?? ''}${code}`, 'See what kubectl said.');
}

const refusals: readonly (readonly [RegExp, string, string, KubectlTrouble['kind']?])[] = [
  [/\(NotFound\)|not found$/m, 'it is not there', 'Correct its name, `namespace` or `context`.', 'not-found'],
  [/\(AlreadyExists\)/, 'it is already there', 'Try again.', 'exists'],
  [
    /\(Forbidden\)|is forbidden/,
    'the cluster does not allow it',
    'Give this user the right, or use another context.',
    'forbidden',
  ],
  [
    /must be logged in|Unauthorized|provide credentials/,
    'the cluster refused the login',
    'Renew the credentials of the kubeconfig.',
  ],
  [
    /context .*(?:does not exist|was not found)|no context exists/,
    'the kubeconfig has no such context',
    'Correct `context` or `kubeconfig`.',
  ],
  [
    /error loading config file|CreateFile|stat .*no such file/,
    'the kubeconfig cannot be read',
    'Correct `kubeconfig`.',
  ],
  [
    /was refused|Unable to connect|no such host|i\/o timeout|deadline exceeded|Client\.Timeout|TLS handshake/,
    'the cluster does not answer',
    'See that its API server can be reached from here: kubectl cluster-info',
  ],
  [/\(Conflict\)/, 'somebody else changed it at the same time', 'Try again.'],
];

/** Less what its libraries log: `E1122 04:01:09.795445 29170 memcache.go:265] …`. */
const ownWords = (words: string): string =>
  words
    .split('\n')
    .filter((line) => !/^[EWI]\d{4} /.test(line))
    .join('\n')
    .trim();

/** `kubectl get … --output=json`, read by `schema`. */
export async function getJson<T>(
  kubectl: Kubectl,
  args: readonly string[],
  about: string,
  schema: z.ZodMiniType<T>,
): Promise<Result<T, KubectlTrouble>> {
  const answer = await kubectl(['get', ...args, '--output=json'], about);
  if (!answer.ok) return answer;
  let given: unknown;
  try {
    given = JSON.parse(answer.value);
  } catch {
    given = undefined;
  }
  const parsed = z.safeParse(schema, given);
  if (parsed.success) return ok(parsed.data);
  const reason = `${about}: kubectl answered with what is not understood`;
  const words = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return err({ reason, remedy: 'See: kubectl version', words, kind: 'other' });
}

/** May this user do it (`patch`, `deployments/shop scale`)? Asks the cluster (SelfSubjectAccessReview), changes nothing. */
export async function mayNot(kubectl: Kubectl, verb: string, what: string): Promise<KubectlTrouble | undefined> {
  const [resource = what, subresource] = what.split(' ');
  const part = subresource === undefined ? [] : [`--subresource=${subresource}`];
  const answer = await kubectl(['auth', 'can-i', '--quiet', verb, resource, ...part], `Right to ${verb} ${what}`);
  if (answer.ok) return undefined;
  const { words } = answer.error;
  if (words !== undefined && words !== '' && words !== 'no') return answer.error;
  const reason = `This user may not ${verb} ${what} in the cluster`;
  return {
    reason,
    remedy: 'Give it the right (a Role and its RoleBinding), or use another context.',
    kind: 'forbidden',
  };
}
