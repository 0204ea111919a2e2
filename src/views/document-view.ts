/**
 * The plan as a document for the change record: everything that is known of it, as plain data. A function of what it is
 * given; how it looks is told in `doc-sections.ts`. What nobody has yet is null or empty, and the sections say so.
 */
import type { WindowDecision } from '../journal/window-decision.ts';
import { unclosedBecause } from '../plan/left-out-gates.ts';
import { type Place, type Plan, type PlannedStep, phases, type SecretSource } from '../plan/plan.ts';
import type { WhatIf } from '../whatif/what-if.ts';
import { rfc3339 } from './clock-time.ts';
import type { Basis } from './deadline.ts';
import { personOfRole } from './document-people.ts';
import { type Rehearsed, rehearsedOf, type ShownEvidence } from './document-rehearsal.ts';
import { type DocumentStep, documentSteps } from './document-step.ts';
import { type Message, messagesOf } from './document-telling.ts';
import { type ExtensionView, extensionView } from './document-window.ts';
import type { Estimates } from './estimate.ts';
import { type Outlook, outlookOf } from './estimate-outlook.ts';
import { longest } from './plan-time.ts';

export interface Implementation {
  /** The change's file, as people know it. */
  readonly file: string;
  readonly steps: readonly ImplementationStep[];
}

export interface ImplementationStep {
  readonly id: string;
  readonly name: string;
  readonly owner: string | null;
  readonly instruction: readonly string[];
  /** How it is taken back, in words. */
  readonly back: string;
}

/** The last moment to begin, so that the backout ends within the change's window. */
export interface LastMoment {
  /** Instants in ms. */
  readonly at: number;
  readonly windowEnds: number;
  readonly needMs: number;
  readonly basis: Basis;
  readonly marginMs: number;
}

export interface DocumentFacts {
  readonly plan: Plan;
  readonly digest: string;
  /** When the document is made, in ms. */
  readonly at: number;
  readonly version: string;
  /** Values that stand in for parameters that were not given. */
  readonly assumed: { readonly [name: string]: string };
  /** An adapter's own words; undefined: it has none for this input. */
  readonly describe: (step: PlannedStep) => readonly string[] | undefined;
  /** The step's adapter can tell afterwards whether the effect is there. */
  readonly provesItself: (step: PlannedStep) => boolean;
  /** What was measured; empty: nothing yet. */
  readonly estimates: Estimates;
  /** Rehearsals of this definition, the newest first. */
  readonly evidence: readonly ShownEvidence[];
  /** Null: the plan was not walked through. */
  readonly whatIf: WhatIf | null;
  /** Null where it cannot be told. */
  readonly lastMoment: LastMoment | null;
  /** The decision that moved the end of the window. */
  readonly extension: WindowDecision | null;
  readonly implementation: Implementation | null;
  /** Why a part is missing that could be there, in sentences. */
  readonly notes: readonly string[];
}

export interface DocumentView {
  readonly format: 'backout/document/v1';
  readonly generated: { readonly at: string; readonly version: string };
  readonly playbook: string;
  readonly system: string;
  readonly summary: string | null;
  readonly scope: string | null;
  readonly goals: readonly string[];
  readonly change: {
    readonly id: string | null;
    readonly summary: string | null;
    readonly risk: string | null;
    readonly windowEnds: string | null;
  };
  readonly digests: { readonly plan: string; readonly definition: string | null; readonly playbook: string };
  readonly people: readonly PersonView[];
  readonly parameters: readonly ParameterView[];
  readonly secrets: readonly { readonly name: string; readonly from: string }[];
  readonly withoutHealthChecks: string | null;
  /** Why data is restored with every closing step left out; null where some step closes access, or none is there. */
  readonly withoutClosing: string | null;
  readonly time: TimeView;
  /** Null where the window ends as planned. */
  readonly extension: ExtensionView | null;
  readonly lastMoment:
    | (Omit<LastMoment, 'at' | 'windowEnds'> & { readonly at: string; readonly windowEnds: string })
    | null;
  readonly places: readonly PlaceView[];
  readonly messages: readonly Message[];
  readonly rehearsal: Rehearsed | null;
  readonly whatIf: WhatIf | null;
  readonly implementation: Implementation | null;
  readonly notes: readonly string[];
}

/** What was measured, added up along the critical path, beside the limits. */
export interface TimeView extends Outlook {
  readonly timeoutsMs: number | null;
  readonly budgetMs: number | null;
}

export interface PersonView {
  readonly role: string;
  readonly name: string | null;
  readonly contact: string | null;
  readonly deputy: string | null;
  /** Ids of the steps that are theirs. */
  readonly steps: readonly string[];
}

export interface ParameterView {
  readonly name: string;
  readonly value: string;
  readonly source: 'given' | 'default' | 'assumed';
}

export interface PlaceView {
  readonly place: Place;
  readonly steps: readonly DocumentStep[];
}

export function documentView(facts: DocumentFacts): DocumentView {
  const { plan, at } = facts;
  const places = [...phases, 'escalate' as const].map((place) => ({ place, steps: documentSteps(place, facts) }));
  return {
    format: 'backout/document/v1',
    generated: { at: rfc3339(at), version: facts.version },
    playbook: plan.name,
    system: plan.system,
    summary: plan.summary,
    scope: plan.scope,
    goals: plan.goals,
    change: changeOf(plan),
    digests: { plan: facts.digest, definition: plan.definition ?? null, playbook: plan.playbookDigest },
    people: peopleOf(plan, places),
    parameters: parametersOf(facts),
    secrets: Object.entries(plan.secrets).map(([name, source]) => ({ name, from: secretWords(source) })),
    withoutHealthChecks: plan.withoutHealthChecks,
    withoutClosing: unclosedBecause(plan) ?? null,
    time: { ...outlookOf(plan, facts.estimates), timeoutsMs: longest(plan), budgetMs: plan.timeBudgetMs },
    lastMoment: lastMomentOf(facts.lastMoment),
    extension: extensionView(facts.extension),
    places,
    messages: messagesOf(plan),
    rehearsal: rehearsedOf(facts.evidence),
    whatIf: facts.whatIf,
    implementation: facts.implementation,
    notes: facts.notes,
  };
}

function lastMomentOf(last: LastMoment | null): DocumentView['lastMoment'] {
  return last === null ? null : { ...last, at: rfc3339(last.at), windowEnds: rfc3339(last.windowEnds) };
}

function changeOf({ change }: Plan): DocumentView['change'] {
  const text = (key: string): string | null => (typeof change[key] === 'string' ? change[key] : null);
  return { id: text('id'), summary: text('summary'), risk: text('risk'), windowEnds: text('windowEnds') };
}

/** Roles as the playbook has them, then owners that are none of them. */
function peopleOf(plan: Plan, places: readonly PlaceView[]): readonly PersonView[] {
  const owned = Map.groupBy(
    places.flatMap(({ steps }) => steps.flatMap((step) => [step, ...step.contingency])),
    ({ owner }) => owner,
  );
  const names = new Set([...Object.keys(plan.roles), ...[...owned.keys()].filter((owner) => owner !== null)]);
  return [...names].map((role) => ({
    role,
    ...personOfRole(plan, role),
    steps: (owned.get(role) ?? []).map(({ id }) => id),
  }));
}

function parametersOf({ plan, assumed }: DocumentFacts): readonly ParameterView[] {
  const atDefault = new Set(plan.paramsAtDefault ?? []);
  return Object.entries(plan.params).map(([name, value]) => {
    const source = Object.hasOwn(assumed, name) ? 'assumed' : atDefault.has(name) ? 'default' : 'given';
    return { name, value: typeof value === 'string' ? value : JSON.stringify(value), source };
  });
}

/** Where it is read from; what it is stands nowhere. */
function secretWords(source: SecretSource): string {
  if ('env' in source) return `environment variable ${source.env}`;
  if ('file' in source) return `file ${source.file}`;
  return `printed by: ${source.command[0] ?? ''}`;
}
