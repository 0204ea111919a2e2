/**
 * A document → a playbook that may be planned, or everything that is wrong with it, at once and in its place.
 *
 * Owns: the order of the checks, and that all of them run. Does not own: the rules (`rules/`), weaknesses (`lint/`),
 * and what only the values of parameters can show (`plan/make-plan.ts`). Promises: P1 and P9, as far as text can.
 */
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { Json } from '../kernel/json.ts';
import { acceptsPlaybook } from './accepts.ts';
import type { AdapterTable } from './adapter-facts.ts';
import { allSites, type PlaybookContent } from './content.ts';
import type { PlaybookDocument } from './document.ts';
import type { Examined, Playbook } from './examined.ts';
import { checkAdapterInputs } from './rules/adapter-input.ts';
import { checkCommunication } from './rules/communication.ts';
import { checkExpressions } from './rules/expressions.ts';
import { checkGate } from './rules/gate.ts';
import { checkHosts } from './rules/hosts.ts';
import { checkOrder } from './rules/order.ts';
import { checkParameters } from './rules/parameters.ts';
import { checkRehearsal } from './rules/rehearsal.ts';
import { checkStepShapes } from './rules/step-shape.ts';
import { checkWindow } from './rules/window.ts';
import { valueAt } from './schema-issues.ts';

export interface Checked {
  /** Absent when there are errors. */
  readonly playbook: Playbook | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export async function checkPlaybook(document: PlaybookDocument, adapters: AdapterTable): Promise<Checked> {
  const other = otherKind(document);
  if (other !== undefined) return { playbook: undefined, diagnostics: [other] };
  const refused = acceptsPlaybook(document.data) ? undefined : await explainRefusal(document);
  const content = refused?.content ?? asContent(document.data);
  const examined: Examined = { content, document, sites: allSites(content), adapters };
  const diagnostics = [
    ...(refused?.diagnostics ?? []),
    ...checkWindow(examined),
    ...checkParameters(examined),
    ...checkRehearsal(examined),
    ...(await checkSteps(examined)),
  ];
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  return { playbook: failed ? undefined : { content, document }, diagnostics: inOrder(diagnostics) };
}

/** Everything that steps and updates must keep; asked again of them as they are rehearsed. */
export async function checkSteps(examined: Examined): Promise<readonly Diagnostic[]> {
  return [
    ...checkCommunication(examined),
    ...checkStepShapes(examined),
    ...checkHosts(examined),
    ...checkOrder(examined),
    ...checkGate(examined),
    ...(await checkAdapterInputs(examined)),
    ...(await checkExpressions(examined)),
  ];
}

/** Everything else would be wrong with it too, and say nothing. */
function otherKind(document: PlaybookDocument): Diagnostic | undefined {
  if (valueAt(document.data, ['kind']) !== 'Change') return undefined;
  const remedy = `Look at it: backout derive ${document.file}   Carry it out: backout change run ${document.file}   Take it back: backout run --change ${document.file}`;
  return document.error('wrong-kind', ['kind'], `${document.file} is a change, not a playbook`, remedy);
}

/** The only way from data to content: `acceptsPlaybook` has said yes. */
function asContent(data: Json): PlaybookContent {
  return data as PlaybookContent;
}

async function explainRefusal(document: PlaybookDocument) {
  const { refusal } = await import('./refusal.ts');
  return refusal(document);
}

/** As they stand in the file. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const line = (diagnostic: Diagnostic) => diagnostic.range?.line ?? 0;
  const column = (diagnostic: Diagnostic) => diagnostic.range?.column ?? 0;
  return diagnostics.toSorted((a, b) => line(a) - line(b) || column(a) - column(b));
}
