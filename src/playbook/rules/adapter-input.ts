/** Adapters are known, and their input suits their schema, as far as it is written out. */
import type { $ZodType } from 'zod/v4/core';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { AdapterFacts } from '../adapter-facts.ts';
import { communicationSites } from '../communication.ts';
import type { Path, StepContent, VerifyContent } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import type { Examined } from '../examined.ts';
import { describeIssue, flatten, type Issue, valueAt } from '../schema-issues.ts';
import { didYouMean } from '../suggest.ts';
import { hasExpression } from '../template.ts';

export type Validate = (schema: $ZodType, value: unknown) => readonly Issue[];

export async function checkAdapterInputs(examined: Examined): Promise<readonly Diagnostic[]> {
  const sites = [...examined.sites, ...communicationSites(examined.content, examined.adapters)];
  const used = sites.some(({ step }) => step.uses !== undefined || step.verify?.uses !== undefined);
  const validate = used ? await loadValidate() : () => [];
  return sites.flatMap(({ step, path, id }) => [
    ...checkUses(examined, validate, step, path),
    ...(step.verify === undefined ? [] : checkUses(examined, validate, step.verify, [...path, 'verify'])),
    ...checkProbe(examined, step, path, id),
  ]);
}

/** A plan of shell steps needs no zod. */
export async function loadValidate(): Promise<Validate> {
  const { safeParse } = await import('./safe-parse.ts');
  return (schema, value) => {
    const parsed = safeParse(schema, value);
    return parsed.success ? [] : flatten(parsed.error.issues);
  };
}

function checkUses(
  { adapters, document }: Examined,
  validate: Validate,
  step: StepContent | VerifyContent,
  path: Path,
): readonly Diagnostic[] {
  const { uses } = step;
  if (uses === undefined || hasExpression(uses)) return [];
  const adapter = adapters.get(uses);
  if (adapter !== undefined) return inputFaults(document, validate, adapter, step.with ?? {}, [...path, 'with']);
  const otherwise = 'backout adapters lists those that there are; ./file.mjs names your own.';
  const remedy = didYouMean(uses, adapters.keys(), otherwise);
  return [document.error('unknown-adapter', [...path, 'uses'], `there is no adapter "${uses}"`, remedy)];
}

/** What the adapter's schema finds; what a `${{ … }}` may still put right is left for when it is filled. */
export function inputFaults(
  document: PlaybookDocument,
  validate: Validate,
  { input: schema }: AdapterFacts,
  input: unknown,
  path: Path,
): readonly Diagnostic[] {
  return validate(schema, input)
    .filter((issue) => !isOpen(issue, input))
    .flatMap((issue) => describeIssue(document, schema, input, path, issue));
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
