/** One step as the document tells it. */
import { isTelling } from '../engine/state.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Expectation, Place, PlannedStep, TextExpectation, Verification } from '../plan/plan.ts';
import { instructionOf } from './document-instruction.ts';
import { ownerWords } from './document-people.ts';
import type { DocumentFacts } from './document-view.ts';
import type { StepEstimate } from './estimate.ts';
import { addressesLine, hostsLine } from './hosts-view.ts';
import { waves } from './plan-time.ts';

/** The steps that run side by side with it. */
export interface Beside {
  readonly count: number;
  /** Ids; of very many only the first. */
  readonly steps: readonly string[];
}

export interface DocumentStep {
  /** `2.1`: the phase and the place in it; contingencies `2.1a`. */
  readonly number: string;
  readonly id: string;
  readonly place: PlannedStep['place'];
  readonly name: string;
  readonly owner: string | null;
  /** Owner with name, contact and deputy. */
  readonly by: string;
  readonly beside: Beside;
  /** What is done, exactly. */
  readonly instruction: readonly string[];
  readonly where: readonly string[];
  /** Null: always. */
  readonly condition: string | null;
  readonly expected: StepEstimate | null;
  readonly limit: string;
  readonly verification: readonly string[];
  readonly onFailure: string;
  readonly contingency: readonly DocumentStep[];
}

const numberOf: Readonly<Record<Place, string>> = {
  notify: '1',
  'disable-access': '2',
  restore: '3',
  'health-checks': '4',
  'enable-access': '5',
  announce: '6',
  escalate: 'E',
};

export function documentSteps(place: Place, facts: DocumentFacts): readonly DocumentStep[] {
  const { plan } = facts;
  const { steps } = place === 'escalate' ? plan.escalate : plan.phases[place];
  let count = 0;
  return waves(steps).flatMap((wave) =>
    wave.map((step) => {
      count += 1;
      return documentStep(step, `${numberOf[place]}.${count}`, besideIn(wave, step), facts);
    }),
  );
}

const mostNamed = 8;

/** Thousands may run side by side: each would name all others. */
function besideIn(wave: readonly PlannedStep[], step: PlannedStep): Beside {
  const some = wave.slice(0, mostNamed + 1).filter((other) => other !== step);
  return { count: wave.length - 1, steps: some.slice(0, mostNamed).map(({ id }) => id) };
}

const alone: Beside = { count: 0, steps: [] };

function documentStep(
  step: PlannedStep,
  number: string,
  beside: Beside,
  facts: DocumentFacts,
  parent?: PlannedStep,
): DocumentStep {
  const { hosts } = step;
  const owner = step.owner ?? parent?.owner ?? null;
  return {
    number,
    id: step.id,
    place: step.place,
    name: step.name,
    owner,
    by: ownerWords(facts.plan, owner),
    beside,
    instruction: instructionOf(step, facts),
    where: hosts === undefined ? [] : [hostsLine(hosts), addressesLine(hosts)].filter((line) => line !== null),
    condition: conditionOf(step),
    expected: facts.estimates.get(step.id) ?? null,
    limit: limitOf(step),
    verification: verificationOf(step, facts),
    onFailure: failureOf(step, facts.plan.escalate.steps.length > 0),
    contingency: step.contingency.map((other, index) =>
      documentStep(other, `${number}${letterOf(index)}`, alone, facts, step),
    ),
  };
}

/** a … z, then a number. */
const letterOf = (index: number): string => (index < 26 ? String.fromCharCode(97 + index) : `-${index + 1}`);

function conditionOf({ condition }: PlannedStep): string | null {
  if (condition === true) return null;
  return condition === false ? 'left out of this plan: its condition does not hold' : condition;
}

function limitOf({ action, place, answerWithinMs, timeoutMs }: PlannedStep): string {
  if (action.kind === 'manual')
    return isTelling(place) ? 'a task for a person' : `answer within ${formatDuration(answerWithinMs)}`;
  return timeoutMs === null ? 'no timeout' : formatDuration(timeoutMs);
}

function verificationOf(step: PlannedStep, facts: DocumentFacts): readonly string[] {
  const { until, verify } = step;
  const again =
    until === null
      ? []
      : [`Repeated until it succeeds ${times(until.successes)}, within ${formatDuration(until.withinMs)}.`];
  if (verify !== null) return [...verifyLines(step, verify, facts), ...again];
  if (step.place === 'health-checks') return ['The step is a check itself.', ...again];
  if (facts.provesItself(step)) return ['The step proves its own effect.', ...again];
  return again;
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times in a row`);

function verifyLines(step: PlannedStep, { action, expect }: Verification, facts: DocumentFacts): readonly string[] {
  const lines = instructionOf({ ...step, action }, facts);
  return action.kind === 'adapter' ? lines : [...lines, `Expected: ${expectationWords(expect)}.`];
}

function expectationWords({ exitCode, stdout, stderr }: Expectation): string {
  const texts = [...textWords('output', stdout), ...textWords('error output', stderr)];
  return [`exit code ${exitCode}`, ...texts].join(', ');
}

function textWords(name: string, text: TextExpectation | null): readonly string[] {
  if (text === null) return [];
  const { equals, contains, matches } = text;
  return [
    ...(equals === null ? [] : [`${name} is ${JSON.stringify(equals)}`]),
    ...(contains === null ? [] : [`${name} contains ${JSON.stringify(contains)}`]),
    ...(matches === null ? [] : [`${name} matches /${matches}/`]),
  ];
}

function failureOf(step: PlannedStep, escalates: boolean): string {
  const { attempts, delayMs } = step.retry;
  const tries = attempts > 1 ? [`it is tried up to ${attempts} times, ${formatDuration(delayMs)} apart`] : [];
  const instead = step.contingency.map(({ id }) => `${id} is tried instead`);
  return [...tries, ...instead, lastWords(step, escalates)].join('; then ');
}

function lastWords({ place, required, onFailure }: PlannedStep, escalates: boolean): string {
  if (isTelling(place) && !required) return 'the backout goes on, and its report says who was not told';
  if (onFailure === 'continue') return 'the backout goes on without it';
  return onFailure === 'ask'
    ? 'the owner is asked: retry, skip with a reason, or stop'
    : `the backout ends as failed; access stays as it is then, and ${escalates ? 'those whom escalate names are told' : 'nobody is told: escalate is empty'}`;
}
