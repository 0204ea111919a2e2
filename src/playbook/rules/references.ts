/** What an expression may name in its place: it must be declared, be known by then, and not carry a secret away. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Reference } from '../cel.ts';
import { places, type StepSite } from '../content.ts';
import type { Examined } from '../examined.ts';
import type { ExpressionSite } from '../expression-sites.ts';
import { changeFields, plannedRoots, roleFields, runFields, scopeRoots } from '../scope.ts';
import { didYouMean } from '../suggest.ts';
import { effectiveNeeds } from './order.ts';

interface ReferenceFault {
  readonly rule: string;
  readonly message: string;
  readonly remedy: string | undefined;
}

export class References {
  readonly #examined: Examined;
  readonly #steps: ReadonlyMap<string, StepSite>;

  constructor(examined: Examined) {
    this.#examined = examined;
    this.#steps = new Map(examined.sites.map((site) => [site.id, site]));
  }

  fault(reference: Reference, site: ExpressionSite): ReferenceFault | undefined {
    const { root } = reference;
    if (!scopeRoots.some((known) => known === root)) return undefined;
    return this.#misplaced(root, site) ?? this.#unknown(reference, site);
  }

  #misplaced(root: string, site: ExpressionSite): ReferenceFault | undefined {
    if (root === 'secrets' && !site.secrets) {
      const remedy = 'Pass it in env: or stdin:, or in a field that the adapter marks as secret.';
      return { rule: 'secret-misplaced', message: `a secret may not stand in ${fieldOf(site)} (P9)`, remedy };
    }
    if (site.planned && !plannedRoots.has(root)) {
      const remedy = 'Only params, change and roles are known when the plan is made.';
      return { rule: 'not-known-yet', message: `${root} may not stand in ${fieldOf(site)}`, remedy };
    }
    const gate = site.step?.place === 'disable-access' || site.step?.place === 'health-checks';
    if (site.kind === 'condition' && gate && root !== 'params' && root !== 'change') {
      const message = `the if: of a step of ${site.step?.place} may use only params and change (P1), not ${root}`;
      return { rule: 'gate', message, remedy: 'Whether access is gated must be plain before the run begins.' };
    }
    return undefined;
  }

  #unknown(reference: Reference, site: ExpressionSite): ReferenceFault | undefined {
    const { content } = this.#examined;
    switch (reference.root) {
      case 'params':
        return named(reference, Object.keys(content.parameters ?? {}), 'parameter', 'parameters');
      case 'secrets':
        return this.#secret(reference);
      case 'roles':
        return (
          named(reference, Object.keys(content.roles ?? {}), 'role', 'roles') ??
          named(inner(reference, 1), roleFields, 'field of a role', undefined)
        );
      case 'change':
        return named(reference, changeFields, 'field of change', undefined);
      case 'run':
        return named(reference, Object.keys(runFields), 'field of run', undefined);
      default:
        return this.#step(reference, site);
    }
  }

  #secret(reference: Reference): ReferenceFault | undefined {
    if (reference.path.length > 0) {
      return named(reference, Object.keys(this.#examined.content.secrets ?? {}), 'secret', 'secrets');
    }
    return { rule: 'secret-computed', message: 'a secret must be named', remedy: 'Write secrets.NAME.' };
  }

  #step(reference: Reference, site: ExpressionSite): ReferenceFault | undefined {
    const [id, outputs] = reference.path;
    if (id === undefined || (outputs !== undefined && outputs !== 'outputs')) {
      return {
        rule: 'unknown-reference',
        message: 'of steps only outputs can be read',
        remedy: "Write steps['id'].outputs.name.",
      };
    }
    const target = this.#steps.get(id);
    if (target === undefined) return named(reference, [...this.#steps.keys()], 'step', undefined);
    if (site.step === undefined || this.#isBefore(target, site.step)) return undefined;
    if (site.step.isUpdate === true) {
      const remedy = 'Say what is done with run.done, and what is going on with run.doing.';
      return { rule: 'not-before', message: `an update may be sent before step ${id} is over`, remedy };
    }
    if (target.place === 'notify' && site.step.place !== 'notify') {
      const remedy = `Write required: true in step ${id}, or pass the value another way.`;
      return {
        rule: 'not-before',
        message: `step ${id} of notify holds nothing up, so its outputs may come too late`,
        remedy,
      };
    }
    const remedy = `Name it in needs, or move it before step ${site.step.id}.`;
    return { rule: 'not-before', message: `step ${id} is not known to be over before step ${site.step.id}`, remedy };
  }

  #isBefore(target: StepSite, site: StepSite): boolean {
    const parent = site.parent === undefined ? undefined : this.#steps.get(site.parent);
    if (parent !== undefined) return this.#precedesSibling(target, site, parent) || this.#isBefore(target, parent);
    if (target.place === site.place) return this.#isNeeded(target.parent ?? target.id, site);
    if (target.place === 'escalate' || site.place === 'escalate') return false;
    if (target.place === 'notify' && target.step.required !== true) return false;
    return places.indexOf(target.place) < places.indexOf(site.place);
  }

  #precedesSibling(target: StepSite, site: StepSite, parent: StepSite): boolean {
    const order = (step: StepSite) => Number(step.path.at(-1));
    return target.parent === parent.id && order(target) < order(site);
  }

  #isNeeded(id: string, site: StepSite): boolean {
    const seen = new Set<string>();
    const open = [...effectiveNeeds(site)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === id) return true;
      const step = seen.has(next) ? undefined : this.#steps.get(next);
      seen.add(next);
      if (step !== undefined) open.push(...effectiveNeeds(step));
    }
    return false;
  }
}

/** `roles.dba.name` seen from `roles.dba`. */
function inner(reference: Reference, depth: number): Reference {
  return { ...reference, path: reference.path.slice(depth) };
}

function named(
  { root, path }: Reference,
  known: readonly string[],
  what: string,
  declaredIn: string | undefined,
): ReferenceFault | undefined {
  const [name] = path;
  if (name === undefined || known.includes(name)) return undefined;
  const all = known.length === 0 ? '' : ` There are: ${known.slice(0, 12).join(', ')}.`;
  const otherwise = declaredIn === undefined ? all.trim() : `Declare it in ${declaredIn}.${all}`;
  return {
    rule: 'unknown-reference',
    message: `there is no ${what} "${name}" (${root})`,
    remedy: didYouMean(name, known, otherwise),
  };
}

/** It names what another file may declare. */
export const isUndeclared = ({ rule, message }: Pick<Diagnostic, 'rule' | 'message'>): boolean =>
  rule === 'unknown-reference' && /there is no (?:parameter|role|secret) "/.test(message);

function fieldOf(site: ExpressionSite): string {
  const field = site.path.slice(site.step?.path.length ?? 0).filter((segment) => typeof segment === 'string');
  return field.join('.');
}
