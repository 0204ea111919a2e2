/** What a person and the operational log see of a run while it lasts: live on a terminal, a line an event off it. */
import type { Mode } from '../engine/protocol.ts';
import type { Context } from '../engine/state.ts';
import type { Entry } from '../journal/entry.ts';
import type { Plan } from '../plan/plan.ts';
import type { Observer, Wall } from '../ports/effects.ts';
import type { LogTarget } from '../runtime/oplog/log-target.ts';
import { createOplog, type Oplog } from '../runtime/oplog/oplog.ts';
import { paintFor, wantsLive } from '../views/colour.ts';
import type { Estimates } from '../views/estimate.ts';
import { createExpectation } from '../views/estimate-live.ts';
import { createPlain, eventSentence } from '../views/plain.ts';
import type { Surface } from './invocation.ts';
import { zoneOf } from './text-options.ts';

export interface ScreenOptions {
  readonly plan: Plan;
  readonly run: string;
  readonly mode: Mode;
  readonly wall: Wall;
  readonly earlier: readonly Entry[];
  readonly surface: Surface;
  readonly logTargets: readonly LogTarget[];
  /** What was measured of the plan's steps; undefined: nothing. */
  readonly estimates: Estimates | undefined;
}

export interface RunScreen extends Observer {
  /** The terminal is gone: nothing is drawn any more. */
  hangUp(): void;
  /** From here on a line an event: somebody is being asked, and a picture would be drawn over the question. */
  toLines(): void;
  close(): Promise<void>;
}

export async function openScreen(options: ScreenOptions): Promise<RunScreen> {
  let context: Context | undefined;
  const oplog = await openOplog(options, () => context);
  let shown = await openView(options);
  return {
    recorded(entries, now) {
      context = now;
      shown.view?.recorded(entries, now);
      for (const entry of entries) oplog.record(entry);
    },
    hangUp() {
      shown.close();
      shown = { view: undefined, close: () => {} };
    },
    toLines() {
      if (shown.view === undefined) return;
      shown.close();
      shown = lines(options);
    },
    async close() {
      shown.close();
      await oplog.close();
    },
  };
}

interface Shown {
  readonly view: Observer | undefined;
  readonly close: () => void;
}

function lines({ surface, wall, earlier, estimates }: ScreenOptions): Shown {
  const zone = zoneOf(surface);
  const write = (text: string) => surface.err(text);
  const plain = createPlain(write, { zone });
  if (estimates === undefined) return { view: plain, close: () => {} };
  const expectation = createExpectation({ write, estimates, wall, zone, earlier });
  const view: Observer = {
    recorded(entries, context) {
      plain.recorded(entries, context);
      expectation.recorded(entries, context);
    },
  };
  return { view, close: () => {} };
}

async function openView(options: ScreenOptions): Promise<Shown> {
  const { wall, earlier, surface, estimates } = options;
  if (!wantsLive(process.stderr, surface.env)) return lines(options);
  const { createLive } = await import('../views/live.ts');
  const live = createLive({
    terminal: process.stderr,
    wall,
    paint: paintFor(process.stderr, surface.env),
    zone: zoneOf(surface),
    earlier,
    estimates,
  });
  return { view: live, close: () => live.close() };
}

function openOplog(
  { plan, run, mode, surface, logTargets }: ScreenOptions,
  context: () => Context | undefined,
): Promise<Oplog> {
  return createOplog({
    targets: logTargets,
    subject: { run, system: plan.system, mode },
    say: (event) => {
      const now = context();
      return now === undefined ? null : eventSentence(event, now);
    },
    trouble: (message) => surface.err(`${message}\n`),
  });
}
