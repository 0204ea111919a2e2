/** Name servers follow their primary in their own time: asked again and again until each answers so. */
import type { Setting } from '../../support/program.ts';
import { waitFor } from '../../support/wait.ts';
import { type Place, placeWords, type Target } from './input.ts';
import { isAtLeast, recordsAt, serialAt } from './look.ts';
import { type RecordSet, sameSet, setWords } from './records.ts';

export interface Wish {
  readonly target: Target;
  readonly records: RecordSet;
  /** The zone's, on the primary, after the change; null: not known. */
  readonly serial: number | null;
}

/** Why the server does not answer so yet; undefined: it does. */
export async function shortfallAt(
  at: Place,
  { target, records, serial }: Wish,
  setting: Setting,
): Promise<string | undefined> {
  const found = await recordsAt(at, target, setting);
  if (!found.ok) return found.error;
  if (!sameSet(found.value, records)) return `${placeWords(at)} answers ${setWords(found.value)}`;
  if (serial === null) return undefined;
  const own = await serialAt(at, target.zone, setting);
  if (!own.ok) return own.error;
  return isAtLeast(own.value, serial) ? undefined : `${placeWords(at)} has serial ${own.value}, the primary ${serial}`;
}

export interface Patience {
  readonly withinMs: number;
  readonly settled: (at: Place) => void;
}

const everyMs = 300;

/** What still stands against it when the time is over; empty when all answer so. */
export async function settle(
  servers: readonly Place[],
  wish: Wish,
  setting: Setting,
  { withinMs, settled }: Patience,
): Promise<readonly string[]> {
  const signal = setting.signal ?? new AbortController().signal;
  const waits = servers.map(async (at) => {
    let last = '';
    const look = async () => {
      const shortfall = await shortfallAt(at, wish, setting);
      last = shortfall ?? '';
      return shortfall === undefined ? true : undefined;
    };
    if (await waitFor(look, { withinMs, everyMs, signal })) {
      settled(at);
      return [];
    }
    return [last];
  });
  return (await Promise.all(waits)).flat();
}
