/**
 * A restore step of the frame covers steps of the change and has an `if`: where that is false nothing takes them back,
 * and nobody has decided so.
 * Owns: which these are, what is said of them, and the step that stands beside one: a person decides, or the run does
 * not end as though all had been taken back. Does not own: the values that decide it.
 */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Change } from '../../playbook/change/change.ts';
import { asText } from '../../playbook/change/written.ts';
import { type StepSite, sitesOf } from '../../playbook/content.ts';
import type { Playbook } from '../../playbook/examined.ts';
import { type Expressions, loadExpressions } from '../../playbook/expression.ts';
import { plannedRoots } from '../../playbook/scope.ts';
import { conditionText } from '../../playbook/template.ts';
import type { WayStep } from './way.ts';

/** `decide`: a person says that the steps stay as they are. `fail`: the run goes on, and its exit code says so. */
export type Guard = 'decide' | 'fail';

/** The ids of the steps that stand beside the restore step `cover`. */
export const decidingId = (cover: string): string => `decide-${cover}`;
export const failingId = (cover: string): string => `unrestored-${cover}`;

/** By id of the covering step. Where values that the plan has settle the condition, `refuse` needs no step: nothing begins. */
export async function guardsOf(
  change: Change,
  frame: Playbook | undefined,
  irreversible: 'ask' | 'refuse',
): Promise<ReadonlyMap<string, Guard>> {
  const conditional = conditionalCovers(change, frame);
  if (conditional.length === 0) return new Map();
  const expressions = await loadExpressions();
  return new Map(
    conditional.flatMap(({ id, condition }): [string, Guard][] => {
      if (irreversible === 'ask') return [[id, 'decide']];
      return isSettled(condition, expressions) ? [] : [[id, 'fail']];
    }),
  );
}

/** Stands before the covering step, and is done only where that is not. `needs`: what its condition may ask for. */
export function guardStep(
  { document }: Playbook,
  { id, step, path }: StepSite,
  steps: readonly string[],
  guard: Guard,
  needs: readonly string[],
): WayStep {
  const what = `${id} of the frame, which takes back ${steps.join(', ')}, does not apply: its \`if\` is false.`;
  const owner: JsonObject = step.owner === undefined ? {} : { owner: step.owner };
  const ask = 'Decide whether the backout goes on and leaves that as it is: confirm; reject, and the backout ends.';
  const content: JsonObject =
    guard === 'decide'
      ? { name: `Decide about ${steps.join(', ')}, which nothing takes back`, ...owner, manual: `${what} ${ask}` }
      : {
          name: `Say that ${steps.join(', ')} is not taken back`,
          env: { WHAT: what },
          run: 'printf "%s\\n" "$WHAT" >&2; exit 1',
          onFailure: 'continue',
        };
  return {
    id: guard === 'decide' ? decidingId(id) : failingId(id),
    content: { ...content, if: `!(${conditionOf(step.if) ?? 'true'})` },
    needs,
    written: { document, path, made: true },
    comment: `Where ${id} does not apply nothing takes back ${steps.join(', ')}.`,
  };
}

/** The covering steps of a derived playbook whose `if` is false with the values that it has: those given before, and defaults. */
export async function idleCovers(playbook: Playbook, covers: ReadonlySet<string>): Promise<readonly string[]> {
  const conditional = conditionals(playbook, covers);
  if (conditional.length === 0) return [];
  const expressions = await loadExpressions();
  const { content } = playbook;
  const params = Object.entries(content.parameters ?? {}).flatMap(([name, { default: value, required }]) =>
    value === undefined && required === true ? [] : [[name, value ?? null] as const],
  );
  const scope = { params: Object.fromEntries(params), change: { ...content.change }, roles: { ...content.roles } };
  return conditional.flatMap(({ id, condition }) => {
    if (!isSettled(condition, expressions)) return [];
    const answer = expressions.evaluate(condition, scope as { readonly params: JsonObject });
    return answer.ok && answer.value === false ? [id] : [];
  });
}

/** The restore steps of the frame that take something back. `undo`: which steps take back which. */
export function coversIn(change: Change, undo: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  return new Set(change.steps.flatMap(({ id, back }) => (back.kind === 'covered' && undo.has(id) ? [back.by] : [])));
}

/** An error for each step that nothing would take back. `undo`: which steps take back which. */
export function idleFaults(
  { document, steps }: Change,
  idle: readonly string[],
  undo: ReadonlyMap<string, readonly string[]>,
): readonly Diagnostic[] {
  return steps.flatMap(({ id, index, back }) => {
    if (back.kind !== 'covered' || !idle.includes(back.by) || !undo.has(id)) return [];
    const message = `nothing takes step ${id} back: ${back.by} of the frame, which covers it, does not apply, as its \`if\` is false`;
    const remedy = `Give the value with which ${back.by} applies (--param); or with --irreversible ask a person decides about it during the backout.`;
    return [document.error('idle-cover', ['steps', index, 'coveredBy'], message, remedy)];
  });
}

/** Told before anything is carried out: a value that is given may still change it. */
export function idleWarnings(change: Change, idle: readonly string[]): readonly Diagnostic[] {
  return change.steps.flatMap(({ id, index, back }) => {
    if (back.kind !== 'covered' || !idle.includes(back.by)) return [];
    const message = `step ${id} is covered by ${back.by}, whose \`if\` is false unless a parameter is given: then nothing takes it back`;
    const remedy = `Leave the \`if\` of ${back.by} out, or carry the change out with the value that makes it true (--param).`;
    return [change.document.warning('idle-cover', ['steps', index, 'coveredBy'], message, remedy)];
  });
}

interface Conditional {
  readonly id: string;
  readonly condition: string;
}

function conditionalCovers(change: Change, frame: Playbook | undefined): readonly Conditional[] {
  const covers = new Set(change.steps.flatMap(({ back }) => (back.kind === 'covered' ? [back.by] : [])));
  return frame === undefined ? [] : conditionals(frame, covers);
}

function conditionals(playbook: Playbook, among: ReadonlySet<string>): readonly Conditional[] {
  return sitesOf(playbook.content, 'restore').flatMap(({ id, parent, step }) => {
    const condition = conditionOf(step.if);
    return parent !== undefined || condition === undefined || !among.has(id) ? [] : [{ id, condition }];
  });
}

/** Undefined: it always applies. */
function conditionOf(written: boolean | string | undefined): string | undefined {
  if (typeof written === 'string') return asText(conditionText(written));
  return written === false ? 'false' : undefined;
}

function isSettled(condition: string, expressions: Expressions): boolean {
  const inspected = expressions.inspect(condition);
  return inspected.ok && inspected.value.references.every(({ root }) => plannedRoots.has(root));
}
