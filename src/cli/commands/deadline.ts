/** `backout deadline`: the last moment to begin the backout; exit 0 before it, 1 after. */
import type { WindowDecision } from '../../journal/window-decision.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Home, lookAtHome } from '../../runtime/home/home.ts';
import { type Deadline, deadlineOf, isSettled, needOf, usualMargin } from '../../views/deadline.ts';
import { bothZones, deadlineLines, decisionWords } from '../../views/deadline-text.ts';
import { type Outlook, outlookOf } from '../../views/estimate-outlook.ts';
import { named } from '../../views/estimate-text.ts';
import { wrap } from '../../views/width.ts';
import { type Assumed, type AssumedPlan, loadPlanAssuming } from '../assume-parameters.ts';
import { decideWindow } from '../deadline/decide.ts';
import { findWindow } from '../deadline/find-window.ts';
import type { Teller } from '../deadline/tell.ts';
import { watchDeadline } from '../deadline/watch.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { knownTimes } from '../known-times.ts';
import { printDiagnostics } from '../lint-output.ts';
import { textOptions } from '../text-options.ts';

export const run: CommandRun = async (call, surface) => {
  checkFlags(call);
  const planned = await loadPlanAssuming(call, surface);
  if (!planned.ok) {
    printDiagnostics(planned.error, surface);
    return exit.usage;
  }
  const { plan, assumed } = planned.value;
  const home = lookAtHome(call.flag('home'), surface.env);
  if (call.flag('decide') !== undefined) return decide(home, plan, call, surface);
  const times = knownTimes(home, plan);
  const outlook = outlookOf(plan, times.estimates);
  const look = () => find(home, plan, outlook, call);
  const found = look();
  const tell = await tellerFor(planned.value, call, surface);
  for (const note of [...standIns(assumed), ...times.troubles, ...found.notes]) surface.err(`${note}\n`);
  show(plan, outlook, found, call, surface);
  if (!isSettled(found.deadline.window, found.decisions)) await tell(found.deadline);
  if (call.has('watch') && Date.now() < found.deadline.at) await watchDeadline(plan, home, { look, tell }, surface);
  return Date.now() < look().deadline.at ? exit.backedOut : exit.failed;
};

/** A value may decide which steps take part, and so how long they take. */
function standIns(assumed: Assumed): readonly string[] {
  const names = Object.keys(assumed);
  return names.length === 0 ? [] : [`Not given, so values that suit stand in: ${names.join(', ')}.`];
}

/** Loaded where somebody is to be told, who must be told with the values of the occasion. */
async function tellerFor(planned: AssumedPlan, call: Invocation, surface: Surface): Promise<Teller> {
  if (call.flags('tell').length === 0) return async () => {};
  const [missing] = Object.keys(planned.assumed);
  if (missing !== undefined)
    throw new Fault(
      'usage',
      `--tell needs the parameter ${missing}: what is sent may hold it`,
      `Add --param ${missing}=…`,
    );
  const { createTeller } = await import('../deadline/tell.ts');
  return createTeller(planned, call, surface);
}

/** Exit 0: it is recorded, whatever the time. */
function decide(home: Home, plan: Plan, call: Invocation, surface: Surface): number {
  const before = windowIn(home, plan, call);
  const recorded = decideWindow(plan, before.window, call, surface);
  for (const note of before.notes) surface.err(`${note}\n`);
  const { window } = windowIn(home, plan, call);
  const zone = zoneName();
  const ends = bothZones(window.ends, zone);
  if (call.has('json')) surface.out(`${JSON.stringify({ ...recorded, windowEnds: new Date(window.ends) }, null, 2)}\n`);
  else surface.out(`${decisionWords(recorded, zone)}\nThe window ends ${ends}.\n`);
  return exit.backedOut;
}

function checkFlags(call: Invocation): void {
  if (call.has('watch') && (call.has('json') || call.flag('decide') !== undefined))
    throw new Fault('usage', '--watch goes neither with --json nor with --decide', 'Leave one of them out.');
  if (call.flag('decide') === undefined && call.flag('until') !== undefined)
    throw new Fault('usage', '--until goes with --decide extend', 'Add --decide extend --reason …');
}

export interface Found {
  readonly deadline: Deadline;
  readonly decisions: readonly WindowDecision[];
  readonly notes: readonly string[];
}

function find(home: Home, plan: Plan, outlook: Outlook, call: Invocation): Found {
  const { window, ...found } = windowIn(home, plan, call);
  const need = needOf(outlook, plan.timeBudgetMs);
  if (need === undefined) throw unbounded(outlook);
  return { deadline: deadlineOf(window, need, marginOf(call) ?? usualMargin(need)), ...found };
}

function windowIn(home: Home, plan: Plan, call: Invocation) {
  const { window, decisions, notes = [] } = findWindow(home, plan, call.flag('window-ends'));
  if (window !== undefined) return { window, decisions, notes };
  throw new Fault(
    'usage',
    `${plan.playbookFile} does not say when the change window ends`,
    'Add change.windowEnds to it, or say --window-ends 2026-11-22T04:00:00Z',
  );
}

const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

function unbounded({ unbounded: steps }: Outlook): Fault {
  return new Fault(
    'usage',
    `nobody can say how long the backout takes: ${named(steps, 6)} ${steps.length === 1 ? 'was' : 'were'} never measured and ${steps.length === 1 ? 'has' : 'have'} no timeout`,
    'Rehearse it (backout rehearse), or give each of them a timeout, or the playbook a timeBudget.',
  );
}

function marginOf(call: Invocation): number | undefined {
  const text = call.flag('margin');
  if (text === undefined) return undefined;
  const ms = text === '0' ? 0 : parseDuration(text);
  if (ms === undefined) throw new Fault('usage', `--margin ${text} is no duration`, 'Write for example --margin 15m');
  return ms;
}

function show(plan: Plan, outlook: Outlook, found: Found, call: Invocation, surface: Surface): void {
  const now = Date.now();
  const { deadline, decisions } = found;
  if (call.has('json')) return surface.out(`${JSON.stringify(document(plan, outlook, found, now), null, 2)}\n`);
  const zone = zoneName();
  const { columns } = textOptions(process.stdout, surface);
  const lines = deadlineLines({ system: plan.system, deadline, outlook, decisions, now, zone });
  surface.out(
    `${lines
      .flatMap((line) => (line === '' || line.startsWith(' ') ? [line] : wrap(line, columns)))
      .join('\n')
      .trimEnd()}\n`,
  );
}

function document(plan: Plan, outlook: Outlook, { deadline, decisions }: Found, now: number) {
  const instant = (at: number) => new Date(at).toISOString();
  return {
    format: 'backout/deadline/v1',
    playbook: plan.name,
    system: plan.system,
    change: plan.change.id ?? null,
    now: instant(now),
    deadline: instant(deadline.at),
    leftMs: deadline.at - now,
    passed: now >= deadline.at,
    windowEnds: instant(deadline.window.ends),
    windowPlanned: instant(deadline.window.planned),
    marginMs: deadline.marginMs,
    needs: { ...deadline.need, ...outlook },
    decisions: decisions.map((each) => ({
      ...each,
      at: instant(each.at),
      planned: instant(each.planned),
      until: each.until === null ? null : instant(each.until),
    })),
  };
}
