import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { duration, optionalText, wholeNumber } from '../../support/fields.ts';

const name = (description: string) =>
  z
    .string()
    .check(
      z.regex(/^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/, 'small letters, digits, - and .'),
      z.describe(description),
    );

export const input = z.strictObject({
  release: name('The release that is taken back.'),
  namespace: z.optional(name('The namespace of the release. Default: that of the context.')),
  context: optionalText('The context of the kubeconfig. Default: the current one.'),
  kubeconfig: optionalText('The kubeconfig file. Default: as helm finds it ($KUBECONFIG, ~/.kube/config).'),
  revision: z.optional(
    wholeNumber(
      'The revision to go back to, as `helm history` shows it. Default: the last one that was deployed before the current; failed ones are passed over, and a release that was rolled back is not taken back further.',
      1,
      1_000_000,
    ),
  ),
  within: z._default(
    duration('How long helm may wait until everything is ready (its --timeout). Default: 5m.'),
    300_000,
  ),
  pendingFor: z._default(
    duration(
      'How long the operation of another helm (pending-upgrade, pending-rollback) may last, from its beginning, before it is taken for dead and rolled back. Default: 5m, after which helm itself gives up.',
    ),
    300_000,
  ),
});
export type Input = z.infer<typeof input>;

/** As it comes to the work: durations in ms already. */
export const order = z.extend(input, { within: z.int(), pendingFor: z.int() });

/** The whole command, for `describe` too. */
export function helmArgv(asked: Input, args: readonly string[], folder?: string): readonly [string, ...string[]] {
  const { kubeconfig, context, namespace } = asked;
  const file = kubeconfig === undefined || folder === undefined ? kubeconfig : resolve(folder, kubeconfig);
  return [
    'helm',
    ...args,
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
    ...(context === undefined ? [] : [`--kube-context=${context}`]),
    ...(file === undefined ? [] : [`--kubeconfig=${file}`]),
  ];
}

export const rollbackArgs = ({ release, within }: Input, revision: number | string): readonly string[] => [
  'rollback',
  release,
  String(revision),
  '--wait',
  `--timeout=${Math.ceil(within / 1_000)}s`,
];
