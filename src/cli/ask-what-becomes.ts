/** Ctrl-C on a terminal: what is to become of what is in flight? */
import { createInterface } from 'node:readline';
import type { SignalOptions } from './signals.ts';

/** Nothing else is taken for an answer: `confirm` is none. */
const words: ReadonlyMap<string, 'f' | 'c' | 'g'> = new Map([
  ['f', 'f'],
  ['finish', 'f'],
  ['c', 'c'],
  ['cancel', 'c'],
  ['g', 'g'],
  ['go', 'g'],
  ['go on', 'g'],
]);

/** Nothing new starts while the operator thinks: the run is paused until the answer is there. */
export function askWhatBecomes({ engine, by, surface }: SignalOptions, goneOn: () => void): { close(): void } {
  engine.decide({ type: 'decision.pause', by, reason: 'Ctrl-C' });
  surface.err('\nStopping. What is in flight: let it [f]inish, [c]ancel it, or [g]o on with the backout?\n');
  surface.err('(Ctrl-C again leaves at once; processes go on, and the run can be resumed.) f/c/g: ');
  const lines = createInterface({ input: process.stdin });
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  lines.on('line', (line) => {
    const answer = words.get(line.trim().toLowerCase());
    if (answer === 'g') {
      engine.decide({ type: 'decision.resume', by, reason: 'Ctrl-C withdrawn' });
      goneOn();
    } else if (answer !== undefined) {
      const inFlight = answer === 'f' ? 'finish' : 'cancel';
      engine.decide({ type: 'decision.stop', by, reason: 'Ctrl-C', inFlight, urgent: false });
    } else return surface.err('f, c or g: ');
    return lines.close();
  });
  return lines;
}
