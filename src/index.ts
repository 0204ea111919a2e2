/** The public library: what a program needs to read plans and journals of `backout`, and to decide as it does. */
export { decide, type EngineState, initialState, type Verdict as Decided } from './engine/decide.ts';
export type { Command, Decision, Mode, Person, RunEnd, RunEvent, Truth } from './engine/protocol.ts';
export { outstanding, replay } from './engine/replay.ts';
export { truthOf } from './engine/truth.ts';
export { createVerifier, type Verdict as AuditVerdict, type Verifier, type VerifierOptions } from './journal/audit.ts';
export type { Entry } from './journal/entry.ts';
export type { Diagnostic, SourceRange } from './kernel/diagnostic.ts';
export { Fault, type FaultCode } from './kernel/fault.ts';
export { planDigest } from './plan/digest.ts';
export type { Action, Phase, Place, Plan, PlannedStep } from './plan/plan.ts';
export { historyOf } from './views/history.ts';
export { makeRunView } from './views/make-run-view.ts';
export type { RunView } from './views/run-view.ts';
