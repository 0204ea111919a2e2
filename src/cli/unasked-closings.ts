/** What a reopened run must take on trust: closing steps that nothing can ask whether access is still closed (P1). */
import { isAskedAnew, standingClosings } from '../engine/closings.ts';
import type { Context } from '../engine/state.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { Adapter } from '../ports/adapter.ts';

type Adapters = ReadonlyMap<string, Pick<Adapter, 'probe'>>;

/** One line, with the remedy; none where every closing step can be asked. `context`: the run as it ended. */
export function unaskedClosings(context: Context, adapters: Adapters): readonly string[] {
  const unasked = standingClosings(context).filter((step) => !isAskedAnew(context, step) || !canAnswer(step, adapters));
  if (unasked.length === 0) return [];
  const names = unasked.map(({ id }) => id).join(', ');
  return [
    `whether access is still closed by ${names} cannot be asked, so it is taken to be: look at it yourself, and give such a step a \`verify\` in the playbook`,
  ];
}

function canAnswer({ verify, action }: PlannedStep, adapters: Adapters): boolean {
  return verify !== null || (action.kind === 'adapter' && adapters.get(action.adapter)?.probe !== undefined);
}
