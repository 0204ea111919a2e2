/**
 * The revisions of a Deployment: its ReplicaSets, as the controller numbers them. A revision that is gone back to gets
 * a new number, and keeps the old ones in `revision-history`: that is how it is told what has been done already.
 */
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { getJson, type Kubectl } from '../kubectl.ts';
import { named, readWorkload, selectorOf, type Workload } from '../workload.ts';
import { type Input, reference } from './input.ts';

export const revisionNote = 'deployment.kubernetes.io/revision';
const historyNote = 'deployment.kubernetes.io/revision-history';
/** On the revision that is gone back to: which one it was gone back from. Written before anything is changed. */
export const undoNote = 'backout.dev/undo-from';

export interface Revision {
  /** Of its ReplicaSet. */
  readonly name: string;
  readonly number: number;
  /** Numbers that it had before. */
  readonly earlier: readonly number[];
  readonly undoFrom: number | null;
  readonly images: readonly string[];
}

export interface History {
  readonly workload: Workload;
  readonly current: Revision;
  /** Newest first, the current one too. */
  readonly all: readonly Revision[];
  /** The controller has seen the last change of the Deployment. */
  readonly settled: boolean;
}

const sets = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({
        name: z.string(),
        annotations: z._default(z.record(z.string(), z.string()), {}),
        ownerReferences: z._default(z.array(z.looseObject({ uid: z.string() })), []),
      }),
      spec: z.looseObject({
        template: z.looseObject({ spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string() })) }) }),
      }),
    }),
  ),
});
type ReplicaSet = z.infer<typeof sets>['items'][number];

export async function readHistory(asked: Input, kubectl: Kubectl): Promise<Result<History, Trouble>> {
  const about = named(reference(asked));
  const workload = await readWorkload(kubectl, reference(asked));
  if (!workload.ok) return workload;
  const { metadata, status } = workload.value;
  const found = await getJson(
    kubectl,
    ['replicasets', `--selector=${selectorOf(workload.value)}`],
    `Revisions of ${about}`,
    sets,
  );
  if (!found.ok) return found;
  const own = found.value.items.filter((set) => set.metadata.ownerReferences.some(({ uid }) => uid === metadata.uid));
  const all = own.map(revisionOf).sort((a, b) => b.number - a.number);
  const number = Number(metadata.annotations[revisionNote]);
  const current = all.find((revision) => revision.number === number);
  if (current === undefined)
    return trouble(`${about} has no revision yet`, `See: kubectl rollout status ${reference(asked)}`);
  return ok({ workload: workload.value, current, all, settled: status.observedGeneration >= metadata.generation });
}

function revisionOf({ metadata, spec }: ReplicaSet): Revision {
  const { [historyNote]: earlier = '', [undoNote]: from, [revisionNote]: number } = metadata.annotations;
  return {
    name: metadata.name,
    number: Number(number ?? 0),
    earlier: earlier.split(',').filter(Boolean).map(Number),
    undoFrom: from === undefined ? null : Number(from),
    images: spec.template.spec.containers.map(({ image }) => image),
  };
}

export interface Goal {
  readonly revision: Revision;
  readonly inPlace: boolean;
}

/** Where to; pure. The same answer when it is asked again after the undo, or after it was interrupted. */
export function goalOf({ toRevision, deployment }: Input, { current, all }: History): Result<Goal, Trouble> {
  if (toRevision === undefined) return before(deployment, current, all);
  const was = ({ number, earlier }: Revision) => number === toRevision || earlier.includes(toRevision);
  if (was(current)) return ok({ revision: current, inPlace: true });
  const revision = all.find(({ number }) => number === toRevision) ?? all.find(was);
  if (revision !== undefined) return ok({ revision, inPlace: false });
  return trouble(
    `Deployment ${deployment} has no revision ${toRevision} any more`,
    `Correct \`toRevision\`; it has ${all.map(({ number }) => number).join(', ')}: kubectl rollout history deployment/${deployment}`,
  );
}

function before(deployment: string, current: Revision, all: readonly Revision[]): Result<Goal, Trouble> {
  if (current.undoFrom === current.number - 1) return ok({ revision: current, inPlace: true });
  const others = all.filter(({ name }) => name !== current.name);
  const revision = others.find(({ undoFrom }) => undoFrom === current.number) ?? others[0];
  if (revision !== undefined) return ok({ revision, inPlace: false });
  return trouble(
    `Deployment ${deployment} has only revision ${current.number}: there is none to go back to`,
    'Deploy the version before by other means; `revisionHistoryLimit` says how many revisions are kept.',
  );
}

export const inWords = ({ number, images }: Revision): string => `revision ${number} (${images.join(', ')})`;
