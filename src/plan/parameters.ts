/** The values of a playbook's parameters for one occasion: command line over file over default. */
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { ParameterContent } from '../playbook/content.ts';
import type { Playbook } from '../playbook/examined.ts';
import { parameterFault, parseParameter, typeNames } from '../playbook/parameter-value.ts';
import { shown } from '../playbook/schema-issues.ts';
import { didYouMean } from '../playbook/suggest.ts';

export interface GivenParameters {
  /** Raw text of `--param name=value`. */
  readonly params: { readonly [name: string]: string };
  /** Values of `--params-file`, typed. */
  readonly paramsFile: JsonObject;
}

export interface ResolvedParameters {
  readonly params: JsonObject;
  /** Those that have their default, whether it was left or given: without them a call means the same. */
  readonly atDefault: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

export function resolveParameters(playbook: Playbook, given: GivenParameters): ResolvedParameters {
  const declared = playbook.content.parameters ?? {};
  const diagnostics = [...unknownOnes(declared, given)];
  const params: Record<string, Json> = {};
  for (const [name, parameter] of Object.entries(declared)) {
    const value = chosenValue(name, parameter, given);
    if (value.fault === undefined) params[name] = value.value;
    else diagnostics.push(explain(playbook, name, parameter, value.fault));
  }
  const atDefault = Object.entries(declared).flatMap(([name, parameter]) =>
    parameter.default !== undefined && params[name] === parameter.default ? [name] : [],
  );
  return { params, atDefault, diagnostics };
}

type Found = { readonly value: Json; readonly fault?: undefined } | { readonly fault: string };

function chosenValue(name: string, parameter: ParameterContent, given: GivenParameters): Found {
  const text = Object.hasOwn(given.params, name) ? given.params[name] : undefined;
  if (text !== undefined) return checked(parameter, text, parseParameter(parameter.type, text));
  const value = Object.hasOwn(given.paramsFile, name) ? given.paramsFile[name] : undefined;
  if (value !== undefined) return checked(parameter, value, value);
  if (parameter.default !== undefined) return { value: parameter.default };
  return parameter.required === true ? { fault: 'is missing' } : { value: null };
}

function checked(parameter: ParameterContent, written: Json, value: Json | undefined): Found {
  const fault =
    value === undefined ? `is not ${typeNames[parameter.type ?? 'string']}` : parameterFault(parameter, value);
  return fault === undefined && value !== undefined ? { value } : { fault: `is ${shown(written)}, which ${fault}` };
}

function explain(playbook: Playbook, name: string, parameter: ParameterContent, fault: string): Diagnostic {
  const rule = fault === 'is missing' ? 'missing-parameter' : 'bad-parameter';
  const about = parameter.description === undefined ? '' : ` (${parameter.description})`;
  const remedy = `Give it with --param ${name}=…, or in the file named by --params-file.`;
  return playbook.document.error(rule, ['parameters', name], `parameter ${name}${about} ${fault}`, remedy, 'key');
}

function unknownOnes(declared: object, given: GivenParameters): readonly Diagnostic[] {
  const names = new Set([...Object.keys(given.params), ...Object.keys(given.paramsFile)]);
  const known = Object.keys(declared);
  const all = known.length === 0 ? 'This playbook has no parameters.' : `Its parameters are: ${known.join(', ')}.`;
  return [...names]
    .filter((name) => !Object.hasOwn(declared, name))
    .map((name) => {
      const remedy = didYouMean(name, known, all) ?? all;
      return {
        severity: 'error',
        rule: 'unknown-parameter',
        message: `the playbook has no parameter "${name}"`,
        remedy,
      };
    });
}
