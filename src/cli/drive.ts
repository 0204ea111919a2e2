/**
 * Drives a run from here to where this process leaves it: the engine with its screen, log, inbox, signals and lock.
 * Begins a new run or takes up one that another engine left; both end here, with the same words and exit codes.
 */
import { isatty } from 'node:tty';
import type { EngineState } from '../engine/decide.ts';
import type { Person } from '../engine/protocol.ts';
import type { Context } from '../engine/state.ts';
import type { Entry } from '../journal/entry.ts';
import type { Undated, Wall } from '../ports/effects.ts';
import type { RunSetting } from '../runtime/attempt/setting.ts';
import { Engine, type Leaving } from '../runtime/engine.ts';
import type { Home } from '../runtime/home/home.ts';
import type { RunFolder } from '../runtime/home/run-folder.ts';
import { hasTimes } from '../runtime/home/times.ts';
import { watchInbox } from '../runtime/home/watch-inbox.ts';
import type { LogTarget } from '../runtime/oplog/log-target.ts';
import type { Estimates } from '../views/estimate.ts';
import { timesKey } from '../views/estimate-record.ts';
import { createHistory, type History } from '../views/history.ts';
import type { AnswerHere } from './answer-here.ts';
import { createAnswering } from './answering.ts';
import { exit } from './exit-codes.ts';
import type { Surface } from './invocation.ts';
import type { RunRecord } from './open-record.ts';
import { openScreen, type RunScreen } from './run-screen.ts';
import { listenToSignals } from './signals.ts';

export interface Drive {
  readonly home: Home;
  readonly setting: RunSetting;
  readonly folder: RunFolder;
  readonly record: RunRecord;
  readonly state: EngineState;
  readonly wall: Wall;
  /** What the journal held before. */
  readonly earlier: readonly Entry[];
  readonly by: Person;
  readonly surface: Surface;
  readonly logTargets: readonly LogTarget[];
  readonly waits: boolean;
  readonly begin:
    | { readonly kind: 'new'; readonly began: Undated }
    /** Who takes it up, and what is decided with that, in the order in which the run hears it. */
    | { readonly kind: 'taken-up'; readonly events: readonly Undated[] };
}

/** How the run was left, and what is known of it by then: nobody has to read the journal again. */
export interface Driven {
  readonly leaving: Leaving;
  readonly context: Context;
  readonly history: History;
}

export async function drive(options: Drive): Promise<Driven> {
  const { setting, surface, wall, earlier } = options;
  const estimates = await estimatesFor(options);
  const screen = await openScreen({
    plan: setting.plan,
    run: setting.run,
    mode: setting.mode,
    wall,
    earlier,
    surface,
    logTargets: options.logTargets,
    estimates,
  });
  const history = createHistory();
  for (const entry of earlier) history.add(entry);
  const engine = new Engine({
    setting,
    journal: options.record.journal,
    state: options.state,
    wall,
    observer: {
      recorded: (entries, context) => {
        answering.recorded(entries);
        for (const entry of entries) history.add(entry);
        screen.recorded(entries, context);
        answers?.recorded(context);
      },
    },
    waits: options.waits,
    inherited: inheritedBoots(earlier),
    beganAt: earlier[0]?.event.at ?? wall.now(),
  });
  const answering = createAnswering(() => engine);
  const onTerminal = isTerminal();
  const answers = onTerminal && options.waits ? await answerHere(() => engine, options, screen) : undefined;
  const inbox =
    setting.mode !== 'dry-run'
      ? watchInbox(options.folder.inbox, answering.hear, (text) => surface.err(`${text}\n`))
      : undefined;
  const signals = listenToSignals({
    engine,
    by: options.by,
    surface,
    onTerminal,
    hungUp: () => screen.hangUp(),
    asks: () => {
      answers?.close();
      screen.toLines();
    },
  });
  const release = holdOpen();
  try {
    start(engine, options);
    const leaving = await engine.done;
    const told = signals.told() && leaving.kind === 'waiting';
    return { leaving: told ? { kind: 'told-to' } : leaving, context: engine.state.context, history: history.history };
  } finally {
    release();
    signals.stop();
    answers?.close();
    await inbox?.close();
    await screen.close();
    await options.record.close();
  }
}

/** Where nothing was ever measured that costs one look. */
async function estimatesFor({ home, setting: { plan, mode } }: Drive): Promise<Estimates | undefined> {
  if (mode === 'dry-run' || !hasTimes(home, timesKey(plan))) return undefined;
  const { storedTimes } = await import('./known-times.ts');
  return storedTimes(home, plan).estimates;
}

/** Loaded where somebody sits: a pipeline's start does not pay for it. */
async function answerHere(engine: () => Engine, { by, surface }: Drive, screen: RunScreen): Promise<AnswerHere> {
  const { createAnswerHere } = await import('./answer-here.ts');
  return createAnswerHere({ engine, by, surface, asks: () => screen.toLines() });
}

function start(engine: Engine, { begin }: Drive): void {
  if (begin.kind === 'new') return engine.begin(begin.began);
  // Heard with the taking up: a run that waits for a person would be left again before its answer is heard.
  return engine.takeUp(...begin.events);
}

/** A run that waits for a person has nothing that keeps Node alive. */
function holdOpen(): () => void {
  const timer = setInterval(() => {}, 2 ** 30);
  return () => clearInterval(timer);
}

export function isTerminal(): boolean {
  return isatty(0) && isatty(2);
}

/** In which boot each attempt's intent was written. */
function inheritedBoots(entries: readonly Entry[]): ReadonlyMap<string, string> {
  const boots = new Map<string, string>();
  for (const { event } of entries) if (event.type === 'step.started') boots.set(event.key, event.boot);
  return boots;
}

/** Where the run cannot say it by its own exit code. One that had failed, but still owes something, has failed (P7). */
export function exitCodeOf({ leaving, context }: Pick<Driven, 'leaving' | 'context'>): number {
  switch (leaving.kind) {
    case 'ended':
      return leaving.exitCode;
    case 'waiting':
      return exit.waiting;
    case 'told-to':
      return context.failure === null ? exit.stopped : exit.failed;
    case 'broken':
      return exit.fault;
  }
}
