/** Where in a playbook expressions stand, and what each place allows. */
import type { Json } from '../kernel/json.ts';
import type { AdapterTable } from './adapter-facts.ts';
import { communicationSites, isChannel } from './communication.ts';
import type { Path, StepSite } from './content.ts';
import type { Examined } from './examined.ts';
import { valueAt } from './schema-issues.ts';
import { hasExpression } from './template.ts';

export interface ExpressionSite {
  readonly path: Path;
  readonly text: string;
  /** `fixed`: no expression may stand here. */
  readonly kind: 'template' | 'condition' | 'shell' | 'fixed';
  /** P9: a secret may be named here. */
  readonly secrets: boolean;
  /** Filled when the plan is made, so that only what is known then may be named. */
  readonly planned: boolean;
  readonly step: StepSite | undefined;
}

type Rules = Pick<ExpressionSite, 'kind' | 'secrets' | 'planned'>;

const template: Rules = { kind: 'template', secrets: false, planned: false };
const withSecrets: Rules = { ...template, secrets: true };
const planned: Rules = { ...template, planned: true };
const fixed: Rules = { ...template, kind: 'fixed' };

const stepRules: Readonly<Record<string, Rules>> = {
  run: { ...template, kind: 'shell' },
  if: { ...template, kind: 'condition' },
  name: planned,
  args: template,
  cwd: template,
  manual: template,
  hosts: planned,
  env: withSecrets,
  stdin: withSecrets,
};

export function expressionSites(examined: Examined): readonly ExpressionSite[] {
  const { document, content, adapters } = examined;
  const sites = [...examined.sites, ...communicationSites(content, adapters)];
  const found: ExpressionSite[] = [];
  for (const step of sites) {
    const written = valueAt(document.data, step.path);
    for (const { path, text } of leaves(written, [])) {
      if (path[0] === 'contingency' || !(path[0] === 'if' || hasExpression(text))) continue;
      found.push({ ...rulesIn(path, written, adapters), path: [...step.path, ...path], text, step });
    }
  }
  for (const { path, text } of leaves(document.data, [])) {
    const ofStep = path[0] === 'phases' || path[0] === 'escalate';
    if (ofStep || isChannel(path) || isRehearsed(path) || !hasExpression(text)) continue;
    const rules = isFilledEarly(path) ? planned : fixed;
    found.push({ ...rules, path, text, step: undefined });
  }
  return found;
}

const rehearsed: ReadonlySet<unknown> = new Set(['cleanup', 'with', 'env', 'hosts', 'communication']);

/** Of steps and updates as they are rehearsed: checked where they stand then, with the steps that they belong to. */
function isRehearsed([key, part]: Path): boolean {
  return key === 'rehearsal' && rehearsed.has(part);
}

const early: ReadonlySet<unknown> = new Set(['summary', 'scope', 'goals']);

/** Texts for people that the plan holds filled in. */
function isFilledEarly([key, , , field]: Path): boolean {
  return early.has(key) || (key === 'communication' && (field === 'name' || field === 'contact'));
}

function rulesIn(path: Path, written: unknown, adapters: AdapterTable): Rules {
  const [key, ...rest] = path;
  if (key === 'verify') {
    const last = String(path.at(-1));
    if (rest[0] === 'expect') return last === 'equals' || last === 'contains' ? template : fixed;
    return rest[0] === 'name' || rest[0] === 'if' ? fixed : rulesIn(rest, valueAt(written, ['verify']), adapters);
  }
  if (key !== 'with') return stepRules[String(key)] ?? fixed;
  const adapter = adapters.get(String(valueAt(written, ['uses'])));
  const field = rest.filter((segment) => typeof segment === 'string').join('.');
  const secret = adapter?.secretFields.some((name) => field === name || field.startsWith(`${name}.`)) ?? false;
  return secret ? withSecrets : template;
}

function* leaves(value: unknown, path: Path): Generator<{ readonly path: Path; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* leaves(item, [...path, index]);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries<Json>(value as { readonly [key: string]: Json })) {
      yield* leaves(member, [...path, key]);
    }
  }
}
