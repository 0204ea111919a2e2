/**
 * Counts down to the last moment to begin: one line rewritten on a terminal, off it a line a minute and at the
 * thresholds. It asks the system's clock every time, so that a suspended machine or a clock that jumps only moves it on.
 */
import type { WindowDecision } from '../../journal/window-decision.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Home } from '../../runtime/home/home.ts';
import { readCurrent, systemFolder } from '../../runtime/home/system-folder.ts';
import { type Deadline, isSettled } from '../../views/deadline.ts';
import { bothZones, countdownLine, decisionWords } from '../../views/deadline-text.ts';
import type { Surface } from '../invocation.ts';

export interface Watched {
  readonly deadline: Deadline;
  readonly decisions: readonly WindowDecision[];
}

export interface Watching {
  readonly look: () => Watched;
  /** Gives people the word that is due. */
  readonly tell: (deadline: Deadline) => Promise<void>;
}

const minuteMs = 60_000;
/** Said off a terminal beside the full minutes: `30 min left`, … */
export const thresholds: readonly number[] = [30 * minuteMs, 10 * minuteMs, 5 * minuteMs, minuteMs, 10_000, 0];

/** Resolves when the moment has passed, when a run of the system has begun, or when it is decided not to extend. */
export async function watchDeadline(plan: Plan, home: Home, { look, tell }: Watching, surface: Surface): Promise<void> {
  const onTerminal = process.stdout.isTTY === true;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const write = (text: string) => surface.out(onTerminal ? `\r\x1b[K${text}\n` : `${text}\n`);
  let before = look();
  let last = Date.now();
  for (;;) {
    const now = Date.now();
    const { deadline, decisions } = look();
    for (const decision of decisions.slice(before.decisions.length)) write(decisionWords(decision, zone));
    if (deadline.at !== before.deadline.at) write(`The last moment to begin is now ${bothZones(deadline.at, zone)}.`);
    const settled = isSettled(deadline.window, decisions);
    const isNew = decisions.slice(before.decisions.length).some(({ choice }) => choice !== 'extend');
    before = { deadline, decisions };
    const line = countdownLine(plan.system, deadline, now);
    const begun = readCurrent(systemFolder(home, plan.system));
    if (begun !== undefined) return write(`The backout of ${plan.system} has begun: backout status ${begun}`);
    if (!settled) await tell(deadline);
    if (now >= deadline.at || isNew) return write(line);
    if (settled) return write('It is decided already: there is nothing to count down to.');
    if (onTerminal) surface.out(`\r\x1b[K${line}`);
    else if (isDue(deadline.at - last, deadline.at - now)) write(line);
    last = now;
    await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, Math.max(20, deadline.at - now))));
  }
}

/** A full minute or a threshold lies between what was left at the last look and what is left now. */
export function isDue(leftBefore: number, left: number): boolean {
  const crossed = (at: number): boolean => leftBefore > at && left <= at;
  return Math.ceil(leftBefore / minuteMs) !== Math.ceil(left / minuteMs) || thresholds.some(crossed);
}
