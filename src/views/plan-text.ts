/** `backout plan`: what would run, in which order, by whom, and for how long at most. A function of the plan alone. */
import { isTelling } from '../engine/state.ts';
import { formatDuration } from '../kernel/duration.ts';
import {
  type Action,
  type Place,
  type Plan,
  type PlannedPhase,
  type PlannedStep,
  phases,
  type Until,
} from '../plan/plan.ts';
import type { Paint } from './colour.ts';
import type { Estimates } from './estimate.ts';
import { outlookOf } from './estimate-outlook.ts';
import { estimateWords, outlookLines } from './estimate-text.ts';
import { addressesLine, hostsLine } from './hosts-view.ts';
import { longest, waves } from './plan-time.ts';
import { unclosedWords } from './unclosed.ts';
import { communicationLines } from './updates-text.ts';
import { visible } from './visible.ts';
import { personOf } from './waiting.ts';
import { hardWrap, wrap } from './width.ts';

export interface PlanTextOptions {
  readonly columns: number;
  readonly paint: Paint;
  /** Null where it was not taken. */
  readonly digest: string | null;
  /** What an adapter says it would do; undefined: show the step's input. */
  readonly describe?: (step: PlannedStep) => readonly string[] | undefined;
  /** What was measured of its steps; left out: nothing is said of that. */
  readonly estimates?: Estimates;
}

/** Where the margin leaves less, a terminal may break the line itself. */
const narrowest = 20;

export function planText(plan: Plan, options: PlanTextOptions): string {
  const lines = [
    ...headLines(plan, options),
    ...(plan.kind === 'change' ? [] : phases.flatMap((name) => placeLines(name, plan.phases[name], plan, options))),
    ...(plan.kind === 'change'
      ? ['', ...waveListLines(plan, options)]
      : placeLines('escalate', plan.escalate, plan, options)),
    ...updatesLines(plan, options),
    '',
    totalLine(plan),
    ...expectedLines(plan, options),
  ];
  return `${lines.join('\n')}\n`;
}

function headLines(plan: Plan, { columns, paint, digest }: PlanTextOptions): readonly string[] {
  const change = plan.change.id;
  return [
    paint(
      'strong',
      `${plan.kind === 'change' ? 'Change' : 'Plan'} ${visible(plan.name)} of system ${visible(plan.system)}: nothing is run.`,
    ),
    ...(plan.summary === null ? [] : wrap(visible(plan.summary), columns)),
    ...(typeof change === 'string' ? [`Change ${visible(change)}`] : []),
    ...Object.entries(plan.params).map(([name, value]) => `Parameter ${name} = ${visible(JSON.stringify(value))}`),
    ...(digest === null ? [] : [`Digest ${digest}`]),
    ...(plan.timeBudgetMs === null ? [] : [`Time budget ${formatDuration(plan.timeBudgetMs)}`]),
  ];
}

function placeLines(name: Place, phase: PlannedPhase, plan: Plan, options: PlanTextOptions): readonly string[] {
  const order = waves(phase.steps);
  const title = name === 'escalate' ? 'escalate (only when the backout fails or is stopped)' : name;
  const head = options.paint('strong', title);
  if (phase.steps.length === 0) return ['', `${head}: no steps${emptyWords(name, plan)}`];
  const lines = order.flatMap((steps, index) => waveLines(steps, index + 1, plan, options));
  return ['', head, ...(name === 'disable-access' ? unclosedLines(plan, options) : []), ...lines];
}

function unclosedLines(plan: Plan, { columns, paint }: PlanTextOptions): readonly string[] {
  const words = unclosedWords(plan);
  return words === undefined ? [] : hanging(visible(words), '   ', columns).map((line) => paint('bad', line));
}

/** A change has one list of steps. */
function waveListLines(plan: Plan, options: PlanTextOptions): readonly string[] {
  return waves(plan.phases.restore.steps).flatMap((steps, index) => waveLines(steps, index + 1, plan, options));
}

function updatesLines(plan: Plan, { columns, paint }: PlanTextOptions): readonly string[] {
  const lines = communicationLines(plan);
  if (lines.length === 0) return [];
  return [
    '',
    paint('strong', 'updates (while it lasts, beside everything)'),
    ...lines.flatMap((line) => hanging(line, '   ', columns)),
  ];
}

function emptyWords(name: Place, plan: Plan): string {
  if (name !== 'health-checks' || plan.withoutHealthChecks === null) return '';
  return `: ${visible(plan.withoutHealthChecks)}`;
}

/** Steps of one number run side by side. */
function waveLines(
  steps: readonly PlannedStep[],
  number: number,
  plan: Plan,
  options: PlanTextOptions,
): readonly string[] {
  return steps.flatMap((step, index) => {
    const mark = index === 0 ? `${String(number).padStart(3)}. ` : '   + ';
    return stepLines(step, mark, plan, options);
  });
}

function stepLines(step: PlannedStep, mark: string, plan: Plan, options: PlanTextOptions): readonly string[] {
  const inner = ' '.repeat(mark.length);
  const owner = step.owner === null ? 'no owner' : visible(step.owner);
  const person = personOf({ plan }, step);
  const by = person === null ? owner : `${owner}: ${visible(person)}`;
  const name = step.name === step.id ? '' : ` ${visible(step.name)}`;
  return [
    ...hanging(`${step.id}${name} (${by})`, mark, options.columns),
    ...(options.describe?.(step)?.map(visible) ?? actionLines(step.action)).flatMap((line) =>
      hanging(line, inner, options.columns),
    ),
    ...hostsLines(step, inner, options),
    ...wrap(rulesOf(step).join('; '), options.columns - inner.length).map((line) => `${inner}${line}`),
    ...measuredLines(step, inner, options),
    ...step.contingency.flatMap((other) => stepLines(other, `${inner}if it fails: `, plan, options)),
  ];
}

function hostsLines({ hosts }: PlannedStep, inner: string, { columns }: PlanTextOptions): readonly string[] {
  if (hosts === undefined) return [];
  const addresses = addressesLine(hosts);
  return [hostsLine(hosts), ...(addresses === null ? [] : [addresses])].flatMap((line) =>
    hanging(line, inner, columns),
  );
}

/** Whole, because a plan is there to be reviewed; what does not fit into the first line stands further in. */
function hanging(text: string, mark: string, columns: number): readonly string[] {
  const rest = `${' '.repeat(mark.length)}  `;
  const lines = hardWrap(text, Math.max(narrowest, columns - rest.length));
  return lines.map((line, index) => `${index === 0 ? mark : rest}${line}`);
}

/** What is done, in the playbook's own words. */
export function actionLines(action: Action): readonly string[] {
  switch (action.kind) {
    case 'shell':
      return action.source
        .trimEnd()
        .split('\n')
        .map((line) => `$ ${visible(line)}`);
    case 'script':
      return [`script ${[action.file, ...action.args].map(visible).join(' ')}`];
    case 'adapter':
      return [`${visible(action.adapter)} ${visible(JSON.stringify(action.input))}`];
    case 'manual':
      return [`by hand: ${visible(action.instruction)}`];
  }
}

function rulesOf(step: PlannedStep): readonly string[] {
  return [
    limitWords(step),
    ...(step.condition === true ? [] : [conditionWords(step.condition)]),
    ...(step.until === null ? [] : [untilWords(step.until)]),
    ...(step.retry.attempts > 1
      ? [`up to ${step.retry.attempts} attempts, ${formatDuration(step.retry.delayMs)} apart`]
      : []),
    ...(step.verify === null ? [] : ['then verified']),
    ...(step.required ? ['the next phase waits for it'] : []),
    isTelling(step.place) && !step.required ? 'holds nothing up' : `on failure: ${step.onFailure}`,
  ];
}

function untilWords({ successes, withinMs, failures = null, errors = null }: Until): string {
  const limits = [
    ...(failures === null ? [] : [`${failures} bad answers`]),
    ...(errors === null ? [] : [`${errors} in a row that could not be had`]),
  ];
  const early = limits.length === 0 ? '' : `, given up after ${limits.join(' or ')}`;
  return `until ${successes} successes in a row within ${formatDuration(withinMs)}${early}`;
}

function limitWords(step: PlannedStep): string {
  const { action, place, answerWithinMs, timeoutMs } = step;
  if (action.kind === 'manual') {
    return isTelling(place)
      ? 'a task for a person'
      : `answer within ${formatDuration(answerWithinMs)}${unansweredWords(step)}`;
  }
  return timeoutMs === null ? 'no timeout' : `timeout ${formatDuration(timeoutMs)}`;
}

/** Silence is a failure under `stop`; said where the step's own words promise something else. */
function unansweredWords({ onFailure, contingency }: PlannedStep): string {
  return onFailure === 'stop' || contingency.length > 0 ? '' : ' (no answer ends the backout)';
}

function conditionWords(condition: boolean | string): string {
  return condition === false ? 'left out: its `if` is false' : `only if ${visible(String(condition))}`;
}

function totalLine(plan: Plan): string {
  const steps = phases.flatMap((name) => plan.phases[name].steps);
  const time = longest(plan);
  const people = steps.filter(({ action }) => action.kind === 'manual').length;
  const waits = people === 0 ? '' : `, of which ${people} by people`;
  const bound =
    time === null ? 'no limit, because a step has no timeout' : `at most ${formatDuration(time)} by the timeouts`;
  return `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}${waits}; ${bound}.`;
}

function measuredLines(step: PlannedStep, inner: string, { estimates, columns }: PlanTextOptions): readonly string[] {
  const estimate = estimates?.get(step.id);
  return estimate === undefined ? [] : hanging(estimateWords(estimate), inner, columns);
}

function expectedLines(plan: Plan, { estimates, columns }: PlanTextOptions): readonly string[] {
  if (estimates === undefined) return [];
  return outlookLines(outlookOf(plan, estimates)).flatMap((line) => wrap(line, columns));
}
