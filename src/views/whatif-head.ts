/** What a what-if page says before its table: of which plan, on which assumptions. */
import { formatDuration } from '../kernel/duration.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { visible } from './visible.ts';
import type { WhatIfDocument } from './whatif.ts';
import { endWords, shortTruth } from './whatif-words.ts';

export function untroubledWords({ untroubled }: WhatIfDocument): string {
  return `If nothing goes wrong: ${endWords(untroubled)} after ${formatDuration(untroubled.elapsed)}; ${shortTruth(untroubled)}.`;
}

/** What this examination includes and what not, where an `if` decides; one sentence each. */
export function conditionWords({ plan, undecided }: WhatIfDocument): readonly string[] {
  const { steps, neverTrue, exclusive } = undecided;
  const out = stepsLeftOut(plan);
  const possible = steps.filter((id) => !neverTrue.includes(id));
  return [
    ...(out.length === 0 ? [] : [`Left out, because their \`if\` is false with the values given, ${counted(out)}.`]),
    ...(steps.length === 0
      ? []
      : [`Taken as included whatever their \`if\`, which asks for values that were not given, ${counted(steps)}.`]),
    ...(neverTrue.length === 0
      ? []
      : [`No value that was tried makes the \`if\` of these true, so perhaps they never run, ${counted(neverTrue)}.`]),
    ...(exclusive ? [`No values that were tried include all of these in one run, ${counted(possible)}.`] : []),
  ];
}

/** By name, those that stand in for a step that is left out too. */
export function stepsLeftOut(plan: Plan): readonly string[] {
  return mainSteps(plan).flatMap((step) => {
    if (step.condition === false) return [step, ...step.contingency].map(({ id }) => id);
    return step.contingency.filter(({ condition }) => condition === false).map(({ id }) => id);
  });
}

function mainSteps({ phases, escalate }: Plan): readonly PlannedStep[] {
  return [...Object.values(phases), escalate].flatMap(({ steps }) => steps);
}

const mostNamed = 12;

function counted(ids: readonly string[]): string {
  const more = ids.length - mostNamed;
  const named = ids.slice(0, mostNamed).map(visible).join(', ');
  const count = ids.length === 1 ? '1 step' : `${ids.length} steps`;
  return `${count}: ${named}${more > 0 ? ` and ${more} more (--json names all)` : ''}`;
}

/** One sentence each. */
export function assumptionWords({ assumed }: WhatIfDocument): readonly string[] {
  const values = Object.entries(assumed).map(([name, value]) => `${name}=${visible(value)}`);
  return [
    'Times are assumed where none were measured: a tenth of the timeout, one minute where there is none.',
    'A person who is asked what to do is taken to stop the run after five minutes, the careful answer; an engine that dies is followed by another after one minute: if nobody resumes the run, it waits.',
    'Rows in which a person is asked hold where the engine stays to hear the answer: at a terminal, or with --wait. `run --yes` without either leaves at the first question with exit code 3; the run then waits, and the time to answer does not run out.',
    ...(values.length === 0 ? [] : [`Values that stand in for parameters that were not given: ${values.join(', ')}.`]),
  ];
}

export function countWords({ rows, findings }: WhatIfDocument): string {
  const found =
    findings.length === 0 ? 'nothing found' : `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`;
  return `${rows.length.toLocaleString('en-US')} failures walked through; ${found}.`;
}
