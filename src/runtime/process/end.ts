/**
 * Ending an attempt (P6): TERM to everything of it that can be seen, grace, KILL, looking again until none is left.
 *
 * Owns: the order of signals, and the list of what could not be ended.
 * Does not own: finding the processes (find-processes.ts); the status, which the supervisor writes when its command is
 * gone: therefore the supervisor itself is not signalled, unless it stays when all else is gone.
 */
import type { Ending } from '../../ports/step-process.ts';
import { delay } from '../delay.ts';
import { type Claim, isLiving, readClaim, withdraw } from './claim.ts';
import { findProcesses } from './find-processes.ts';
import { readProcess, type SeenProcess } from './process-table.ts';
import { readStatus } from './status.ts';

/** How long the kernel may take to end what was killed. */
const killMs = 2_000;

export async function endAttempt(dir: string, key: string, graceMs: number): Promise<Ending> {
  const claim = readClaim(dir);
  if (claim === 'none') return withdraw(dir, key, Date.now()) ? { survivors: [] } : endAttempt(dir, key, graceMs);
  // A cut claim is from before the last boot: nothing of it can be alive.
  if (claim === 'unreadable' || claim.pid === 0) return { survivors: [] };
  const stubborn = await press(dir, claim, 'SIGTERM', graceMs);
  if (stubborn.length === 0) return { survivors: [] };
  const left = await press(dir, claim, 'SIGKILL', killMs);
  return { survivors: left.map(named) };
}

/** What of the attempt lives: `pid (program)`. Only looks. */
export function livingOf(dir: string): readonly string[] {
  const claim = readClaim(dir);
  if (typeof claim === 'string') return [];
  const supervisor = hangingSupervisor(dir, claim);
  const found = findProcesses(claim);
  return (supervisor === undefined ? found : [...found, supervisor]).map(named);
}

function named(seen: SeenProcess): string {
  return `${seen.pid} (${seen.program})`;
}

/** Signals whatever turns up, until nothing is left or the time is over; gives what is left. */
async function press(
  dir: string,
  claim: Claim,
  signal: 'SIGTERM' | 'SIGKILL',
  forMs: number,
): Promise<readonly SeenProcess[]> {
  const until = performance.now() + forMs;
  const told = new Set<string>();
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    const found = findProcesses(claim);
    if (signal === 'SIGKILL') killAll(found);
    else for (const seen of found) terminateOnce(seen, told);
    const supervisor = hangingSupervisor(dir, claim);
    const left = supervisor === undefined ? found : [...found, supervisor];
    if (left.length === 0 || performance.now() >= until) return left;
    // It waits for nothing any more: what it should write is lost anyway.
    if (signal === 'SIGKILL' && found.length === 0 && performance.now() > until - killMs / 2) send(supervisor, signal);
    await delay(pauseMs);
  }
}

/** Alive and without a status: it has not begun the command yet, is writing, or hangs. */
function hangingSupervisor(dir: string, claim: Claim): SeenProcess | undefined {
  if (!isLiving(claim) || readStatus(dir) !== undefined) return undefined;
  return readProcess(claim.pid);
}

/** A stopped process gets TERM only when it goes on. */
function terminateOnce(seen: SeenProcess, told: Set<string>): void {
  const identity = `${seen.pid}/${seen.start}`;
  if (told.has(identity)) return;
  told.add(identity);
  send(seen, 'SIGTERM');
  if (seen.state === 'T') send(seen, 'SIGCONT');
}

/** All are stopped first, so that none forks a new one while the others are killed. */
function killAll(found: readonly SeenProcess[]): void {
  for (const seen of found) send(seen, 'SIGSTOP');
  for (const seen of found) send(seen, 'SIGKILL');
}

/** Only to the process that was seen: its pid may be somebody else's by now. What may not be signalled stays found. */
function send(seen: SeenProcess | undefined, signal: NodeJS.Signals): void {
  if (seen === undefined || readProcess(seen.pid)?.start !== seen.start) return;
  try {
    process.kill(seen.pid, signal);
  } catch {
    // Gone, or another user's: the next look tells which.
  }
}
