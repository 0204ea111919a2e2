/** What a step's adapter says it would do, for plans that are only looked at. */
import type { PlannedStep } from '../plan/plan.ts';
import type { Adapters } from './load-adapters.ts';

/** Undefined where it has no adapter, or the input is not complete: expressions and secrets stand as the playbook has them. */
export function describeWith(adapters: Adapters): (step: PlannedStep) => readonly string[] | undefined {
  return ({ action }) => {
    const adapter = action.kind === 'adapter' ? adapters.get(action.adapter) : undefined;
    if (adapter === undefined || action.kind !== 'adapter') return undefined;
    try {
      const parsed = adapter.input['~standard'].validate(action.input);
      return parsed instanceof Promise || parsed.issues !== undefined ? undefined : adapter.describe(parsed.value);
    } catch {
      return undefined;
    }
  };
}
