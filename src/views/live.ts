/**
 * The live view of a run on a terminal: the picture redrawn in place, and above it, for good, what a person must not
 * miss. A terminal that goes away (SIGHUP) ends the view, never the run.
 */
import type { RunEvent } from '../engine/protocol.ts';
import type { Context } from '../engine/state.ts';
import { truthOf } from '../engine/truth.ts';
import type { Entry } from '../journal/entry.ts';
import type { Observer, Wall } from '../ports/effects.ts';
import type { Zone } from './clock-time.ts';
import type { Paint } from './colour.ts';
import type { Estimates } from './estimate.ts';
import { createForesight } from './foresight.ts';
import { renderFrame } from './frame.ts';
import { createHistory } from './history.ts';
import { makeRunView } from './make-run-view.ts';
import { plainLines } from './plain.ts';
import { createScreen, type Terminal } from './screen.ts';

export interface LiveOptions {
  readonly terminal: Terminal;
  readonly wall: Wall;
  readonly paint: Paint;
  readonly zone: Zone;
  /** What the journal held before this engine took the run up. */
  readonly earlier?: Iterable<Entry>;
  /** What was measured of the plan's steps. */
  readonly estimates?: Estimates | undefined;
  /** Ms between two drawings of the elapsed times. */
  readonly tickMs?: number;
}

export interface Live extends Observer {
  /** Draws the last picture and lets go of the terminal. */
  close(): void;
}

const soonest = 40;

export function createLive(options: LiveOptions): Live {
  const { terminal, wall } = options;
  const history = createHistory();
  for (const entry of options.earlier ?? []) history.add(entry);
  const foresee = createForesight(options.estimates);
  const screen = createScreen(terminal);
  let context: Context | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let gone = false;
  const draw = (above: readonly string[] = []): void => {
    if (gone || context === undefined) return;
    const now = wall.now();
    const truth = truthOf(context);
    const facts = { context, truth, history: history.history, engine: 'alive', now } as const;
    const expectedEnd = foresee({ context, history: history.history, now });
    const size = { columns: terminal.columns || 80, rows: terminal.rows || 24 };
    screen.draw(renderFrame(makeRunView({ ...facts, expectedEnd }), { ...options, ...size, now }), above);
    drawnAt = now;
  };
  const lost = (): void => {
    gone = true;
  };
  const redraw = (): void => draw();
  terminal.on('error', lost);
  terminal.on('resize', redraw);
  const timer = setInterval(redraw, options.tickMs ?? 200);
  timer.unref();
  return {
    recorded(entries, next) {
      context = next;
      for (const entry of entries) history.add(entry);
      const above = plainLines(entries.map(({ event }) => event).filter(isNotable), next, options);
      if (above.length > 0 || wall.now() - drawnAt >= soonest) draw(above);
    },
    close() {
      clearInterval(timer);
      draw();
      terminal.off('resize', redraw);
      gone = true;
    },
  };
}

const notable: ReadonlySet<RunEvent['type']> = new Set([
  'engine.attached',
  'step.failed',
  'step.timed-out',
  'step.unknown',
  'step.cancelled',
  'budget.spent',
  'disk.filled',
]);

function isNotable({ type }: RunEvent): boolean {
  return notable.has(type) || type.startsWith('decision.');
}
