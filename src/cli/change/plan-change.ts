/** The plans of a change: the one that carries it out, and the one that takes it back. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Result } from '../../kernel/result.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { type PlanAndAdapters, planLoaded } from '../load-plan.ts';
import type { DerivedPlaybook } from './derive-playbook.ts';
import type { LoadedChange } from './load-change.ts';

type Planned = Promise<Result<PlanAndAdapters, readonly Diagnostic[]>>;

/** Parameters that only the frame has are for the way back. */
export async function planForward(loaded: LoadedChange, call: Invocation, surface: Surface): Planned {
  const { change, frame, file, digest, adapters, warnings } = loaded;
  const own = new Set(Object.keys(change.forward.content.parameters ?? {}));
  const around = Object.keys(frame?.content.parameters ?? {}).filter((name) => !own.has(name));
  const { document } = change.forward;
  const playbook = { file, document, playbook: change.forward, adapters, diagnostics: warnings, digest };
  const planned = await planLoaded(playbook, call, surface, undefined, new Set(around));
  return planned.ok ? withPlan(planned.value, { kind: 'change' }) : planned;
}

/** Parameters that only the steps of the change use are of no use here. */
export async function planBack(derived: DerivedPlaybook, call: Invocation, surface: Surface): Planned {
  const needed = derived.playbook.playbook?.content.parameters ?? {};
  const others = Object.keys(derived.change.forward.content.parameters ?? {}).filter(
    (name) => !Object.hasOwn(needed, name),
  );
  const planned = await planLoaded(derived.playbook, call, surface, undefined, new Set(others));
  return planned.ok ? withPlan(planned.value, { takesBack: derived.change.id }) : planned;
}

function withPlan(
  planned: PlanAndAdapters,
  more: { readonly kind: 'change' } | { readonly takesBack: string },
): { readonly ok: true; readonly value: PlanAndAdapters } {
  return { ok: true, value: { ...planned, plan: { ...planned.plan, ...more } } };
}
