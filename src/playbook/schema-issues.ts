/** What a zod schema finds wrong → diagnostics in their places. For the playbook's own schema and for adapters'. */
import type { $ZodIssue, $ZodType } from 'zod/v4/core';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { Path } from './content.ts';
import type { PlaybookDocument } from './document.ts';
import { idRemedy, remedyOf } from './issue-remedy.ts';
import { keysOf, schemaAt } from './schema-walk.ts';
import { didYouMean } from './suggest.ts';

/** An issue with the path from the top of what was validated. */
export type Issue = $ZodIssue & { readonly path: PropertyKey[] };

/** Of a union's alternatives the one that was meant speaks: the one whose own type fits. */
export function flatten(issues: readonly $ZodIssue[], above: PropertyKey[] = []): readonly Issue[] {
  const all = issues.flatMap((issue): readonly Issue[] => {
    const path = [...above, ...issue.path];
    if (issue.code !== 'invalid_union') return [{ ...issue, path }];
    const meant = issue.errors.find((errors) => errors.some((error) => error.path.length > 0 || !isType(error)));
    return meant === undefined ? [{ ...issue, path }] : flatten(meant, path);
  });
  const told = new Set<string>();
  return all.filter((issue) => isFirst(told, JSON.stringify([issue.path.map(String), issue.code, issue.message])));
}

/** A number beyond all bounds breaks two rules that say the same. */
function isFirst(told: Set<string>, words: string): boolean {
  const before = told.size;
  return told.add(words).size > before;
}

const isType = (issue: $ZodIssue): boolean => issue.code === 'invalid_type' || issue.code === 'invalid_value';

/** `base` is where in the file the validated value stands. */
export function describeIssue(
  document: PlaybookDocument,
  schema: $ZodType,
  value: unknown,
  base: Path,
  issue: Issue,
): readonly Diagnostic[] {
  const inside = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  const path = [...base, ...inside];
  const name = nameOf(document, path);
  const found = valueAt(value, inside);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(document, schemaAt(schema, inside), path, key));
  }
  if (issue.code === 'invalid_key') {
    const why = issue.issues.map((inner) => inner.message).find((message) => message !== 'Invalid input');
    return [
      document.error(
        'invalid-name',
        path,
        `the name "${String(path.at(-1))}" ${why ?? 'is not allowed'}`,
        idRemedy(why ?? '', path.at(-1)),
        'key',
      ),
    ];
  }
  if (found === undefined) {
    const last = String(path.at(-1));
    return [
      document.error(
        'missing-key',
        path,
        `"${last}" is missing in ${nameOf(document, path.slice(0, -1))}`,
        `Add "${last}: …".`,
      ),
    ];
  }
  const message = `${name} is ${shown(found)}: ${phraseOf(issue)}`;
  return [document.error(ruleOf(issue), path, message, remedyOf(issue, found))];
}

function unknownKey(document: PlaybookDocument, schema: $ZodType | undefined, path: Path, key: string): Diagnostic {
  const known = schema === undefined ? [] : keysOf(schema);
  const meant = synonyms[key];
  const listed = known.length === 0 ? 'No key is known here.' : `Known here: ${known.join(', ')}.`;
  const remedy =
    meant !== undefined && known.includes(meant) ? `Did you mean "${meant}"?` : didYouMean(key, known, listed);
  const what = path.length === 1 && path[0] === 'phases' ? 'phase' : 'key';
  return document.error(
    `unknown-${what}`,
    [...path, key],
    `unknown ${what} "${key}" in ${nameOf(document, path)}`,
    remedy,
    'key',
  );
}

/** What people write who come from other tools. */
const synonyms: Readonly<Record<string, string>> = {
  depends_on: 'needs',
  dependsOn: 'needs',
  after: 'needs',
  command: 'run',
  cmd: 'run',
  shell: 'run',
  when: 'if',
  condition: 'if',
  retries: 'retry',
  values: 'enum',
  options: 'enum',
  params: 'parameters',
  inputs: 'parameters',
  vars: 'parameters',
  serial: 'batch',
  forks: 'concurrency',
  max_fail_percentage: 'maxFailures',
  limit: 'groups',
  environment: 'env',
  working_directory: 'cwd',
  'working-directory': 'cwd',
  'timeout-minutes': 'timeout',
  fallback: 'contingency',
  rollback: 'contingency',
  steps: 'phases',
  title: 'name',
};

function ruleOf(issue: Issue): string {
  if (issue.code === 'invalid_type' || issue.code === 'invalid_union') return 'wrong-type';
  return 'invalid-value';
}

function phraseOf(issue: Issue): string {
  if (issue.message !== 'Invalid input') return issue.message;
  if (issue.code === 'invalid_type') return `must be ${typeNames[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `must be ${issue.values.map((item) => JSON.stringify(item)).join(', ')}`;
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
  if (issue.code === 'invalid_format') return `must be a valid ${issue.format}`;
  if (issue.code === 'not_multiple_of') return `must be a multiple of ${issue.divisor}`;
  return 'is not allowed here';
}

const unitOf = (origin: string): string => ({ string: ' characters long', array: ' items long' })[origin] ?? '';

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** A value in a message: short, and on one line. */
export function shown(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

const stepPrefix = /^(?:phases\.([^.]+)|(escalate))(?:\.steps)?\.(\d+)(?:\.contingency\.(\d+))?/;

/** The thing at a path as people call it: `timeout of step restore-db`, `roles.dba`, `the playbook`. */
export function nameOf(document: PlaybookDocument, path: Path): string {
  const [prefix, phase, escalate, index, contingency] = stepPrefix.exec(path.map(String).join('.')) ?? [];
  if (prefix === undefined) return path.length === 0 ? 'the playbook' : dotted(path);
  const depth = prefix.split('.').length;
  const id = valueAt(document.data, [...path.slice(0, depth), 'id']);
  const numbered = `${phase ?? escalate}-${Number(index) + 1}${contingency === undefined ? '' : `-contingency-${Number(contingency) + 1}`}`;
  const step = `step ${typeof id === 'string' ? id : numbered}`;
  return path.length === depth ? step : `${dotted(path.slice(depth))} of ${step}`;
}

function dotted(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const segment of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, segment)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[segment];
  }
  return found;
}
