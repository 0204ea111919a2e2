/**
 * A change and what was carried out of it → the playbook that takes it back.
 *
 * Owns: what is in the playbook, and what is said of what is not. Does not own: the order (`undo-order.ts`), reading
 * ledgers, and whether the result is a good playbook: `checkPlaybook` sees it like any other, with each fault told where
 * it was written.
 */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { occasionKeys } from '../../playbook/change/change.ts';
import { asMapping, only, without } from '../../playbook/change/written.ts';
import { maxParallelOf, phaseContent, sitesOf } from '../../playbook/content.ts';
import type { PlaybookDocument } from '../../playbook/document.ts';
import type { Playbook } from '../../playbook/examined.ts';
import { phaseNames } from '../../playbook/phases.ts';
import { coverFaults } from './cover-faults.ts';
import type { Derivation } from './derivation.ts';
import { originOf } from './derived-origin.ts';
import { type Fate, fatesOf, isTakenBack } from './executed.ts';
import { fillOutputs } from './fill-outputs.ts';
import { guardsOf } from './idle-cover.ts';
import { type Declarations, dataOf, mergeDeclarations, neededDeclarations, systemFault, withValues } from './merge.ts';
import { restorePhase } from './restore-phase.ts';
import { saidOf } from './said.ts';
import { withoutSparedOutputs } from './spared-outputs.ts';
import { isStrict, trimmedFrame, withoutRehearsalOf } from './trim-frame.ts';
import type { WayStep } from './way.ts';

export interface Derived {
  readonly document: PlaybookDocument;
  /** Comments by id of the step. */
  readonly comments: ReadonlyMap<string, string>;
  /** What is not taken back, or only perhaps, and why: a line each. */
  readonly said: readonly string[];
  /** Which steps take back which executed step of the change; none for one that changes nothing. */
  readonly undo: ReadonlyMap<string, readonly string[]>;
  /** Names of parameters that stand for outputs of steps that were not carried out yet. */
  readonly standIns: readonly string[];
}

export async function derive(derivation: Derivation): Promise<Result<Derived, readonly Diagnostic[]>> {
  const { change, frame, executed } = derivation;
  const fates = fatesOf(change, executed);
  const merged = mergeDeclarations(change, frame);
  const phase = restorePhase(change, frame, fates, await guardsOf(change, frame, derivation.irreversible));
  const filled = await fillOutputs(derivation, phase.steps);
  const diagnostics = [
    ...systemFault(change, frame),
    ...coverFaults(change.document, frame),
    ...merged.diagnostics,
    ...irreversibleFaults(derivation, fates),
    ...filled.diagnostics,
  ];
  if (diagnostics.length > 0) return err(diagnostics);
  const spared = withContingencies(frame, phase.spared);
  const trimmed = trimmedFrame(dataOf(frame?.document.data ?? null), spared);
  const { around, steps, byHand, said } = await withoutSparedOutputs({ around: trimmed, steps: filled.steps }, spared);
  const declared = neededDeclarations(derivation, merged, steps);
  const data = assembled(
    derivation,
    withoutRehearsalOf(around, byHand),
    { ...declared, parameters: withValues({ ...declared.parameters, ...filled.parameters }, derivation.given ?? {}) },
    steps,
  );
  const others = frame === undefined ? [] : [frame.document];
  return ok({
    document: change.document.arranged(data, originOf(change, frame, steps), others),
    comments: new Map(steps.flatMap(({ id, comment }) => (comment === undefined ? [] : [[id, comment]]))),
    said: [...new Set([...saidOf(change, fates, phase), ...filled.said, ...said, ...policyLine(frame)])],
    undo: phase.undo,
    standIns: Object.keys(filled.parameters),
  });
}

function withContingencies(frame: Playbook | undefined, spared: readonly string[]): readonly string[] {
  const sites = frame === undefined ? [] : sitesOf(frame.content, 'restore');
  const contingencies = sites.filter(({ parent }) => parent !== undefined && spared.includes(parent));
  return [...spared, ...contingencies.map(({ id }) => id)];
}

function policyLine(frame: Playbook | undefined): readonly string[] {
  if (!isStrict(asMapping(dataOf(frame?.document.data ?? null).policy))) return [];
  return ['The policy of the frame asks for a rehearsal; of a plan that is derived there is none, so it only warns.'];
}

function irreversibleFaults(
  { change, irreversible, executed }: Derivation,
  fates: ReadonlyMap<string, Fate>,
): readonly Diagnostic[] {
  if (irreversible === 'ask') return [];
  return change.steps.flatMap(({ id, index, back }) => {
    if (back.kind !== 'irreversible' || !isTakenBack(fates.get(id))) return [];
    const was = executed === undefined ? '' : 'was executed and ';
    const message = `step ${id} ${was}cannot be taken back: ${back.reason}`;
    const remedy = 'With --irreversible ask a person decides about it during the backout.';
    return [change.document.error('irreversible', ['steps', index, 'irreversible'], message, remedy)];
  });
}

const headKeys = ['scope', 'goals', 'timeBudget', 'validFor', 'maxParallel', 'withoutHealthChecks', 'withoutClosing'];
const ownKeys = ['apiVersion', 'kind', 'name', 'system', 'summary', 'change', 'roles', 'parameters', 'secrets'];

function assembled(
  { change, frame }: Derivation,
  around: JsonObject,
  { roles, parameters, secrets }: Declarations,
  steps: readonly WayStep[],
): JsonObject {
  const own = dataOf(change.document.data);
  const { content } = change.forward;
  const summary = around.summary ?? `Take back ${change.id}${own.summary === undefined ? '' : `: ${own.summary}`}`;
  return {
    apiVersion: 'backout/v1',
    kind: 'Playbook',
    name: `Backout of ${change.id}`,
    ...(content.system === undefined ? {} : { system: content.system }),
    summary,
    ...only(around, headKeys),
    change: { ...asMapping(around.change), ...only(own, occasionKeys) },
    ...filledOnly({ roles, parameters, secrets }),
    ...without(around, [...ownKeys, ...headKeys, 'phases', 'escalate']),
    phases: phasesOf(frame, around, steps),
    ...only(around, ['escalate']),
  };
}

const filledOnly = (mappings: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(mappings).filter(([, value]) => Object.keys(asMapping(value) ?? {}).length > 0));

function phasesOf(frame: Playbook | undefined, around: JsonObject, steps: readonly WayStep[]): JsonObject {
  const maxParallel = frame === undefined ? undefined : maxParallelOf(phaseContent(frame.content, 'restore'));
  const list = steps.map((step, index) => withNeeds(step, steps[index - 1]?.id));
  const restore: Json = maxParallel === undefined ? list : { maxParallel, steps: list };
  const all: JsonObject = { ...asMapping(around.phases), restore };
  return Object.fromEntries(phaseNames.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

/** A step that waits for the step above it need not say so. */
function withNeeds({ id, content, needs }: WayStep, above: string | undefined): JsonObject {
  const isDefault = needs.length === (above === undefined ? 0 : 1) && needs[0] === above;
  return { id, ...(isDefault ? {} : { needs: [...needs] }), ...content };
}
