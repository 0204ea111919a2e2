/**
 * Before a real run: what is known of the plan's rehearsals, and what the playbook's `policy` makes of it. Reads nothing
 * where no rehearsal of the plan was ever kept and nobody asks for one.
 */
import type { Person } from '../../engine/protocol.ts';
import type { CheckSignature } from '../../journal/signature.ts';
import { Fault } from '../../kernel/fault.ts';
import { allSteps, type Plan, type PlannedStep } from '../../plan/plan.ts';
import type { Home } from '../../runtime/home/home.ts';
import { personName } from '../../views/person-name.ts';
import { visible } from '../../views/visible.ts';
import type { Invocation, Surface } from '../invocation.ts';
import type { PlanAndAdapters } from '../load-plan.ts';
import { ageWords } from './age.ts';
import { evidenceKey } from './evidence-key.ts';
import { evidencesFor, type LatestEvidence } from './judge.ts';
import { whyNone } from './why-none.ts';

export type RehearsalPolicy = 'none' | 'warn' | 'override' | 'refuse';

export interface PolicyFacts {
  readonly home: Home;
  readonly planned: PlanAndAdapters;
  readonly policy: RehearsalPolicy;
  readonly by: Person;
  readonly call: Invocation;
  readonly surface: Surface;
  readonly now: number;
}

/** What is to be recorded with the beginning; throws a Fault (exit 2) where the run may not begin. */
export function askRehearsals({ home, planned, policy, by, call, surface, now }: PolicyFacts): readonly string[] {
  const { plan } = planned;
  if (plan.definition === undefined) return [];
  const check = keyOrNone(home, call, surface);
  const found = evidencesFor(plan.definition, { home, now, check, folder: plan.folder });
  for (const each of found.notCounting.filter(({ forged }) => forged !== null))
    surface.err(`Evidence that is not believed: ${visible(each.path)}: ${each.forged}.\n`);
  if (found.latest !== undefined) {
    const words = rehearsedWords(found.latest, plan, now);
    surface.err(`${words}\n`);
    const missing = notRehearsed(found.latest, plan).filter(({ place }) => place === 'restore');
    if (missing.length === 0 || policy === 'none' || policy === 'warn') return [words];
    const why = `its last rehearsal did not carry out ${missing.map(({ id }) => id).join(', ')}`;
    return [words, ...withoutRehearsal(policy, why, { plan, by, call, surface })];
  }
  return withoutRehearsal(policy, whyNone(found.notCounting), { plan, by, call, surface });
}

/** A key that is no key must not stand in the way of a backout; without it less evidence is believed. */
function keyOrNone(home: Home, call: Invocation, surface: Surface): CheckSignature | undefined {
  try {
    return evidenceKey(home, surface, call.flag('signing-key'));
  } catch (error) {
    surface.err(`No key to check evidence with: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

/** What applies today and was not carried out there. */
function notRehearsed({ skipped }: LatestEvidence, plan: Plan): readonly PlannedStep[] {
  return [...allSteps(plan)].filter(({ id, condition }) => condition !== false && skipped.has(id));
}

function rehearsedWords(latest: LatestEvidence, plan: Plan, now: number): string {
  const { environment, result, run, at, expiresAt, leftOut, of } = latest;
  const until = new Date(expiresAt).toISOString().slice(0, 10);
  const left = leftOut === 0 ? '' : `, ${leftOut} of ${of} steps left out`;
  const missing = notRehearsed(latest, plan).map(({ id }) => id);
  const without = missing.length === 0 ? '' : `, but without ${missing.join(', ')}`;
  return `Rehearsed ${ageWords(now - at)} in ${visible(environment)}: ${result}${left}${without}, counts until ${until} (run ${run}).`;
}

type Begin = Pick<PolicyFacts, 'by' | 'call' | 'surface'> & { readonly plan: Plan };

function withoutRehearsal(policy: RehearsalPolicy, why: string, begin: Begin): readonly string[] {
  const { plan, by, call, surface } = begin;
  const rehearse = `backout rehearse ${plan.playbookFile}`;
  switch (policy) {
    case 'none':
      return [];
    case 'warn':
      surface.err(`Not rehearsed: ${why}.\n`);
      return [`begun although ${why}`];
    case 'refuse':
      throw new Fault('usage', `${why}, and the playbook's policy refuses to run it so`, `Rehearse it: ${rehearse}`);
    case 'override': {
      const reason = call.flag('reason');
      if (!call.has('without-rehearsal') || reason === undefined) throw overridable(why, rehearse);
      return [`${personName(by)} begins it without a rehearsal: ${reason} (${why})`];
    }
  }
}

function overridable(why: string, rehearse: string): Fault {
  return new Fault(
    'usage',
    `${why}, and the playbook's policy wants a rehearsal`,
    `Rehearse it: ${rehearse}   or, if it cannot wait: --without-rehearsal --reason 'why', which is recorded with your name`,
  );
}
