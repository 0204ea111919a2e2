/**
 * How long the backout takes at most while every step keeps to its limit at the first try: the longest chain of `needs`
 * from closing access to opening it. What waits for a free place (maxParallel), a retry or a contingency comes on top.
 */
import type { AdapterTable } from '../adapter-facts.ts';
import { type PlaybookContent, phaseContent, stepsOf } from '../content.ts';
import type { PhaseName } from '../phases.ts';
import { limitMs } from './steps.ts';

/** Telling does not hold the backout up. */
const counted: readonly PhaseName[] = ['disable-access', 'restore', 'health-checks', 'enable-access'];

interface LongestPath {
  readonly ms: number;
  /** The step of `restore` (else of the last phase that has steps) that ends its chain. */
  readonly last: string;
}

export function longestPath(content: PlaybookContent, adapters: AdapterTable): LongestPath {
  let ms = 0;
  let last = '';
  for (const phase of counted) {
    const chain = longestChain(content, phase, adapters);
    ms += chain.ms;
    if (last === '' || phase === 'restore') last = chain.last || last;
  }
  return { ms, last };
}

function longestChain(content: PlaybookContent, phase: PhaseName, adapters: AdapterTable): LongestPath {
  const steps = stepsOf(phaseContent(content, phase)).map((step, index) => ({
    step,
    id: step.id ?? `${phase}-${index + 1}`,
  }));
  const own = new Map(steps.map(({ id, step }, index) => [id, { step, above: steps[index - 1]?.id }]));
  const ends = new Map<string, number>();
  const endOf = (first: string): number => {
    const open = [first];
    for (let id = open.at(-1); id !== undefined; id = open.at(-1)) {
      const at = own.get(id);
      const before = at === undefined ? [] : (at.step.needs ?? (at.above === undefined ? [] : [at.above]));
      const missing = before.find((each) => own.has(each) && !ends.has(each));
      if (missing !== undefined) {
        open.push(missing);
        continue;
      }
      const limit = at === undefined ? 0 : (limitMs(adapters, at.step) ?? 0);
      ends.set(id, limit + Math.max(0, ...before.map((each) => ends.get(each) ?? 0)));
      open.pop();
    }
    return ends.get(first) ?? 0;
  };
  let longest: LongestPath = { ms: 0, last: '' };
  for (const { id } of steps) if (endOf(id) > longest.ms) longest = { ms: endOf(id), last: id };
  return longest;
}
