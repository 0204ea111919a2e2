/**
 * A late backout wants to be accepted: what is restored is older than it was meant to be, and others have worked on.
 * On a terminal that is asked, off it said with `--accept-late --reason`. What was decided about the window is shown.
 */
import { statSync } from 'node:fs';
import { Fault } from '../../kernel/fault.ts';
import { decisionWords } from '../../views/deadline-text.ts';
import { type Lateness, lateLines, lateWords } from '../../views/late-text.ts';
import { personName } from '../../views/person-name.ts';
import { wrap } from '../../views/width.ts';
import type { Beginning } from '../begin-run.ts';
import { isTerminal } from '../drive.ts';
import { storedTimes } from '../known-times.ts';
import { textOptions } from '../text-options.ts';
import { driftOf } from './drift.ts';
import { latenessOf } from './lateness.ts';
import { laterChanges } from './later-changes.ts';

/** What the run's journal is to say; undefined: nobody accepted it. */
export async function acceptLate(beginning: Beginning): Promise<readonly string[] | undefined> {
  const { home, planned, surface } = beginning;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const since = await laterChanges(planned.plan, home);
  const { decisions, lateness, troubles } = latenessOf(planned.plan, home, Date.now(), since.later);
  const decided = [...troubles, ...since.troubles, ...decisions.map((each) => decisionWords(each, zone))];
  say(decided, beginning);
  if (lateness === undefined) return decided;
  const accepted = await accept(lateness, zone, beginning);
  if (accepted === undefined) surface.err('Nothing was run.\n');
  return accepted === undefined ? undefined : [...decided, accepted];
}

async function accept(lateness: Lateness, zone: string, beginning: Beginning): Promise<string | undefined> {
  const { call, by } = beginning;
  const how = lateWords(lateness, Date.now());
  const reason = call.flag('reason')?.trim();
  const note = `begun late (${how}), accepted by ${personName(by)}: ${reason || 'asked on the terminal, without a reason'}`;
  // Who asked for --backout-on-failure has accepted the time that passes, and no later change.
  if (call.has('accept-late') || (call.has('accept-window') && lateness.later.length === 0)) {
    if (!reason) throw new Fault('usage', '--accept-late needs --reason: it is recorded', "Add --reason '…'.");
    // Whoever accepts beforehand has looked; an emergency is not made to wait for a second look.
    say([`This backout comes LATE: ${how}. Accepted: ${reason}`], beginning);
    return note;
  }
  await show(lateness, zone, beginning);
  if (isTerminal()) return (await isAccepted()) ? note : undefined;
  throw new Fault(
    'usage',
    `the backout comes late (${how}), and nobody can be asked whether it is still wanted`,
    "Nothing was run. When what is said above is accepted: --accept-late --reason 'why'",
  );
}

async function show(lateness: Lateness, zone: string, beginning: Beginning): Promise<void> {
  const { planned, home } = beginning;
  const { plan } = planned;
  const records = storedTimes(home, plan).records.filter(
    ({ end, playbook }) => playbook === plan.name && end.startsWith('succeeded'),
  );
  const drift = await driftOf(beginning);
  const lines = lateLines({
    plan,
    lateness,
    drift,
    zone,
    now: Date.now(),
    editedAt: statSync(plan.playbookFile, { throwIfNoEntry: false })?.mtimeMs ?? null,
    lastRun: records.at(-1) ?? null,
  });
  say(lines, beginning);
}

function say(lines: readonly string[], { surface }: Beginning): void {
  if (lines.length === 0) return;
  const { columns } = textOptions(process.stderr, surface);
  surface.err(`${lines.flatMap((line) => wrapped(line, columns)).join('\n')}\n`);
}

/** What is set in stays set in. */
function wrapped(line: string, columns: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const inner = line.slice(indent.length);
  return wrap(inner, columns - indent.length - 2).map((part, n) => `${indent}${n === 0 ? '' : '  '}${part}`.trimEnd());
}

async function isAccepted(): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (
      (await lines.question('\nIs it still wanted, late as it is? Type accept: ')).trim().toLowerCase() === 'accept'
    );
  } finally {
    lines.close();
  }
}
