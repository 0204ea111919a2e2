/** What several rules ask of a step. */
import { parseDuration } from '../../kernel/duration.ts';
import type { AdapterFacts, AdapterTable } from '../adapter-facts.ts';
import { type PlaybookContent, phaseContent, type StepContent, type StepSite, stepsOf } from '../content.ts';
import type { PlaceName } from '../phases.ts';

const defaultAnswerMs = 30 * 60_000;
const defaultWithinMs = 60_000;

export function isEmpty(content: PlaybookContent, place: PlaceName): boolean {
  return stepsOf(phaseContent(content, place)).length === 0;
}

export function adapterOf(adapters: AdapterTable, step: StepContent): AdapterFacts | undefined {
  return step.uses === undefined ? undefined : adapters.get(step.uses);
}

/** Those of a phase itself, without their contingencies. */
export function mainSteps(sites: readonly StepSite[], place: PlaceName): readonly StepSite[] {
  return sites.filter((site) => site.place === place && site.parent === undefined);
}

/** The longest that one attempt (or one person's answer) may take; undefined where nothing limits it. */
export function limitMs(adapters: AdapterTable, step: StepContent): number | undefined {
  if (step.manual !== undefined) return parseDuration(step.answerWithin ?? '') ?? defaultAnswerMs;
  if (step.timeout !== undefined) return parseDuration(step.timeout);
  const own = adapterOf(adapters, step)?.defaultTimeoutMs ?? undefined;
  if (own === undefined || step.until === undefined) return own;
  return own + (parseDuration(step.until.within ?? '') ?? defaultWithinMs);
}

export function andJoin(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
