/**
 * The exact commands that take a run on from where it stands: one pure function for every situation (P5), so that
 * status, the live view, the plain lines and the end all say the same.
 */
import type { Question } from '../engine/protocol.ts';
import type { NextCommand, Situation } from './run-view.ts';
import { shellWord } from './shell-word.ts';

const why = "--reason 'why'";

/** `signingKey`: what the run's entries were signed with, where that has to be named again. */
export function nextCommands(view: Situation, signingKey?: string): readonly NextCommand[] {
  const commands = unsigned(view);
  if (signingKey === undefined || view.engine === 'alive') return commands;
  return commands.map(({ command, when }) =>
    signs.test(command) ? { command: `${command} --signing-key ${shellWord(signingKey)}`, when } : { command, when },
  );
}

const signs = /\bbackout (run|change run|resume|confirm|reject|retry|skip|stop) /;

function unsigned(view: Situation): readonly NextCommand[] {
  if (view.mode === 'dry-run') return view.exitCode === null ? unfinishedDryRun(view) : afterDryRun(view);
  if (view.exitCode !== null) return afterEnd(view);
  if (view.engine === 'stopped') return wakeEngine(view);
  if (view.engine === 'gone') return withoutEngine(view);
  if (view.waitingFor.length > 0) return [...answers(view), stop(view)];
  if (isEnding(view)) return [];
  return view.paused ? [goOn(view), stop(view)] : [];
}

/** Decisions are heard again once it has ended. */
function isEnding({ stop, failure }: Situation): boolean {
  return stop !== null || failure !== null;
}

function wakeEngine({ enginePid, run }: Situation): readonly NextCommand[] {
  return [
    { command: `kill -CONT ${enginePid ?? 'PID'}`, when: 'to let the engine go on' },
    { command: `kill -KILL ${enginePid ?? 'PID'} && backout resume ${run}`, when: 'to replace it' },
  ];
}

/** What was in flight is found again first; where nothing was, an answer alone is enough. */
function withoutEngine(view: Situation): readonly NextCommand[] {
  const resume = { command: `backout resume ${view.run}`, when: 'to take the run up again' };
  const inFlight = view.phases.some(({ steps }) =>
    steps.some(({ status }) => status === 'running' || status === 'retrying'),
  );
  if (view.waitingFor.length > 0 && !inFlight && !view.paused) return [...answers(view), resume, stop(view)];
  return isEnding(view) ? [resume] : [resume, stop(view)];
}

function answers(view: Situation): readonly NextCommand[] {
  return view.waitingFor.flatMap(({ question, step }) => answersTo(question, step, view));
}

function answersTo(question: Question, step: string, view: Situation): readonly NextCommand[] {
  const confirm = (when: string) => ({ command: `backout confirm ${view.run} ${step}`, when });
  const retry = (when: string) => ({ command: `backout retry ${view.run} ${step}`, when });
  const skip = { command: `backout skip ${view.run} ${wholeStep(step, view)} ${why}`, when: 'to go on without it' };
  const reject = { command: `backout reject ${view.run} ${step} ${why}`, when: 'when it cannot be done' };
  switch (question) {
    case 'confirm':
      return [confirm('when it is done'), reject, skip];
    case 'failed':
      return [retry('when the cause is fixed'), skip];
    case 'unknown':
      return [confirm('if it is done'), retry('if it is not done and may be done again'), skip];
  }
}

/** A contingency is left out, or done again after its end, by naming the step that it stands in for. */
function wholeStep(id: string, { phases }: Situation): string {
  const step = phases.flatMap(({ steps }) => steps).find((other) => other.id === id);
  return step?.contingencyFor ?? id;
}

function goOn({ run }: Situation): NextCommand {
  return { command: `backout resume ${run}`, when: 'to go on' };
}

function stop({ run }: Situation): NextCommand {
  return { command: `backout stop ${run}`, when: 'to give up and escalate' };
}

function afterEnd(view: Situation): readonly NextCommand[] {
  if (view.rehearsal !== null) return afterRehearsal(view);
  if (view.takenBackBy !== undefined) return [whatBecame(view), report(view)];
  if (view.onlyTells !== undefined) return [whenMended(view.onlyTells), report(view)];
  if (view.status === 'failed')
    return [...(takesItselfBack(view) ? [] : againAt(view)), ...takeBack(view), report(view)];
  if (view.status === 'stopped') {
    const when = view.kind === 'change' ? 'to go on with the change' : 'to go on with the backout';
    return [{ command: `backout resume ${view.run} --reopen`, when }, ...takeBack(view), report(view)];
  }
  return [report(view)];
}

/** Whoever saw it fail takes it back: to try a step again meanwhile would be refused. */
function takesItselfBack({ kind, backoutOnFailure }: Situation): boolean {
  return kind === 'change' && backoutOnFailure !== undefined;
}

/** A change that went wrong may be taken back as far as it went. */
function takeBack(view: Situation): readonly NextCommand[] {
  const { kind, change } = view;
  if (kind !== 'change' || typeof change.id !== 'string') return [];
  const byHand = `backout run --change ${shellWord(change.id)}`;
  if (!takesItselfBack(view) || view.status !== 'failed')
    return [{ command: byHand, when: 'to take back what was done' }];
  return [
    { command: `backout resume ${view.run}`, when: 'if it is not taken back by itself' },
    { command: byHand, when: 'to take it back otherwise than was asked for' },
  ];
}

function whenMended(change: string): NextCommand {
  const when = 'when what kept it from being taken back is mended';
  return { command: `backout run --change ${shellWord(change)}`, when };
}

function whatBecame({ change }: Situation): NextCommand {
  return { command: `backout change status ${shellWord(String(change.id))}`, when: 'for what has become of it' };
}

/** Its evidence stands as it is: what was learnt is tried in another rehearsal. */
function afterRehearsal(view: Situation): readonly NextCommand[] {
  const list = { command: `backout rehearsals ${shellWord(view.playbookFile)}`, when: 'for the evidence' };
  if (view.status === 'rehearsed') return [list, report(view)];
  return [{ command: `backout rehearse ${shellWord(view.playbookFile)}`, when: 'when the cause is fixed' }, list];
}

function againAt(view: Situation): readonly NextCommand[] {
  const { failure, run } = view;
  if (failure === null || failure.step === null) {
    return [{ command: `backout resume ${run} --reopen`, when: 'when the cause is fixed' }];
  }
  const step = wholeStep(failure.step, view);
  const states = view.phases.flatMap(({ steps }) => steps);
  const unknown = states.some(({ id, status }) => id === step && status === 'unknown');
  return answersTo(unknown ? 'unknown' : 'failed', step, view);
}

function report({ run }: Situation): NextCommand {
  return { command: `backout report ${run} --format md`, when: 'for the change record' };
}

function unfinishedDryRun(view: Situation): readonly NextCommand[] {
  return view.engine === 'gone' ? [{ command: dryRun(view), when: 'to begin the dry run anew' }] : [];
}

function afterDryRun(view: Situation): readonly NextCommand[] {
  if (view.exitCode !== 0) return [{ command: dryRun(view), when: 'when what failed is there' }];
  return [{ command: `${runCommand(view)} ${playbookCall(view)}`, when: 'to do it for real' }];
}

function dryRun(view: Situation): string {
  return `${runCommand(view)} ${playbookCall(view)} --dry-run`;
}

const runCommand = ({ kind }: Situation): string => (kind === 'change' ? 'backout change run' : 'backout run');

function playbookCall(view: Situation): string {
  const { takesBack, playbookFile, phases } = view;
  const asks = phases.some(({ steps }) => steps.some(({ id }) => id.startsWith('decide-')))
    ? ' --irreversible ask'
    : '';
  const what = takesBack === undefined ? shellWord(playbookFile) : `--change ${shellWord(takesBack)}${asks}`;
  return [what, ...paramWords(view), ...wishWords(view)].join(' ');
}

/** What else was asked for: who types the command wants that too. */
function wishWords({ backoutOnFailure, onceKey, by }: Situation): readonly string[] {
  const asks = backoutOnFailure?.irreversible === 'ask' ? ' --irreversible ask' : '';
  return [
    ...(backoutOnFailure === undefined ? [] : [`--backout-on-failure${asks}`]),
    ...(onceKey === undefined ? [] : [`--once-key ${shellWord(onceKey)}`]),
    ...(by?.claimed == null ? [] : [`--by ${shellWord(by.claimed)}`]),
  ];
}

/** What the playbook says itself would hide what was given, and would go on to say it when the playbook has changed. */
function paramWords({ params, paramsAtDefault, paramsBack }: Situation): readonly string[] {
  return Object.entries({ ...params, ...paramsBack })
    .filter(([name, value]) => value !== null && !paramsAtDefault.includes(name))
    .map(([name, value]) => {
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
      return `--param ${shellWord(`${name}=${text}`)}`;
    });
}
