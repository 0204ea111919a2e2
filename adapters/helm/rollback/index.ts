/** `helm/rollback`: takes a Helm release back to an earlier revision; the work itself is in `work.ts`. */
import { formatDuration } from '../../../src/kernel/duration.ts';
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReadyBy } from '../../support/access.ts';
import { probed, ready } from '../../support/answers.ts';
import { shown } from '../../support/program.ts';
import { orderFor } from '../../support/work.ts';
import { helmArgv, type Input, input, rollbackArgs } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'helm/rollback',
  summary:
    'Takes a Helm release back to the last revision that was deployed, or to a named one, and waits until it is ready.',
  tested:
    'Tested on a double of Helm 3 that keeps the records of releases as its sources do, not on helm and a cluster. What the release runs, and whether it becomes ready, is left to helm.',
  input,
  secretFields: [],
  outputs: {
    from: 'The revision that it was taken back from; not given where it was taken back already.',
    revision: 'The revision that stands now: a rollback makes a new one.',
    restored: 'The revision whose content that is.',
    chart: 'The name and version of its chart.',
  },
  needs: ['helm'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: 900_000,
  describe: (asked) => [
    ...(asked.revision === undefined
      ? [`find the last revision of ${asked.release} that was deployed before the current`]
      : []),
    shown(helmArgv(asked, rollbackArgs(asked, asked.revision ?? 'REVISION'))),
    'prove by its history and manifest which revision stands',
  ],
  preflight,
  probe,
  command: (asked, context) => ({ argv: workerArgv('helm/rollback'), stdin: orderFor(asked, context) }),
});

async function look(asked: Input, { folder, env, signal }: AdapterContext) {
  const { helmFor, readManifest } = await import('./helm.ts');
  const helm = helmFor(asked, { folder, env, signal });
  return { helm, manifest: (revision: number) => readManifest(asked, helm, revision) };
}

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { readHistory, tooOld } = await import('./helm.ts');
  const { goalOf, inWords } = await import('./goal.ts');
  const { stillWorks } = await import('./pending.ts');
  const { helm, manifest } = await look(asked, context);
  const old = await tooOld(helm);
  if (old !== undefined) return notReadyBy(old);
  const history = await readHistory(asked, helm);
  if (!history.ok) return notReadyBy(history.error);
  const goal = await goalOf(asked, history.value, manifest);
  if (!goal.ok) return notReadyBy(goal.error);
  const { revision, inPlace } = goal.value;
  const stored = inPlace ? undefined : await manifest(revision);
  if (stored?.ok === false) return notReadyBy(stored.error);
  const leftMs = stillWorks(asked, history.value, Date.now());
  return ready(
    [
      `release ${asked.release} stands at ${inWords(history.value[0])}`,
      inPlace ? `it was rolled back to revision ${revision} already` : `revision ${revision} is stored and can be read`,
      ...(leftMs > 0 ? [`another helm may be at work: it is waited for, ${formatDuration(leftMs)} at most`] : []),
    ],
    'whether the images of that revision can still be pulled, and what its hooks do',
  );
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const { readHistory } = await import('./helm.ts');
  const { goalOf, inWords, isPending } = await import('./goal.ts');
  const { helm, manifest } = await look(asked, context);
  const history = await readHistory(asked, helm);
  if (!history.ok) return probed('unknown', history.error.reason);
  const [latest] = history.value;
  const stands = `release ${asked.release} stands at ${inWords(latest)}`;
  if (isPending(latest)) return probed('unknown', `${stands} since ${latest.updated}`);
  const goal = await goalOf(asked, history.value, manifest);
  if (!goal.ok) return probed('unknown', goal.error.reason);
  return probed(goal.value.inPlace ? 'yes' : 'no', stands);
}
