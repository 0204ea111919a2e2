/** What a step does, exactly: in its adapter's words where it has any, else as the playbook has it. */
import type { Json } from '../kernel/json.ts';
import type { Action, Plan, PlannedStep } from '../plan/plan.ts';
import type { DocumentFacts } from './document-view.ts';

export function instructionOf(
  step: PlannedStep,
  { describe, plan }: Pick<DocumentFacts, 'describe' | 'plan'>,
): readonly string[] {
  return [...(describe(step) ?? actionOf(step.action)), ...surroundings(step.action, plan)];
}

function actionOf(action: Action): readonly string[] {
  switch (action.kind) {
    case 'shell':
      return action.source.trimEnd().split('\n');
    case 'script':
      return [[action.file, ...action.args].join(' ')];
    case 'adapter':
      return [action.adapter, ...Object.entries(action.input).map(([name, value]) => `  ${name}: ${plain(value)}`)];
    case 'manual':
      return action.instruction.trimEnd().split('\n');
  }
}

const plain = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Shell text stays as it is reviewed, so the values that it gets stand below it. */
function surroundings(action: Action, { params }: Plan): readonly string[] {
  if (action.kind === 'manual') return [];
  const names = action.kind === 'shell' ? action.bindings.map(({ expression }) => expression.trim()) : [];
  const values = [...new Set(names)].flatMap((name) => {
    const value = /^params\.(\w+)$/.exec(name)?.[1];
    return value === undefined ? [] : [`# ${name} is ${plain(params[value] ?? null)}`];
  });
  const { env, stdin, cwd } = action;
  const variables = Object.entries(env).map(([name, value]) => `# ${name} is ${value}`);
  const fed = stdin === null ? [] : [`# it reads: ${stdin.trimEnd().replaceAll('\n', '\n#   ')}`];
  return [...values, ...variables, ...fed, ...(cwd === null ? [] : [`# in ${cwd}`])].flatMap((text) =>
    text.split('\n'),
  );
}
