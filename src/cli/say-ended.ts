/** A run that was to be taken up has ended already: how, and its own exit code. */
import type { RunView } from '../views/run-view.ts';
import { statusText } from '../views/status-text.ts';
import type { Invocation, Surface } from './invocation.ts';
import { type KnownRun, viewOf } from './known-run.ts';
import { textOptions } from './text-options.ts';

export function sayEnded(
  known: KnownRun,
  call: Invocation,
  surface: Surface,
  since: { readonly takenBackBy?: string } = {},
): number {
  const view = viewOf(known, Date.now(), { ...since, env: surface.env });
  surface.err(`Run ${known.folder.run} has ended: there is nothing to resume.\n`);
  surface.err(statusText(view, textOptions(process.stderr, surface)));
  return answerOf(known, view, call, surface);
}

/** The same of a change whose backout is begun now: that is what there is to resume. */
export function sayOwed(known: KnownRun, call: Invocation, surface: Surface): number {
  surface.err(`Run ${known.folder.run} has ended ${known.state.context.end}; its change was not taken back since.\n`);
  return answerOf(known, viewOf(known, Date.now(), surface), call, surface);
}

function answerOf({ state }: KnownRun, view: RunView, call: Invocation, surface: Surface): number {
  if (call.has('json')) surface.out(`${JSON.stringify(view, null, 2)}\n`);
  return state.context.exitCode ?? 0;
}
