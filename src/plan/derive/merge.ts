/** What the change and its frame both declare: taken together where they agree, told where they do not. */
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Change } from '../../playbook/change/change.ts';
import { namesIt } from '../../playbook/change/names-it.ts';
import { asMapping, without } from '../../playbook/change/written.ts';
import type { Playbook } from '../../playbook/examined.ts';
import type { Derivation } from './derivation.ts';
import type { WayStep } from './way.ts';

const kinds = { roles: 'role', parameters: 'parameter', secrets: 'secret' } as const;
type Kind = keyof typeof kinds;

export interface Declarations {
  readonly roles: JsonObject;
  readonly parameters: JsonObject;
  readonly secrets: JsonObject;
}

export interface Merged extends Declarations {
  readonly diagnostics: readonly Diagnostic[];
}

export function mergeDeclarations(change: Change, frame: Playbook | undefined): Merged {
  const own = dataOf(change.document.data);
  const around = dataOf(frame?.document.data ?? null);
  const merged = (kind: Kind): JsonObject => ({ ...asMapping(around[kind]), ...asMapping(own[kind]) });
  const diagnostics = (Object.keys(kinds) as Kind[]).flatMap((kind) =>
    conflicts(change, frame, kind, asMapping(own[kind]) ?? {}, asMapping(around[kind]) ?? {}),
  );
  return { roles: merged('roles'), parameters: merged('parameters'), secrets: merged('secrets'), diagnostics };
}

export const dataOf = (data: Json): JsonObject => asMapping(data) ?? {};

function conflicts(
  change: Change,
  frame: Playbook | undefined,
  kind: Kind,
  own: JsonObject,
  around: JsonObject,
): readonly Diagnostic[] {
  return Object.entries(own).flatMap(([name, declared]) => {
    const other = around[name];
    if (other === undefined || frame === undefined || canonicalJson(other) === canonicalJson(declared)) return [];
    const { range } = frame.document.place([kind, name], 'key');
    const message = `${kinds[kind]} ${name} is declared otherwise in the frame: ${range.file}:${range.line}`;
    const remedy = 'Write the same in both, or give one of them another name.';
    return [change.document.error('frame-conflict', [kind, name], message, remedy, 'key')];
  });
}

/**
 * What the way back needs of it. Parameters have the values that were given when the change was carried out, also those
 * that only the frame has; what only the change's steps use, and none that takes them back, is not asked for.
 */
export function neededDeclarations(
  { frame, executed }: Pick<Derivation, 'frame' | 'executed'>,
  { roles, parameters, secrets }: Declarations,
  steps: readonly WayStep[],
): Declarations {
  const around = dataOf(frame?.document.data ?? null);
  const text = JSON.stringify(steps.map(({ content }) => content));
  const isNeeded = (kind: 'parameters' | 'secrets', name: string) =>
    Object.hasOwn(asMapping(around[kind]) ?? {}, name) || namesIt(text, roots[kind], name);
  const needed = (kind: 'parameters' | 'secrets', all: JsonObject) =>
    Object.entries(all).filter(([name]) => isNeeded(kind, name));
  return {
    roles,
    parameters: withValues(Object.fromEntries(needed('parameters', parameters)), executed?.params ?? {}),
    secrets: Object.fromEntries(needed('secrets', secrets)),
  };
}

/** Parameters have the values that were given before, and are not asked for again. */
export function withValues(parameters: JsonObject, given: JsonObject): JsonObject {
  const filled = Object.entries(parameters).map(([name, declared]) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || value === null) return [name, declared] as const;
    return [name, { ...without(asMapping(declared) ?? {}, ['required']), default: value }] as const;
  });
  return Object.fromEntries(filled);
}

const roots = { parameters: 'params', secrets: 'secrets' } as const;

/** The system that is changed is the one that is backed out. */
export function systemFault(change: Change, frame: Playbook | undefined): readonly Diagnostic[] {
  const own = change.forward.content.system;
  const around = frame?.content.system ?? frame?.content.name;
  if (own === undefined) {
    const example = around === undefined ? 'system: shop' : `system: ${around}`;
    return [change.document.error('missing-key', [], '"system" is missing in the change', `Add "${example}".`)];
  }
  if (around === undefined || own === around) return [];
  const message = `the change is of system ${own}, and its frame backs out ${around}`;
  return [change.document.error('frame-conflict', ['system'], message, 'Name the same system in both.')];
}
