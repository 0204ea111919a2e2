/** The run view as a pure fold (P5): the same journal, engine and instant give the same document. */
import type { RunEnd, Truth } from '../engine/protocol.ts';
import type { Context } from '../engine/state.ts';
import { rfc3339 } from './clock-time.ts';
import type { ExpectedEnd } from './estimate-end.ts';
import type { History } from './history.ts';
import { nextCommands } from './next-commands.ts';
import { phaseViews } from './phase-view.ts';
import type { EngineSign, RunStatus, RunView, Situation } from './run-view.ts';
import { updateViews } from './updates-view.ts';
import { heldBy, owedOf, tasksOf, waitsOf } from './waiting.ts';

export interface RunFacts {
  readonly context: Context;
  readonly truth: Truth;
  readonly history: History;
  /** Ignored once the run has ended. */
  readonly engine: EngineSign | null;
  /** Ms since the epoch. */
  readonly now: number;
  /** From what was measured (`expectedEndOf`); left out: nothing was. */
  readonly expectedEnd?: ExpectedEnd | null;
  /** From the change's ledger; left out: nothing takes it back. */
  readonly takenBackBy?: string;
  /** What `--signing-key` has to name for whoever takes the run up; left out: nothing is signed, or the key is at hand. */
  readonly signingKey?: string;
}

export function makeRunView(facts: RunFacts): RunView {
  const view = withoutNext(facts);
  return { ...view, next: nextCommands(view, facts.signingKey) };
}

function withoutNext(facts: RunFacts): Situation {
  const { context, history } = facts;
  return {
    schema: 'backout/run-view/v1',
    ...identity(facts),
    ...progress(facts),
    truth: facts.truth,
    phases: shownPhases(context, history),
    head: history.head,
    entries: history.entries,
    waitingFor: context.end === null ? waitsOf(context, history) : [],
    exceptions: context.end === null ? [] : (history.ended?.exceptions ?? []),
    tasks: tasksOf(context, history),
    owed: owedOf(context, history),
    ...(context.plan.updates === undefined ? {} : { updates: updateViews(context, history) ?? [] }),
    decisions: history.decisions.map((decision) => ({ ...decision, at: rfc3339(decision.at) })),
    expectedEnd: facts.expectedEnd ?? null,
    notes: history.notes.map(({ at, text }) => ({ at: rfc3339(at), text })),
  };
}

/** A change has one list of steps, and is not made to look like a backout that lacks the other phases. */
function shownPhases(context: Context, history: History): Situation['phases'] {
  const all = phaseViews(context, history);
  if (context.plan.kind === undefined) return all;
  return all.filter(({ steps }) => steps.length > 0).map((phase) => ({ ...phase, title: 'change' }));
}

function identity({ context, history, takenBackBy }: RunFacts) {
  const { plan } = context;
  return {
    run: context.run,
    playbook: plan.name,
    ...(plan.kind === undefined ? {} : { kind: plan.kind }),
    ...(plan.takesBack === undefined ? {} : { takesBack: plan.takesBack }),
    ...(plan.onlyTells === undefined ? {} : { onlyTells: plan.onlyTells }),
    ...wishes(history),
    ...(takenBackBy === undefined ? {} : { takenBackBy }),
    system: plan.system,
    mode: context.mode,
    rehearsal: rehearsalOf(context),
    planDigest: history.began?.planDigest ?? null,
    playbookFile: plan.playbookFile,
    params: plan.params,
    paramsAtDefault: plan.paramsAtDefault ?? [],
    change: plan.change,
    by: history.began?.by ?? null,
    reason: history.began?.reason ?? null,
  };
}

/** What was asked for when it began, beside the plan. */
function wishes({ began }: History): Pick<RunView, 'paramsBack' | 'backoutOnFailure' | 'onceKey'> {
  const { paramsBack, backoutOnFailure, onceKey = null } = began ?? {};
  return {
    ...(paramsBack === undefined ? {} : { paramsBack }),
    ...(backoutOnFailure === undefined ? {} : { backoutOnFailure }),
    ...(onceKey === null ? {} : { onceKey }),
  };
}

function progress({ context, history, engine, now }: RunFacts) {
  const over = context.end !== null;
  const startedAt = history.began?.at ?? null;
  const endedAt = over ? (history.ended?.at ?? null) : null;
  const budget = context.plan.timeBudgetMs;
  return {
    status: statusOf(context),
    engine: over ? null : engine,
    enginePid: history.pid,
    exitCode: over ? context.exitCode : null,
    startedAt: instant(startedAt),
    endedAt: instant(endedAt),
    lastAt: history.entries === 0 ? null : rfc3339(history.lastAt),
    paused: context.paused,
    stop: context.stop === null ? null : { by: context.stop.by, reason: context.stop.reason },
    failure: context.failure,
    abandoned: context.stop !== null && history.decisions.findLast(isStop)?.verb === 'abandon',
    timeBudget:
      budget === null || startedAt === null ? null : { ms: budget, spentMs: Math.max(0, (endedAt ?? now) - startedAt) },
  };
}

function rehearsalOf({ mode, plan }: Context): RunView['rehearsal'] {
  if (mode !== 'rehearsal' || plan.rehearsal === undefined) return null;
  const { environment, inject, leftOut } = plan.rehearsal;
  return { environment, inject, leftOut };
}

const rehearsed: Readonly<Record<RunEnd, RunStatus>> = {
  succeeded: 'rehearsed',
  'succeeded-with-exceptions': 'rehearsed',
  failed: 'rehearsal-failed',
  stopped: 'rehearsal-stopped',
  simulated: 'simulated',
  'simulated-failed': 'simulated',
};

/** P10: a dry run ends as `simulated`, however it ended; its exit code says whether something is missing. */
function statusOf(context: Context): RunStatus {
  if (context.end !== null && context.mode === 'rehearsal') return rehearsed[context.end];
  if (context.end !== null) {
    return context.end === 'simulated-failed' ? 'simulated' : context.end;
  }
  return context.paused || heldBy(context).length > 0 ? 'waiting' : 'running';
}

function instant(at: number | null): string | null {
  return at === null ? null : rfc3339(at);
}

function isStop({ verb }: { readonly verb: string }): boolean {
  return verb === 'stop' || verb === 'abandon';
}
