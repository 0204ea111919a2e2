/**
 * What is left of a frame when the way back of a failed change cannot begin: nothing is taken back, and its `escalate`
 * tells people so. Whatever that does not need is left out, so that what is missing elsewhere does not keep it silent.
 */
import type { JsonObject } from '../../kernel/json.ts';
import type { Change } from '../../playbook/change/change.ts';
import { namesIt } from '../../playbook/change/names-it.ts';
import { asList, asMapping, only } from '../../playbook/change/written.ts';
import type { PlaybookDocument } from '../../playbook/document.ts';
import type { Playbook } from '../../playbook/examined.ts';
import { dataOf, mergeDeclarations, withValues } from './merge.ts';

interface Told {
  readonly change: Change;
  readonly frame: Playbook | undefined;
  readonly params: JsonObject;
}

/** Undefined where the frame has nobody to tell. `trouble`: why the way back cannot begin. `params`: as they were given. */
export function escalateOnly({ change, frame, params }: Told, trouble: string): PlaybookDocument | undefined {
  const around = dataOf(frame?.document.data ?? null);
  const list = asMapping(around.escalate)?.steps ?? around.escalate;
  if (frame === undefined || (asList(list) ?? []).length === 0) return undefined;
  const text = JSON.stringify(list);
  const declared = mergeDeclarations(change, frame);
  const named = (all: JsonObject, root: string) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => namesIt(text, root, name)));
  const { system } = change.forward.content;
  const data: JsonObject = {
    apiVersion: 'backout/v1',
    kind: 'Playbook',
    name: `Backout of ${change.id}`,
    ...(system === undefined ? {} : { system }),
    change: { id: change.id },
    roles: declared.roles,
    parameters: withValues(named(declared.parameters, 'params'), params),
    secrets: named(declared.secrets, 'secrets'),
    ...only(around, ['escalate']),
    phases: { restore: [failing(change.id, trouble)] },
  };
  return change.document.arranged(data, (path) => ({ document: frame.document, path }), [frame.document]);
}

/** Fails at once: what comes of a backout that fails is told as always. */
const failing = (id: string, trouble: string): JsonObject => ({
  id: 'take-back',
  name: `Take back ${id}, which cannot begin`,
  env: { TROUBLE: trouble.replaceAll('${{', '$ {{') },
  run: 'printf "%s\\n" "$TROUBLE" >&2; exit 1',
});
