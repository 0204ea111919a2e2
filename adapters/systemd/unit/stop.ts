/** Stops units and reads back that they are down, and that nothing that still runs will start them again. */
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { type Trouble, trouble, unproven } from '../../support/access.ts';
import { waitFor } from '../../support/wait.ts';
import { shown, showUnits, systemctl, type Unit, unusable } from '../units.ts';
import { type Input, inStopOrder } from './input.ts';
import { isDown, keepAll, meaning, runs } from './kept.ts';

const everyMs = 200;

/** Read-only: why they cannot be stopped and started again. */
export async function obstacle(
  asked: Input,
  context: AdapterContext,
  units: readonly Unit[],
): Promise<Trouble | undefined> {
  const bad = units.find((unit) => unusable(unit) !== undefined && (unit.load !== 'masked' || runs(unit)));
  if (bad !== undefined) return unusable(bad);
  const refusing = units.find(({ canStop, canStart }) => !canStop || !canStart);
  if (refusing !== undefined)
    return {
      reason: `Unit ${refusing.name} refuses to be ${refusing.canStop ? 'started' : 'stopped'} by hand`,
      remedy: `Name another unit: its file has RefuseManual${refusing.canStop ? 'Start' : 'Stop'}=yes.`,
    };
  return awakened(asked, context, units);
}

async function awakened(asked: Input, context: AdapterContext, units: readonly Unit[]): Promise<Trouble | undefined> {
  const others = [...new Set(units.flatMap(({ triggeredBy }) => triggeredBy))].filter(
    (name) => !asked.unit.includes(name),
  );
  const found = await showUnits(asked, context, others);
  if (!found.ok) return found.error;
  const awake = found.value.filter((unit) => !isDown(unit)).map(({ name }) => name);
  if (awake.length === 0) return undefined;
  return {
    reason: `${awake.join(', ')} would start ${asked.unit.join(', ')} again`,
    remedy: `Give them too: unit: [${[...awake, ...asked.unit].join(', ')}].`,
  };
}

export async function stop(asked: Input, context: AdapterContext): Promise<Result<string, Trouble>> {
  const began = performance.now();
  const units = await showUnits(asked, context);
  if (!units.ok) return units;
  const because = await obstacle(asked, context, units.value);
  if (because !== undefined) return { ok: false, error: because };
  const meant = meaning(asked, units.value, context);
  if (!meant.ok) return meant;
  const kept = keepAll(asked, meant.value, context);
  if (!kept.ok) return kept;
  for (const name of inStopOrder(asked.unit)) {
    const left = Math.max(1_000, asked.within - (performance.now() - began));
    const told = await systemctl(asked, context, left, 'stop', '--no-ask-password', '--', name);
    if (!told.ok) return told;
  }
  const down = await allDown(asked, context, Math.max(1_000, asked.within - (performance.now() - began)));
  if (!down.ok) return down;
  const took = formatDuration(Math.round(performance.now() - began));
  return ok(`${down.value.map(shown).join(', ')}, after ${took}`);
}

async function allDown(
  asked: Input,
  context: AdapterContext,
  withinMs: number,
): Promise<Result<readonly Unit[], Trouble>> {
  let last: readonly Unit[] = [];
  const look = async () => {
    const now = await showUnits(asked, context);
    if (now.ok) last = now.value;
    return !now.ok || now.value.every(isDown) ? now : undefined;
  };
  const down = await waitFor(look, { withinMs, everyMs, signal: context.signal });
  if (down !== undefined) return down;
  const up = last
    .filter((unit) => !isDown(unit))
    .map(shown)
    .join(', ');
  if (context.signal.aborted)
    return trouble(`systemd: cancelled while ${up}`, 'systemd goes on stopping it. Try again.');
  return unproven(
    `systemd was told to stop it, and after ${formatDuration(asked.within)} it is still ${up}`,
    'See what starts it again or holds it: systemctl status, systemctl list-jobs.',
  );
}
