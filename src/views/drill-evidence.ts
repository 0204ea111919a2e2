/** What a drill has shown of its failures: whether each was met, and whether the run ended as the plan says of it. */
import type { EvidenceResult, InjectedEvidence } from '../journal/evidence/statement.ts';
import { allSteps, type Injection, type Plan } from '../plan/plan.ts';
import type { StepView } from './phase-view.ts';
import type { RunView } from './run-view.ts';

/** A drill has passed when its failures happened, and the run ended as the plan says of them, everybody told. */
export function drillResult(plan: Plan, view: RunView, injected: readonly InjectedEvidence[]): EvidenceResult {
  if (injected.some(({ met }) => !met)) return 'FAILED';
  const asked = view.decisions.length > 0;
  if (view.status === 'rehearsed') return asked ? 'WARNED' : 'PASSED';
  const told = view.phases.find(({ name }) => name === 'escalate')?.steps ?? [];
  if (!endedByDrill(plan, view, injected) || told.some(({ status }) => status === 'failed')) return 'FAILED';
  return asked || told.length === 0 ? 'WARNED' : 'PASSED';
}

function endedByDrill(plan: Plan, view: RunView, injected: readonly InjectedEvidence[]): boolean {
  const failedAt = view.failure?.step ?? null;
  if (failedAt !== null) return injected.some(({ step }) => step === failedAt || isFor(plan, step, failedAt));
  return view.status === 'rehearsal-stopped' && injected.some(({ step, kind }) => wasAsked(plan, view, step, kind));
}

/** The plan asks a person what becomes of such a failure, and nothing has got over it since: to stop is an answer. */
function wasAsked(plan: Plan, view: RunView, id: string, kind: Injection): boolean {
  const step = [...allSteps(plan)].find((each) => each.id === id);
  const asks = kind === 'unknown' ? step?.onUnknown === 'ask' : step?.onFailure === 'ask';
  const status = stepIn(view, id)?.status;
  return asks && (status === 'failed' || status === 'unknown');
}

/** The step is one of the contingencies of the other. */
function isFor(plan: Plan, contingency: string, parent: string): boolean {
  return [...allSteps(plan)].some(
    ({ id, contingency: all }) => id === parent && all.some((each) => each.id === contingency),
  );
}

export function injectedOf(plan: Plan, view: RunView): readonly InjectedEvidence[] {
  return Object.entries(plan.rehearsal?.inject ?? {}).map(([step, kind]) => {
    const seen = stepIn(view, step);
    const reached = seen !== undefined && seen.attempts.length > 0;
    const met = reached && (kind !== 'kill-engine' || wasOutlived(seen, view));
    const isAnswered = view.status === 'rehearsal-stopped' && wasAsked(plan, view, step, kind);
    return { step, kind, met, ended: isAnswered ? 'a person was asked, and said stop' : endedWords(seen, kind, met) };
  });
}

/** Another engine came while its first attempt was not known to have ended. */
function wasOutlived({ attempts: [first] }: StepView, { notes }: RunView): boolean {
  if (first === undefined) return false;
  const { startedAt, endedAt } = first;
  return notes.some(
    ({ at, text }) => text.startsWith('taken up again') && at >= startedAt && (endedAt === null || at <= endedAt),
  );
}

const stepIn = (view: RunView, id: string): StepView | undefined =>
  view.phases.flatMap(({ steps }) => steps).find((step) => step.id === id);

function endedWords(step: StepView | undefined, kind: Injection, met: boolean): string {
  if (step === undefined || !met) return 'it was not reached';
  if (step.status === 'skipped') return 'a person was asked, and said skip';
  const stands = step.status === 'unknown' ? 'ended unknown' : step.status;
  if (kind === 'kill-engine') return `another engine took the run up; the step ${stands}`;
  if (step.accepted === 'contingency') return 'its contingency stood in';
  if (step.accepted === 'continue') return 'the run went on without it';
  return `the step ${stands}`;
}
