/**
 * Answers on the engine's own terminal: when the run waits for a person, whoever sits there may type the verb of the
 * command that another terminal would use. Owns: the question and its reading. Does not own: whether it is heard.
 */
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { Decision, Person, Question } from '../engine/protocol.ts';
import { refusal } from '../engine/refusal.ts';
import { type Context, stepState } from '../engine/state.ts';
import type { Engine } from '../runtime/engine.ts';
import { visible } from '../views/visible.ts';
import type { Surface } from './invocation.ts';

export interface AnswerHere {
  recorded(context: Context): void;
  close(): void;
}

export interface AnswerHereOptions {
  readonly engine: () => Engine;
  readonly by: Person;
  readonly surface: Surface;
  /** Somebody is about to be asked on the terminal. */
  readonly asks: () => void;
}

const verbs: Readonly<Record<Question, readonly string[]>> = {
  confirm: ['confirm', 'reject WHY', 'skip WHY', 'stop'],
  failed: ['retry', 'skip WHY', 'stop'],
  unknown: ['confirm (its effect is there)', 'retry', 'skip WHY', 'stop'],
};

/** A line that comes so soon was on its way before anybody could have read the question. */
const typedAheadMs = 500;

interface Wait {
  readonly step: string;
  readonly question: Question;
  readonly attempt: number;
}

export function createAnswerHere({ engine, by, surface, asks }: AnswerHereOptions): AnswerHere {
  let wait: Wait | undefined;
  let askedAt = 0;
  let lines: Interface | undefined;
  const asked = (): string => (wait === undefined ? '\n' : choices(wait));
  const close = (): void => {
    lines?.close();
    lines = undefined;
    wait = undefined;
  };
  const open = (): void => {
    if (lines !== undefined || !isInForeground()) return;
    // Not a terminal's interface: Ctrl-C stays a signal.
    lines = createInterface({ input: process.stdin, terminal: false });
    lines.on('line', hear);
  };
  const hear = (line: string): void => {
    if (line.trim() === '') return;
    if (wait === undefined || performance.now() - askedAt < typedAheadMs) {
      surface.err(`"${visible(line.trim())}" was typed before the question was there: it is not heard. ${asked()}`);
      return;
    }
    const { context } = engine().state;
    const decision = decisionOf(line.trim(), wait, context, by);
    const refused = typeof decision === 'string' ? decision : refusal(context, decision);
    if (refused !== undefined) surface.err(`${refused}. ${choices(wait)}`);
    else if (typeof decision !== 'string') engine().decide(decision);
  };
  return {
    recorded(context) {
      const next = firstWait(context);
      if (next === undefined) {
        wait = undefined;
        return;
      }
      if (isSame(wait, next)) return;
      wait = next;
      askedAt = performance.now();
      asks();
      open();
      surface.err(`\n${words(context, next)}\n${choices(next)}`);
    },
    close,
  };
}

/** Whoever reads a terminal from the background is stopped (SIGTTIN). Where the system does not say, it may be read. */
function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    return true;
  }
}

function firstWait(context: Context): Wait | undefined {
  for (const [step, { status, question, attempt }] of context.steps.entries())
    if (status === 'waiting' && question !== null) return { step, question, attempt };
  return undefined;
}

function isSame(one: Wait | undefined, other: Wait): boolean {
  return one?.step === other.step && one.question === other.question && one.attempt === other.attempt;
}

function words(context: Context, { step, question }: Wait): string {
  const planned = context.index.get(step);
  const who = planned?.owner ?? 'a person';
  const { reason } = stepState(context, step);
  const about = question === 'confirm' && planned?.action.kind === 'manual' ? planned.action.instruction : reason;
  return `${step} waits for ${visible(who)}${about === null ? '' : `: ${visible(about)}`}`;
}

function choices({ question }: Wait): string {
  return `Type here, or as a command in another terminal: ${verbs[question].join(' | ')}: `;
}

/** The decision, or what is wrong with the line. */
function decisionOf(
  line: string,
  { step, question }: Wait,
  { parents, index, run }: Context,
  by: Person,
): Decision | string {
  const [verb = '', ...said] = line.split(/\s+/);
  const named = said[0] === step;
  const other = !named && index.has(said[0] ?? '');
  // As in the command for another terminal, the step may be named; but only the one that is asked about.
  if (other)
    return `This is asked about ${step}. For ${said[0]} type in another terminal: backout ${verb} ${run} ${said[0]}`;
  const reason = (named ? said.slice(1) : said).join(' ') || null;
  const known = verbs[question].some((each) => each.split(' ')[0] === verb);
  if (!known) return `"${verb}" is no answer to this`;
  if (verb === 'stop') return { type: 'decision.stop', by, reason, inFlight: 'cancel', urgent: false };
  if (verb === 'confirm') return { type: 'decision.confirm', by, reason, step };
  if (verb === 'retry') return { type: 'decision.retry', by, reason, step };
  if (reason === null) return `${verb} needs a reason: it is recorded for whoever answers for the change`;
  if (verb === 'reject') return { type: 'decision.reject', by, reason, step };
  return { type: 'decision.skip', by, reason, step: parents.get(step) ?? step };
}
