/** What the backout takes back: the change beside the playbook, as its document shows it. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Plan } from '../../plan/plan.ts';
import type { ChangeStep } from '../../playbook/change/change.ts';
import { asList, asMapping, asText } from '../../playbook/change/written.ts';
import type { StepContent } from '../../playbook/content.ts';
import type { Implementation } from '../../views/document-view.ts';
import { type LoadedChange, loadChange } from '../change/load-change.ts';
import type { Invocation, Surface } from '../invocation.ts';

export interface FoundImplementation {
  readonly implementation: Implementation | null;
  /** Why there is none, where a change is there. */
  readonly notes: readonly string[];
}

/** The file that the caller names, else the change.yaml beside the playbook. */
export async function findImplementation(plan: Plan, call: Invocation, surface: Surface): Promise<FoundImplementation> {
  const named = call.flag('change');
  const path = named === undefined ? join(plan.folder, 'change.yaml') : resolve(surface.cwd, named);
  if (named === undefined && !existsSync(path)) return { implementation: null, notes: [] };
  const loaded = await loadChange(path, surface.cwd);
  if (!loaded.ok) {
    const [first] = loaded.error;
    const notes = [
      `${basename(path)} is not valid, and is left out: ${first?.message ?? ''} (backout derive shows all).`,
    ];
    return { implementation: null, notes };
  }
  const { change } = loaded.value;
  const own = plan.change.id;
  if (typeof own === 'string' && own !== change.id) {
    const notes = [`${basename(path)} is left out: it is of ${change.id}, and the playbook of ${own}.`];
    return { implementation: null, notes };
  }
  return { implementation: implementationOf(loaded.value), notes: [] };
}

function implementationOf(loaded: LoadedChange): Implementation {
  const written = asList(asMapping(loaded.change.document.data)?.steps) ?? [];
  const steps = loaded.change.steps.map((each) => ({
    id: each.id,
    name: each.step.name ?? each.id,
    owner: each.step.owner ?? null,
    instruction: instructionOf(each.step),
    back: backWords(each, asList(asMapping(written[each.index])?.backout) ?? []),
  }));
  return { file: basename(loaded.file), steps };
}

function instructionOf({ run, uses, with: input, script, args, manual }: StepContent): readonly string[] {
  if (run !== undefined) return run.trimEnd().split('\n');
  if (manual !== undefined) return manual.trimEnd().split('\n');
  if (script !== undefined) return [[script, ...(args ?? [])].join(' ')];
  const fields = Object.entries(input ?? {}).map(([name, value]) => `${name}: ${plain(value)}`);
  return [uses ?? '', ...fields];
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function backWords({ back }: ChangeStep, undo: readonly unknown[]): string {
  if (back.kind === 'irreversible') return `It cannot be taken back: ${back.reason}`;
  if (back.kind === 'covered') return `Covered by ${back.by}`;
  const names = undo.map((step) => {
    const mapping = typeof step === 'object' && step !== null ? step : {};
    return asText(Reflect.get(mapping, 'name')) ?? asText(Reflect.get(mapping, 'id')) ?? actionWords(mapping);
  });
  if (names.length === 0) return 'There is nothing to take back';
  return `Undone by: ${names.join('; ')}`;
}

const mostOfAction = 80;

/** What a step without a name does, shortly. */
function actionWords(step: object): string {
  const action = ['run', 'script', 'manual', 'uses'].flatMap((key) => asText(Reflect.get(step, key)) ?? []);
  const [first = '', ...more] = (action[0] ?? '').trim().split('\n');
  const isCut = more.length > 0 || first.length > mostOfAction;
  return `${first.slice(0, mostOfAction).trimEnd()}${isCut ? ' …' : ''}`;
}
