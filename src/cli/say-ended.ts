/** A run that was to be taken up has ended already: how, and its own exit code. */
import { statusText } from '../views/status-text.ts';
import type { Invocation, Surface } from './invocation.ts';
import { type KnownRun, viewOf } from './known-run.ts';
import { textOptions } from './text-options.ts';

export function sayEnded(known: KnownRun, call: Invocation, surface: Surface): number {
  const view = viewOf(known, Date.now());
  surface.err(`Run ${known.folder.run} has ended: there is nothing to resume.\n`);
  surface.err(statusText(view, textOptions(process.stderr, surface)));
  if (call.has('json')) surface.out(`${JSON.stringify(view, null, 2)}\n`);
  return known.state.context.exitCode ?? 0;
}
