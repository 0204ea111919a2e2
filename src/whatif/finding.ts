/** What the imagined runs show that should not be: each with its step, why it matters and what to do. */
import type { RunEnd } from '../engine/protocol.ts';
import { stepsOf } from '../engine/state.ts';
import { unclosedBecause } from '../plan/left-out-gates.ts';
import { allSteps, type Place, type Plan, type PlannedStep } from '../plan/plan.ts';
import { type FailureKind, headOf } from './failure.ts';
import type { Row } from './row.ts';

export type FindingRule =
  /** Even the run in which nothing goes wrong comes to no good end. */
  | 'cannot-succeed'
  /** The plan has no message at all for an end. */
  | 'nobody-told'
  /** One message alone carries an end: when it fails, nobody hears. */
  | 'only-message'
  | 'opens-unproven'
  | 'restores-unclosed'
  | 'restore-without-owner'
  | 'waits-without-end';

export interface Finding {
  readonly rule: FindingRule;
  readonly step: string | null;
  /** The first failure that shows it; null: it needs none. */
  readonly failure: FailureKind | null;
  /** How many rows show it. */
  readonly rows: number;
  readonly why: string;
  readonly remedy: string;
}

type Seen = Omit<Finding, 'rows'>;

export function findingsOf(plan: Plan, untroubled: Row, rows: readonly Row[]): readonly Finding[] {
  const steps = new Map([...allSteps(plan)].map((step) => [step.id, step]));
  const found = new Map<string, Finding>();
  for (const row of [untroubled, ...rows]) {
    for (const seen of [
      ...untold(plan, steps, row),
      ...unproven(plan, row),
      ...ownerless(plan, steps, row),
      ...endless(row),
    ]) {
      const key = `${seen.rule} ${seen.step} ${seen.why}`;
      const known = found.get(key);
      found.set(key, { ...seen, ...known, rows: (known?.rows ?? 0) + 1 });
    }
  }
  return [...hopeless(untroubled), ...unclosed(plan), ...found.values()];
}

function hopeless({ end, elapsed }: Row): readonly Finding[] {
  if (end === 'succeeded' || end === 'waits' || elapsed < 0) return [];
  const why = `a run in which nothing goes wrong ends as ${end}`;
  const remedy = 'Look at the times: checks that take longer than `validFor` lapse before access can be opened.';
  return [{ rule: 'cannot-succeed', step: null, failure: null, rows: 1, why, remedy }];
}

const placeOfEnd = (end: RunEnd): Place => (end === 'failed' || end === 'stopped' ? 'escalate' : 'announce');

function untold(plan: Plan, steps: ReadonlyMap<string, PlannedStep>, row: Row): readonly Seen[] {
  if (row.end === 'waits') return [];
  const place = placeOfEnd(row.end);
  if (row.told.some((told) => told.place === place)) return [];
  const { step, failure } = row;
  const messages = stepsOf(plan, place).filter(({ condition }) => condition !== false);
  if (messages.length === 0) return [unsaid(place, step === null ? null : failure)];
  const failed = [step, ...row.also.map((other) => other.step)].filter((id) => steps.get(id ?? '')?.place === place);
  if (failed.length === 0) {
    if (messages.every(({ id }) => row.leftOut.includes(id))) return [allLeftOut(place, row.end, failure)];
    return [unprepared(place, step, failure)];
  }
  const planned = step === null ? undefined : steps.get(step);
  // Two messages that fail at once, a step and what stands in for it, are two failures: that is no hole in the plan.
  if (planned?.place !== place || headOf(plan, planned) !== planned || failed.length > 1) return [];
  const why = `it alone says that the backout has ${place === 'escalate' ? 'not succeeded' : 'ended'}: when it is not delivered, nobody hears`;
  const remedy = 'Give it a `contingency` over another channel, or tell somebody else as well in a step of its own.';
  return [{ rule: 'only-message', step: planned.id, failure, why, remedy }];
}

function unsaid(place: Place, failure: FailureKind | null): Seen {
  const why =
    place === 'escalate'
      ? 'the playbook has no `escalate` steps: when the backout itself fails or is stopped, nobody is told'
      : 'the playbook has no `announce` steps: when the backout has ended well, nobody is told';
  const remedy = `Add a step to \`${place}\` that tells the Service Desk and the step's owners.`;
  return { rule: 'nobody-told', step: null, failure, why, remedy };
}

function allLeftOut(place: Place, end: RunEnd, failure: FailureKind | null): Seen {
  const why = `every step of \`${place}\` is left out by its \`if\` when the run ends as ${end}: nobody is told`;
  const remedy = `Add a step to \`${place}\` for this end, or take an \`if\` away.`;
  return { rule: 'nobody-told', step: null, failure, why, remedy };
}

/** No message has failed by itself: what another step did not leave behind is asked for in all of them. */
function unprepared(place: Place, step: string | null, failure: FailureKind | null): Seen {
  const why = `what \`${place}\` says asks for outputs that are then not there, so that no message can be prepared: nobody is told`;
  const remedy = `Ask for an output only where its step has succeeded, or add a message to \`${place}\` that asks for none.`;
  return { rule: 'nobody-told', step, failure, why, remedy };
}

function unproven(plan: Plan, { step, failure, truth, end }: Row): readonly Seen[] {
  // While a run stands still after it has opened, the proof grows old: that is no opening without proof.
  if (end === 'waits' || truth.access !== 'open' || truth.health === 'proven') return [];
  const named = plan.withoutHealthChecks;
  const why =
    named === null
      ? `access is opened and health is ${truth.health}`
      : `access is opened without any health check, for the reason given: ${named}`;
  const remedy = 'Add a health check that looks at what users need, and remove `withoutHealthChecks`.';
  return [{ rule: 'opens-unproven', step: null, failure: step === null ? null : failure, why, remedy }];
}

function unclosed(plan: Plan): readonly Finding[] {
  const because = unclosedBecause(plan);
  if (because === undefined) return [];
  const why = `data is restored with every step of \`disable-access\` left out, for the reason given: ${because}`;
  const remedy = 'Add a step that closes access with these parameters too, and remove `withoutClosing`.';
  return [{ rule: 'restores-unclosed', step: null, failure: null, rows: 1, why, remedy }];
}

/** Somebody has to put right what was begun: without a name that is everybody, and so nobody. */
function ownerless(plan: Plan, steps: ReadonlyMap<string, PlannedStep>, row: Row): readonly Seen[] {
  if (row.truth.data !== 'unknown' && row.truth.data !== 'restoring') return [];
  const left = row.mustAct.filter(({ step }) => step !== null && steps.get(step)?.place === 'restore');
  return left.flatMap(({ step, owner, contact }) => {
    if (step === null || (owner !== null && !lacksContact(plan, owner, contact))) return [];
    const whose = owner === null ? 'it has no owner' : `its owner, ${owner}, has no contact`;
    const why = `the restore can end half done, and ${whose}: nobody is named to put it right`;
    const remedy =
      owner === null
        ? 'Give the step an `owner`, a key of `roles` with name and contact.'
        : `Give \`roles.${owner}\` a contact.`;
    return [{ rule: 'restore-without-owner' as const, step, failure: row.failure, why, remedy }];
  });
}

/** Free text may be a way to reach somebody; a role is there to say it. */
function lacksContact({ roles }: Plan, owner: string, contact: string | null): boolean {
  return Object.hasOwn(roles, owner) && contact === null;
}

function endless({ step, failure, end }: Row): readonly Seen[] {
  if (end !== 'waits') return [];
  const why =
    failure === 'hangs'
      ? 'it has no timeout: if it hangs, the run waits without end'
      : 'the run comes to no end by itself';
  const remedy = 'Give it a `timeout`; then `retry`, `contingency` or `onFailure` say what follows.';
  return [{ rule: 'waits-without-end', step, failure, why, remedy }];
}
