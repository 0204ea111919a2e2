/** Large plans take their time to be examined: how long is measured on the first failures, and said before the rest. */
import { formatDuration } from '../kernel/duration.ts';

/** The first ones are slow: the program itself still gets faster. */
const warmUp = 32;
/** What is measured for less says little. */
const measuredMs = 1_000;
const worthSayingMs = 5_000;
const saidEveryMs = 10_000;

/** `now` in milliseconds; what it answers is told of each failure walked. */
export function whatIfProgress(now: () => number, say: (line: string) => void): (done: number, of: number) => void {
  let since = 0;
  let sayAt: number | null = null;
  return (done, of) => {
    if (done <= warmUp) since = now();
    const took = now() - since;
    if (took < measuredMs || done === of) return;
    const left = (took / (done - warmUp)) * (of - done);
    if (sayAt === null && left >= worthSayingMs) {
      say(`whatif: ${grouped(of)} failures take about ${about(left)}; --step STEP looks at one step only`);
      sayAt = now() + saidEveryMs;
    } else if (sayAt !== null && now() >= sayAt) {
      say(`whatif: ${grouped(done)} of ${grouped(of)} failures walked, about ${about(left)} left`);
      sayAt = now() + saidEveryMs;
    }
  };
}

const about = (ms: number): string => formatDuration(Math.ceil(ms / 1_000) * 1_000);

export const grouped = (count: number): string => count.toLocaleString('en-US');
