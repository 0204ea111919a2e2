/** A rehearsal that has ended, as evidence: a pure function of its plan and its run's view (P5). */
import {
  type EvidenceResult,
  type InjectedEvidence,
  predicateType,
  type RehearsalPredicate,
  type Statement,
  type StepEvidence,
  statementType,
} from '../journal/evidence/statement.ts';
import { allSteps, type Plan, type PlannedRehearsal } from '../plan/plan.ts';
import { rfc3339 } from './clock-time.ts';
import { drillResult, injectedOf } from './drill-evidence.ts';
import { personName } from './person-name.ts';
import type { StepView } from './phase-view.ts';
import type { RunView } from './run-view.ts';

export interface EvidenceFacts {
  readonly plan: Plan;
  readonly view: RunView;
  /** The version of backout that the run was begun with. */
  readonly version: string;
  /** Of each adapter that the plan uses. */
  readonly adapters: { readonly [name: string]: string };
}

/** Undefined: it has not ended, or is no rehearsal. */
export function statementOf({ plan, view, version, adapters }: EvidenceFacts): Statement | undefined {
  const { rehearsal, definition } = plan;
  const { startedAt, endedAt } = view;
  if (rehearsal === undefined || definition === undefined || startedAt === null || endedAt === null) return undefined;
  const injected = injectedOf(plan, view);
  const isDrill = injected.length > 0;
  const deviations = deviationsOf(view, injected);
  return {
    _type: statementType,
    subject: [{ name: plan.name, digest: { sha256: definition } }],
    predicateType,
    predicate: {
      kind: isDrill ? 'drill' : 'rehearsal',
      result: isDrill ? drillResult(plan, view, injected) : rehearsalResult(view, deviations),
      deviations,
      environment: rehearsal.environment,
      run: view.run,
      head: view.head,
      planDigest: view.planDigest ?? '',
      system: plan.system,
      change: typeof plan.change.id === 'string' ? plan.change.id : null,
      by: view.by === null ? '' : personName(view.by),
      startedOn: startedAt,
      finishedOn: endedAt,
      expiresOn: rfc3339(Date.parse(endedAt) + rehearsal.expiresAfterMs),
      ms: Date.parse(endedAt) - Date.parse(startedAt),
      end: view.status,
      truth: view.truth,
      steps: stepsOf(view),
      coverage: coverageOf(plan, view),
      ...updatesOf(view),
      ...productionSecretsOf(rehearsal),
      injected,
      tool: { name: 'backout', version },
      adapters,
    },
  };
}

const viewsOf = (view: RunView): readonly StepView[] => view.phases.flatMap(({ steps }) => steps);

function stepsOf(view: RunView): readonly StepEvidence[] {
  return view.phases.flatMap(({ name, steps }) =>
    steps.map((step) => ({
      id: step.id,
      place: name,
      outcome: step.status,
      attempts: step.attempts.length,
      ms: tookMs(step),
    })),
  );
}

function tookMs({ attempts }: StepView): number | null {
  const [first] = attempts;
  const last = attempts.at(-1);
  if (first === undefined || last?.endedAt === undefined || last.endedAt === null) return null;
  return Date.parse(last.endedAt) - Date.parse(first.startedAt);
}

function updatesOf({ updates }: RunView): Pick<RehearsalPredicate, 'updates'> {
  if (updates === undefined) return {};
  const toAudiences = updates.filter(({ everyMs }) => everyMs !== null);
  return {
    updates: toAudiences.map(({ name, sent, byFallback, missed }) => ({ audience: name, sent, byFallback, missed })),
  };
}

function productionSecretsOf({ productionSecrets }: PlannedRehearsal): Pick<RehearsalPredicate, 'productionSecrets'> {
  return productionSecrets === undefined ? {} : { productionSecrets };
}

/** Steps of the plan itself: those that clean up, and those that only a bad end needs, are not counted. */
function coverageOf(plan: Plan, view: RunView) {
  const { leftOut = [], harmless = [], cleanup = [] } = plan.rehearsal ?? {};
  const own = [...allSteps(plan)].filter(
    ({ id, place }) => place !== 'escalate' && !cleanup.includes(id) && !isContingency(plan, id),
  );
  const done = new Set(viewsOf(view).flatMap(({ id, status }) => (status === 'succeeded' ? [id] : [])));
  return { done: own.filter(({ id }) => done.has(id)).length, of: own.length, leftOut, harmless };
}

function isContingency(plan: Plan, id: string): boolean {
  return [...allSteps(plan)].some(({ contingency }) => contingency.some((step) => step.id === id));
}

/** What a rehearsal is for: without a restore it has shown nothing. A plan that has none may be rehearsed all the same. */
export function hasRestored({ steps }: Pick<RehearsalPredicate, 'steps'>): boolean {
  const restore = steps.filter(({ place }) => place === 'restore');
  return restore.length === 0 || restore.some(({ outcome }) => outcome === 'succeeded');
}

export const noRestore = 'no restore step was carried out';

/** Answers that the plan itself asks for are as planned. */
const planned: ReadonlySet<string> = new Set(['confirm', 'approve']);

function deviationsOf(view: RunView, injected: readonly InjectedEvidence[]): readonly string[] {
  const said = view.decisions
    .filter(({ verb }) => !planned.has(verb))
    .map(({ verb, step, by, reason }) => {
      const about = step === null ? '' : ` ${step}`;
      return `${personName(by)} said ${verb}${about}${reason === null ? '' : `: ${reason}`}`;
    });
  const isDrilled = injected.some(({ step }) => step === view.failure?.step);
  const failed =
    view.failure === null || isDrilled ? [] : [`failed at ${view.failure.step ?? 'no step'}: ${view.failure.reason}`];
  const missed = injected.filter(({ met }) => !met).map(({ step, kind }) => `${step}:${kind} was not reached`);
  const exceptions = view.exceptions.filter((line) => !injected.some(({ step }) => line.startsWith(`${step} `)));
  const empty =
    injected.length === 0 && failed.length === 0 && !hasRestored({ steps: stepsOf(view) }) ? [noRestore] : [];
  return [...failed, ...empty, ...exceptions, ...said, ...missed];
}

function rehearsalResult(view: RunView, deviations: readonly string[]): EvidenceResult {
  if (view.status !== 'rehearsed') return 'FAILED';
  return deviations.length === 0 ? 'PASSED' : 'WARNED';
}
