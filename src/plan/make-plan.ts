/**
 * A checked playbook + one occasion → the plan: frozen, and complete but for what only the run can know.
 *
 * Owns: parameters, defaults, order, and what the values show that the text did not. Does not own: reading files
 * (the caller passes what it found), the run's own values. Promises: P1 (a gate that this occasion would leave out
 * is refused), P5 (the plan is data: nothing in it is looked up later).
 */
import { posix } from 'node:path';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { JsonObject } from '../kernel/json.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { AdapterTable } from '../playbook/adapter-facts.ts';
import { maxParallelOf, type PlaybookContent, phaseContent, sitesOf } from '../playbook/content.ts';
import type { Playbook } from '../playbook/examined.ts';
import { loadExpressions } from '../playbook/expression.ts';
import type { PlaceName } from '../playbook/phases.ts';
import { loadValidate } from '../playbook/rules/adapter-input.ts';
import { hasExpression } from '../playbook/template.ts';
import { usedAdapters } from '../playbook/used.ts';
import { definitionOf } from './definition.ts';
import { Filler } from './fill.ts';
import { type LeftOutGate, leftOutGates } from './left-out-gates.ts';
import { type GivenParameters, resolveParameters } from './parameters.ts';
import type { FrozenFile, Plan, PlannedPhase, PlannedStep, Role } from './plan.ts';
import type { ReadInventory } from './plan-hosts.ts';
import { frozenName, ms, type Planning, planStep } from './plan-step.ts';
import { planUpdates } from './plan-updates.ts';

export interface Occasion extends GivenParameters {
  /** Absolute path of the playbook's folder. */
  readonly folder: string;
  readonly playbookFile: string;
  /** SHA-256 of the playbook's bytes. */
  readonly playbookDigest: string;
  /** Files that are frozen with the plan, by their path relative to the folder (`scripts/x.mjs`). */
  readonly scripts: ReadonlyMap<string, { readonly sha256: string }>;
  readonly adapters: AdapterTable;
  /** Needed where a step's hosts stand in an inventory. */
  readonly readInventory?: ReadInventory;
  /** Goes over the playbook's `change`, key by key. */
  readonly change?: JsonObject;
  /** `--jobs`: goes over every `maxParallel`. */
  readonly jobs?: number;
  /** Parameters whose values only stand in for what is not given: no `if` is settled by them. */
  readonly standIns?: ReadonlySet<string>;
}

export async function makePlan(playbook: Playbook, occasion: Occasion): Promise<Result<Plan, readonly Diagnostic[]>> {
  const { content, document } = playbook;
  const { params, atDefault, diagnostics } = resolveParameters(playbook, occasion);
  if (diagnostics.length > 0) return err(diagnostics);
  const change: JsonObject = { ...changeOf(content), ...occasion.change };
  const roles = rolesOf(content);
  const asks = hasExpression(document.source.text) || /\bif\b/.test(document.source.text);
  const expressions = asks ? await loadExpressions() : undefined;
  const filler = new Filler(document, expressions, { params, change, roles }, occasion.standIns);
  const files = frozenFiles(occasion);
  const planning: Planning = {
    filler,
    adapters: occasion.adapters,
    validate: usedAdapters(document).length > 0 ? await loadValidate() : () => [],
    frozen: new Set(files.map(({ name }) => name)),
    readInventory: occasion.readInventory,
    absolute: (path) => posix.resolve(occasion.folder, path),
  };
  const plan: Plan = {
    format: 1,
    ...headOf(content, filler),
    change,
    roles,
    params,
    paramsAtDefault: atDefault,
    secrets: secretsOf(content),
    ...phasesOf(content, planning, occasion.jobs),
    ...planUpdates(planning, content, change.risk),
    folder: occasion.folder,
    playbookFile: occasion.playbookFile,
    playbookDigest: occasion.playbookDigest,
    files,
    definition: definitionOf(content, files),
  };
  filler.diagnostics.push(...gateFaults(plan, playbook));
  return filler.diagnostics.length > 0 ? err(filler.diagnostics) : ok(plan);
}

function headOf(content: PlaybookContent, filler: Filler) {
  const { name, system, summary, scope, goals, timeBudget, validFor, maxParallel } = content;
  const { withoutHealthChecks, withoutClosing } = content;
  return {
    name,
    system: system ?? name,
    summary: summary === undefined ? null : filler.text(summary, ['summary']),
    scope: scope === undefined ? null : filler.text(scope, ['scope']),
    goals: (goals ?? []).map((goal, index) => filler.text(goal, ['goals', index])),
    timeBudgetMs: ms(timeBudget, null),
    validForMs: ms(validFor, 300_000),
    withoutHealthChecks: withoutHealthChecks ?? null,
    ...(withoutClosing === undefined ? {} : { withoutClosing }),
    maxParallel: maxParallel ?? 10,
  };
}

function changeOf(content: PlaybookContent): JsonObject {
  const entries = Object.entries(content.change ?? {});
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function rolesOf(content: PlaybookContent): { readonly [role: string]: Record<keyof Role, string | null> } {
  const entries = Object.entries(content.roles ?? {}).map(([key, { name, contact, deputy }]) => {
    return [key, { name: name ?? null, contact: contact ?? null, deputy: deputy ?? null }] as const;
  });
  return Object.fromEntries(entries);
}

function secretsOf(content: PlaybookContent): Plan['secrets'] {
  const entries = Object.entries(content.secrets ?? {}).map(([name, { env, file, command }]) => {
    const source = env === undefined ? (file === undefined ? { command: command ?? [] } : { file }) : { env };
    return [name, source] as const;
  });
  return Object.fromEntries(entries);
}

function frozenFiles(occasion: Occasion): readonly FrozenFile[] {
  return [...occasion.scripts].map(([path, { sha256 }]) => {
    const name = frozenName(path);
    return { name, source: posix.join(occasion.folder, name), sha256 };
  });
}

function phasesOf(content: PlaybookContent, planning: Planning, jobs: number | undefined) {
  const phase = (place: PlaceName): PlannedPhase => ({
    maxParallel: jobs ?? maxParallelOf(phaseContent(content, place)) ?? content.maxParallel ?? 10,
    steps: plannedSteps(content, planning, place),
  });
  return {
    phases: {
      notify: phase('notify'),
      'disable-access': phase('disable-access'),
      restore: phase('restore'),
      'health-checks': phase('health-checks'),
      'enable-access': phase('enable-access'),
      announce: phase('announce'),
    },
    escalate: phase('escalate'),
  };
}

function plannedSteps(content: PlaybookContent, planning: Planning, place: PlaceName): readonly PlannedStep[] {
  const sites = sitesOf(content, place);
  const contingencies = Map.groupBy(
    sites.filter(({ parent }) => parent !== undefined),
    ({ parent }) => parent,
  );
  return sites
    .filter(({ parent }) => parent === undefined)
    .map((site) => {
      const others = (contingencies.get(site.id) ?? []).map((contingency) => planStep(planning, contingency, []));
      return planStep(planning, site, others);
    });
}

const gateFaultWords: Readonly<Record<LeftOutGate, readonly [message: string, remedy: string]>> = {
  'disable-access': [
    'with these parameters every step of disable-access is left out by its if:, and data would be restored while users are in',
    'Keep one that always runs, or say why none is needed: withoutClosing: "…".',
  ],
  'health-checks': [
    'with these parameters every health check is left out by its if:, and access would be opened',
    'Keep one that always runs.',
  ],
};

/** P1: what is all left out on this occasion closes nothing, and proves nothing. */
function gateFaults(plan: Plan, { content, document }: Playbook): readonly Diagnostic[] {
  return leftOutGates(plan, ({ condition }) => condition === false).map((gate) =>
    isUnrehearsed(content, gate)
      ? document.error('gate', ['rehearsal', 'leaveOut'], ...unrehearsedWords, 'key')
      : document.error('gate', ['phases', gate], ...gateFaultWords[gate], 'key'),
  );
}

const unrehearsedWords = [
  'every health check is left out of the rehearsal, and access would be opened there',
  'Rehearse one of them, or leave the steps of enable-access out too.',
] as const;

/** A step that a rehearsal leaves out has no other condition. */
function isUnrehearsed(content: PlaybookContent, gate: LeftOutGate): boolean {
  const leftOut = new Set(content.rehearsal?.leaveOut?.map(({ step }) => step));
  return sitesOf(content, gate).some(({ id, step }) => step.if === false && leftOut.has(id));
}
