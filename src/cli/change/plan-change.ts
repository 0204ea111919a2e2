/** The plans of a change: the one that carries it out, and the one that takes it back. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { coversIn, decidingId, idleFaults } from '../../plan/derive/idle-cover.ts';
import { resolveParameters } from '../../plan/parameters.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { occasionOf, type PlanAndAdapters, planLoaded } from '../load-plan.ts';
import type { DerivedPlaybook } from './derive-playbook.ts';
import type { LoadedChange } from './load-change.ts';

type Faults = readonly Diagnostic[];

export interface ForwardPlan extends PlanAndAdapters {
  /** Values that were given of parameters that only the way back has. */
  readonly paramsBack: JsonObject;
}

/** Parameters that only the frame has are for the way back: checked now, and kept for it. */
export async function planForward(
  loaded: LoadedChange,
  call: Invocation,
  surface: Surface,
): Promise<Result<ForwardPlan, Faults>> {
  const { change, frame, file, digest, adapters, warnings } = loaded;
  const own = new Set(Object.keys(change.forward.content.parameters ?? {}));
  const around = Object.keys(frame?.content.parameters ?? {}).filter((name) => !own.has(name));
  const { document } = change.forward;
  const playbook = { file, document, playbook: change.forward, adapters, diagnostics: warnings, digest };
  const planned = await planLoaded(playbook, call, surface, undefined, new Set(around));
  const { params, paramsFile } = await occasionOf(playbook, call, surface, [], undefined, own);
  const kept = frame === undefined ? ok({}) : givenAround(frame, { params, paramsFile });
  if (!planned.ok || !kept.ok) return err([...(planned.ok ? [] : planned.error), ...(kept.ok ? [] : kept.error)]);
  const { plan } = planned.value;
  return ok({ ...planned.value, plan: { ...plan, kind: 'change' }, paramsBack: kept.value });
}

type Frame = NonNullable<LoadedChange['frame']>;

/** What is missing is for the way back to miss; what is unknown was told of the change. */
function givenAround(frame: Frame, given: Parameters<typeof resolveParameters>[1]): Result<JsonObject, Faults> {
  const { params, diagnostics } = resolveParameters(frame, given);
  const bad = diagnostics.filter(({ rule }) => rule === 'bad-parameter');
  if (bad.length > 0) return err(bad);
  const names = new Set([...Object.keys(given.params), ...Object.keys(given.paramsFile)]);
  return ok(Object.fromEntries(Object.entries(params).filter(([name]) => names.has(name))));
}

/** Parameters that only the steps of the change use are of no use here. */
export async function planBack(
  derived: DerivedPlaybook,
  call: Invocation,
  surface: Surface,
): Promise<Result<PlanAndAdapters, Faults>> {
  const needed = derived.playbook.playbook?.content.parameters ?? {};
  const others = Object.keys(derived.change.forward.content.parameters ?? {}).filter(
    (name) => !Object.hasOwn(needed, name),
  );
  const planned = await planLoaded(derived.playbook, call, surface, undefined, new Set(others));
  if (!planned.ok) return planned;
  const { plan, warnings } = planned.value;
  const faults = idleFaults(derived.change, idleIn(plan, derived), derived.undo);
  if (faults.length > 0) return err(faults);
  return ok({
    ...planned.value,
    plan: { ...plan, takesBack: derived.change.id },
    warnings: [...warnings, ...withoutEffect(plan, derived)],
  });
}

/** Covering steps that are left out of this plan, and that no person is asked about. */
function idleIn(plan: Plan, { change, undo }: DerivedPlaybook): readonly string[] {
  const left = leftOutOf(plan);
  const asked = new Set(plan.phases.restore.steps.map(({ id }) => id));
  return [...coversIn(change, undo)].filter((id) => left.has(id) && !asked.has(decidingId(id)));
}

/** Undo steps that their own `if` leaves out: the author has decided so, and it is said. */
function withoutEffect(plan: Plan, { change, undo }: DerivedPlaybook): Faults {
  const left = leftOutOf(plan);
  return change.steps.flatMap(({ id, index, back }) =>
    (back.kind === 'undo' ? (undo.get(id) ?? []) : []).flatMap((each, position) => {
      if (!left.has(each)) return [];
      const message = `the undo of ${id} does not apply: ${each} is left out, as its \`if\` is false`;
      const remedy = `What ${id} has done stays as it is, as far as no other step takes it back.`;
      return [change.document.warning('idle-undo', ['steps', index, 'backout', position], message, remedy)];
    }),
  );
}

const leftOutOf = (plan: Plan): ReadonlySet<string> =>
  new Set(plan.phases.restore.steps.flatMap(({ id, condition }) => (condition === false ? [id] : [])));
