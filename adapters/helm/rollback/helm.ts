/** helm, as this adapter calls it: the history of a release, the manifest of a revision, and what refusals mean. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { type Refusal, runProgram, type Setting } from '../../support/program.ts';
import { helmArgv, type Input } from './input.ts';

const revisions = z.array(
  z.looseObject({
    revision: z.int(),
    updated: z.string(),
    status: z.string(),
    chart: z.string(),
    app_version: z._default(z.string(), ''),
    description: z._default(z.string(), ''),
  }),
);
export type Revision = z.infer<typeof revisions>[number];

export type Helm = (args: readonly string[]) => Promise<Result<string, Trouble>>;

export function helmFor(asked: Input, setting: Setting): Helm {
  return async (args) => {
    const ran = await runProgram(helmArgv(asked, args, setting.folder), setting);
    return ran.ok ? ran : err(meaning(ran.error, asked, args[0] ?? ''));
  };
}

function meaning(refusal: Refusal, { release }: Input, verb: string): Trouble {
  const { words } = refusal;
  if (refusal.missing) return { reason: 'The program helm is missing', remedy: 'Install Helm 3 or newer.' };
  if (refusal.cancelled) return { reason: `Release ${release}: cancelled`, remedy: 'Try again.' };
  for (const [pattern, reason, remedy] of refusals)
    if (pattern.test(words)) return { reason: `Release ${release}: ${reason}`, remedy, words };
  const code = refusal.code === null ? '' : ` ended with ${refusal.code}`;
  return { reason: `Release ${release}: helm ${verb}${code}`, remedy: 'See what helm said.', words };
}

const refusals: readonly (readonly [RegExp, string, string])[] = [
  [/release: not found/, 'there is none', 'Correct `release`, `namespace` or `context`: helm list --all-namespaces'],
  [/context .*does not exist/, 'the kubeconfig has no such context', 'Correct `context` or `kubeconfig`.'],
  [
    /cluster unreachable/,
    'the cluster does not answer',
    'See that its API server can be reached from here: kubectl cluster-info',
  ],
  [/forbidden/, 'the cluster does not allow it', 'Give this user the right, or use another context.'],
  [/Unauthorized|must be logged in/, 'the cluster refused the login', 'Renew the credentials of the kubeconfig.'],
];

/** Newest first; at least one. */
export async function readHistory(
  asked: Input,
  helm: Helm,
): Promise<Result<readonly [Revision, ...Revision[]], Trouble>> {
  const answer = await helm(['history', asked.release, '--output=json', '--max=256']);
  if (!answer.ok) return answer;
  const parsed = z.safeParse(revisions, parseJson(answer.value));
  const [latest, ...older] = parsed.success ? parsed.data.toSorted((a, b) => b.revision - a.revision) : [];
  if (latest !== undefined) return ok([latest, ...older]);
  return trouble(
    `Release ${asked.release}: helm history answered with what is not understood`,
    'See: helm version',
    answer.value.slice(0, 500),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const readManifest = (asked: Input, helm: Helm, revision: number): Promise<Result<string, Trouble>> =>
  helm(['get', 'manifest', asked.release, `--revision=${revision}`]);

/** `v3.14.2+gc309b6f`. Helm 2 is not supported. */
export async function tooOld(helm: Helm): Promise<Trouble | undefined> {
  const answer = await helm(['version', '--short']);
  if (!answer.ok) return answer.error;
  const major = Number(/^v(\d+)\./.exec(answer.value)?.[1] ?? 0);
  if (major >= 3) return undefined;
  return { reason: `helm is too old: ${answer.value.trim()}`, remedy: 'Install Helm 3 or newer.' };
}
