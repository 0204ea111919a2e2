/**
 * What a rehearsal has proven, as an in-toto Statement v1: about which definition of a plan, where, when, how each step
 * went. Plain data; made from a journal alone, so that whoever has the journal can make it again and compare.
 */
import type { Truth } from '../../engine/protocol.ts';
import type { Injection, ProductionSecret, Reasoned } from '../../plan/plan.ts';

export const statementType = 'https://in-toto.io/Statement/v1';
/** A name, not a page: what the predicate holds is told in docs/rehearsal.md. */
export const predicateType = 'https://backout.invalid/rehearsal/v1';

export type EvidenceResult = 'PASSED' | 'WARNED' | 'FAILED';

export interface StepEvidence {
  readonly id: string;
  readonly place: string;
  /** As `backout status` shows it. */
  readonly outcome: string;
  readonly attempts: number;
  /** From the first attempt's beginning to the last one's end; null where none was begun. */
  readonly ms: number | null;
}

export interface UpdateEvidence {
  readonly audience: string;
  readonly sent: number;
  readonly byFallback: number;
  readonly missed: number;
}

export interface InjectedEvidence {
  readonly step: string;
  readonly kind: Injection;
  /** It happened: the step was reached. */
  readonly met: boolean;
  readonly ended: string;
}

export interface RehearsalPredicate {
  /** A drill proves what becomes of its injected failures, and does not count as a rehearsal of the plan. */
  readonly kind: 'rehearsal' | 'drill';
  readonly result: EvidenceResult;
  /** Why it is not PASSED, and what was not as planned. */
  readonly deviations: readonly string[];
  readonly environment: string;
  readonly run: string;
  /** Hash of the journal's last entry. */
  readonly head: string;
  readonly planDigest: string;
  readonly system: string;
  readonly change: string | null;
  readonly by: string;
  readonly startedOn: string;
  readonly finishedOn: string;
  readonly expiresOn: string;
  readonly ms: number;
  readonly end: string;
  readonly truth: Truth;
  readonly steps: readonly StepEvidence[];
  readonly coverage: {
    readonly done: number;
    readonly of: number;
    readonly leftOut: readonly Reasoned[];
    /** Judged by a person not to reach production. */
    readonly harmless: readonly Reasoned[];
  };
  /** The regular updates that were sent there; absent where none was to be. */
  readonly updates?: readonly UpdateEvidence[];
  /** Secrets of production that its steps and updates name; absent where there is none. */
  readonly productionSecrets?: readonly ProductionSecret[];
  readonly injected: readonly InjectedEvidence[];
  readonly tool: { readonly name: 'backout'; readonly version: string };
  readonly adapters: { readonly [name: string]: string };
}

export interface Statement {
  readonly _type: typeof statementType;
  readonly subject: readonly [{ readonly name: string; readonly digest: { readonly sha256: string } }];
  readonly predicateType: typeof predicateType;
  readonly predicate: RehearsalPredicate;
}

/** The statement in parsed JSON; undefined where it is none of ours. */
export function asStatement(value: unknown): Statement | undefined {
  if (!isObject(value) || value._type !== statementType || value.predicateType !== predicateType) return undefined;
  const [subject] = Array.isArray(value.subject) ? value.subject : [];
  const digest = isObject(subject) && isObject(subject.digest) ? subject.digest.sha256 : undefined;
  const { predicate } = value;
  if (typeof digest !== 'string' || !isObject(predicate) || !isPredicate(predicate)) return undefined;
  // A cast beside a parse: what is read of it below was looked at.
  return value as unknown as Statement;
}

const texts = ['kind', 'result', 'environment', 'run', 'head', 'startedOn', 'finishedOn', 'expiresOn', 'end'] as const;

function isPredicate(predicate: { readonly [key: string]: unknown }): boolean {
  if (!texts.every((key) => typeof predicate[key] === 'string')) return false;
  if (!['startedOn', 'finishedOn', 'expiresOn'].every((key) => Number.isFinite(Date.parse(String(predicate[key])))))
    return false;
  const { steps, coverage, ms } = predicate;
  return Array.isArray(steps) && steps.every(isStep) && isObject(coverage) && typeof ms === 'number';
}

function isStep(step: unknown): boolean {
  return isObject(step) && typeof step.id === 'string' && (step.ms === null || typeof step.ms === 'number');
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
