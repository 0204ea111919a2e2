/** Off a terminal: a line on when the run will end, as it begins and whenever that has moved notably. */
import type { RunEvent } from '../engine/protocol.ts';
import type { Entry } from '../journal/entry.ts';
import type { Observer, Wall } from '../ports/effects.ts';
import { clockTime, type Zone } from './clock-time.ts';
import type { Estimates } from './estimate.ts';
import { expectedEndWords } from './estimate-text.ts';
import { createForesight } from './foresight.ts';
import { createHistory } from './history.ts';

export interface ExpectationOptions {
  readonly write: (text: string) => void;
  readonly estimates: Estimates;
  readonly wall: Wall;
  readonly zone: Zone;
  readonly earlier: Iterable<Entry>;
}

const least = 60_000;

export function createExpectation({ write, estimates, wall, zone, earlier }: ExpectationOptions): Observer {
  const history = createHistory();
  for (const entry of earlier) history.add(entry);
  const foresee = createForesight(estimates);
  let said: number | null = null;
  return {
    recorded(entries, context) {
      for (const entry of entries) history.add(entry);
      if (!entries.some(({ event }) => mayMoveIt(event))) return;
      const now = wall.now();
      const end = foresee({ context, history: history.history, now });
      const at = Date.parse(end?.usual ?? end?.late ?? '');
      const words = end === null ? null : expectedEndWords(end, { now, zone });
      if (words === null || Number.isNaN(at)) return;
      const notable = Math.max(least, (at - now) / 10);
      if (said !== null && Math.abs(at - said) < notable) return;
      said = at;
      const mark = context.mode === 'rehearsal' ? ' REHEARSAL' : '';
      write(`${clockTime(now, zone)}${mark} run          ${words}\n`);
    },
  };
}

function mayMoveIt({ type }: RunEvent): boolean {
  return type === 'run.began' || type === 'engine.attached' || type.startsWith('step.') || type.startsWith('decision.');
}
