/** A decision about the window is recorded, with who and why. */
import { type WindowChoice, type WindowDecision, windowChoices } from '../../journal/window-decision.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Plan } from '../../plan/plan.ts';
import { openHome } from '../../runtime/home/home.ts';
import { thisPerson } from '../../runtime/home/login.ts';
import { addWindowDecision } from '../../runtime/home/window-decisions.ts';
import type { Window } from '../../views/deadline.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { givenInstant } from './instant.ts';

export function decideWindow({ change }: Plan, window: Window, call: Invocation, surface: Surface): WindowDecision {
  const { planned } = window;
  const choice = choiceOf(call.flag('decide') ?? '');
  if (typeof change.id !== 'string')
    throw new Fault('usage', 'the change has no id that a decision could be recorded for', 'Add change.id.');
  const reason = call.flag('reason')?.trim() ?? '';
  if (reason === '') throw new Fault('usage', '--decide needs --reason: it is recorded', "Add --reason '…'.");
  const until = untilOf(choice, call.flag('until'), window);
  const by = thisPerson(surface.env, call.flag('by') ?? null);
  const home = openHome(call.flag('home'), surface.env);
  const { id } = change;
  const decision = { type: 'window.decided', at: Date.now(), change: id, by, choice, reason, planned, until } as const;
  addWindowDecision(home, decision);
  return decision;
}

function choiceOf(text: string): WindowChoice {
  const choice = windowChoices.find((each) => each === text);
  if (choice !== undefined) return choice;
  throw new Fault(
    'usage',
    `--decide ${text} is none of ${windowChoices.join(', ')}`,
    'Write for example --decide go-on',
  );
}

function untilOf(choice: WindowChoice, text: string | undefined, { ends }: Window): number | null {
  if (choice !== 'extend') {
    if (text === undefined) return null;
    throw new Fault('usage', `--until goes with --decide extend, not with ${choice}`);
  }
  if (text === undefined)
    throw new Fault('usage', '--decide extend needs --until', 'Say the new end: --until 2026-11-22T05:00:00Z');
  const until = givenInstant(text, '--until');
  if (until <= Date.now())
    throw new Fault('usage', `--until ${text} has passed already`, 'Give a time that is still to come.');
  if (until > ends) return until;
  const end = new Date(ends).toISOString();
  const remedy =
    'To have it end sooner, change change.windowEnds in the playbook: extensions of the old end then count no more.';
  throw new Fault('usage', `--until ${text} extends nothing: the window ends at ${end} already`, remedy);
}
