/** What is known of a plan beside itself, for its document: the record of this machine, and the plan walked through. */
import { Fault } from '../../kernel/fault.ts';
import { planDigest } from '../../plan/digest.ts';
import { allSteps, type Plan } from '../../plan/plan.ts';
import { mayHaveEvidence } from '../../runtime/home/evidence-folder.ts';
import { type Home, lookAtHome } from '../../runtime/home/home.ts';
import { deadlineOf, needOf, usualMargin, type Window } from '../../views/deadline.ts';
import type { DocumentFacts, LastMoment } from '../../views/document-view.ts';
import type { Estimates } from '../../views/estimate.ts';
import { outlookOf } from '../../views/estimate-outlook.ts';
import { type WhatIf, whatIf } from '../../whatif/what-if.ts';
import type { AssumedPlan } from '../assume-parameters.ts';
import { findWindow } from '../deadline/find-window.ts';
import { describeWith } from '../describe-step.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { knownTimes } from '../known-times.ts';
import { evidenceKey } from '../rehearsal/evidence-key.ts';
import { evidencesFor, genuineEvidence } from '../rehearsal/judge.ts';
import { version } from '../version.ts';
import { surroundings } from '../whatif-surroundings.ts';
import { findImplementation } from './implementation.ts';

/** A larger plan is walked through by `backout whatif` alone, which says how long it takes and how far it is. */
const mostStepsWalked = 600;

export async function documentFacts(
  assumedPlan: AssumedPlan,
  call: Invocation,
  surface: Surface,
): Promise<DocumentFacts> {
  const { plan, adapters, assumed } = assumedPlan;
  const home = lookAtHome(call.flag('home'), surface.env);
  const times = knownTimes(home, plan);
  const at = dateOf(surface);
  const { evidence, troubles } = evidenceOf(plan, home, at, surface);
  const walked = await walkedThrough(assumedPlan, times.estimates);
  const found = findWindow(home, plan);
  const { implementation, notes } = await findImplementation(plan, call, surface);
  const tooMany = `It has more than ${mostStepsWalked} steps: backout whatif shows what its failures come to.`;
  return {
    plan,
    digest: planDigest(plan),
    at,
    version,
    assumed,
    describe: describeWith(adapters),
    provesItself: ({ action }) => action.kind === 'adapter' && adapters.get(action.adapter)?.probe !== undefined,
    estimates: times.estimates,
    evidence,
    whatIf: walked,
    lastMoment: lastMomentOf(plan, found.window, times.estimates),
    extension: found.window?.extended ?? null,
    implementation,
    notes: [...times.troubles, ...troubles, ...(found.notes ?? []), ...notes, ...(walked === null ? [tooMany] : [])],
  };
}

/** Reproducible builds set it: seconds since 1970. */
function dateOf({ env }: Surface): number {
  const epoch = env.SOURCE_DATE_EPOCH;
  if (epoch === undefined || epoch === '') return Date.now();
  if (/^\d{1,11}$/.test(epoch)) return Number(epoch) * 1_000;
  throw new Fault('usage', `SOURCE_DATE_EPOCH is not a number of seconds: ${epoch}`, 'Correct or unset it.');
}

async function walkedThrough(planned: AssumedPlan, estimates: Estimates): Promise<WhatIf | null> {
  if ([...allSteps(planned.plan)].length > mostStepsWalked) return null;
  const around = await surroundings(planned, estimates);
  return whatIf(planned.plan, { ...around, depth: 'single', only: null, progress: () => undefined });
}

/** What is not believed must not stand in a change record as proof; what does not count any more says why. */
function evidenceOf({ definition, folder }: Plan, home: Home, at: number, surface: Surface) {
  if (definition === undefined || !mayHaveEvidence(home, definition)) return { evidence: [], troubles: [] };
  const facts = { home, now: at, check: evidenceKey(home, surface), folder };
  const { statements, troubles } = genuineEvidence(definition, facts);
  const { notCounting } = evidencesFor(definition, facts);
  const whys = new Map(notCounting.map(({ statement, why }) => [statement?.predicate.run, why]));
  const evidence = statements.map((statement) => ({ statement, why: whys.get(statement.predicate.run) ?? null }));
  return { evidence, troubles };
}

/** Null where the change has no window, or nothing bounds the backout. */
function lastMomentOf(plan: Plan, window: Window | undefined, estimates: Estimates): LastMoment | null {
  const need = needOf(outlookOf(plan, estimates), plan.timeBudgetMs);
  if (window === undefined || need === undefined) return null;
  const { at, marginMs } = deadlineOf(window, need, usualMargin(need));
  return { at, windowEnds: window.ends, needMs: need.ms, basis: need.basis, marginMs };
}
