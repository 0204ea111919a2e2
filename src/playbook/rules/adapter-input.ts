/** Adapters are known, and their input suits their schema, as far as it is written out. */
import * as z from 'zod/mini';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { AdapterFacts } from '../adapter-facts.ts';
import type { Path, StepContent, VerifyContent } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import type { Examined } from '../examined.ts';
import { describeIssue, flatten, type Issue, valueAt } from '../schema-issues.ts';
import { didYouMean } from '../suggest.ts';
import { hasExpression } from '../template.ts';

export function checkAdapterInputs(examined: Examined): readonly Diagnostic[] {
  const { sites } = examined;
  return sites.flatMap(({ step, path, id }) => [
    ...checkUses(examined, step, path),
    ...(step.verify === undefined ? [] : checkUses(examined, step.verify, [...path, 'verify'])),
    ...checkProbe(examined, step, path, id),
  ]);
}

function checkUses(
  { adapters, document }: Examined,
  step: StepContent | VerifyContent,
  path: Path,
): readonly Diagnostic[] {
  const { uses } = step;
  if (uses === undefined || hasExpression(uses)) return [];
  const adapter = adapters.get(uses);
  if (adapter !== undefined) return inputFaults(document, adapter, step.with ?? {}, [...path, 'with']);
  const remedy = didYouMean(
    uses,
    adapters.keys(),
    'backout adapters lists those that there are; ./file.mjs names your own.',
  );
  return [document.error('unknown-adapter', [...path, 'uses'], `there is no adapter "${uses}"`, remedy)];
}

/** What the adapter's schema finds; what a `${{ … }}` may still put right is left for when it is filled. */
export function inputFaults(
  document: PlaybookDocument,
  adapter: AdapterFacts,
  input: unknown,
  path: Path,
): readonly Diagnostic[] {
  const parsed = z.safeParse(adapter.input, input);
  if (parsed.success) return [];
  return flatten(parsed.error.issues)
    .filter((issue) => !isOpen(issue, input))
    .flatMap((issue) => describeIssue(document, adapter.input, input, path, issue));
}

function isOpen(issue: Issue, input: unknown): boolean {
  if (issue.code === 'unrecognized_keys' || issue.code === 'invalid_key') return false;
  const value = valueAt(input, issue.path);
  if (typeof value === 'string') return hasExpression(value);
  if (typeof value !== 'object' || value === null || issue.code === 'invalid_type') return false;
  return hasExpression(JSON.stringify(value));
}

function checkProbe(
  { adapters, document }: Examined,
  step: StepContent,
  path: Path,
  id: string,
): readonly Diagnostic[] {
  if (step.onUnknown !== 'probe' || step.verify !== undefined || step.manual !== undefined) return [];
  const adapter = step.uses === undefined ? undefined : adapters.get(step.uses);
  if (adapter?.hasProbe === true || (step.uses !== undefined && adapter === undefined)) return [];
  const message = `step ${id} has onUnknown: probe, and nothing that can look whether its effect is there`;
  const remedy =
    adapter === undefined
      ? 'Give it a verify, or write onUnknown: ask.'
      : `${adapter.name} cannot probe: give the step a verify, or write onUnknown: ask.`;
  return [document.error('no-probe', [...path, 'onUnknown'], message, remedy)];
}
