/** Starts the units that were active before, proves that they stay so, and only then removes the markers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { type Trouble, trouble, unproven } from '../../support/access.ts';
import { waitFor } from '../../support/wait.ts';
import { shown, showUnits, systemctl, type Unit, unusable } from '../units.ts';
import { type Input, inStopOrder } from './input.ts';
import { forgetAll, type Meant, meaning } from './kept.ts';

const everyMs = 200;

export async function start(asked: Input, context: AdapterContext): Promise<Result<string, Trouble>> {
  const began = performance.now();
  const units = await showUnits(asked, context);
  if (!units.ok) return units;
  const meant = meaning(asked, units.value, context);
  if (!meant.ok) return meant;
  const wanted = new Set(meant.value.filter(({ open }) => open === 'active').map(({ unit }) => unit.name));
  const bad = units.value.find((unit) => wanted.has(unit.name) && unusable(unit) !== undefined);
  const because = bad === undefined ? undefined : unusable(bad);
  if (because !== undefined) return { ok: false, error: because };
  const already = units.value.filter(({ active }) => active === 'active').map(({ name }) => name);
  for (const name of inStopOrder([...wanted])
    .toReversed()
    .filter((one) => !already.includes(one))) {
    const left = Math.max(1_000, asked.within - (performance.now() - began));
    const told = await systemctl(asked, context, left, 'start', '--no-ask-password', '--', name);
    if (!told.ok)
      return { ok: false, error: { ...told.error, remedy: `${told.error.remedy} See: journalctl -u ${name} -n 50` } };
  }
  const up = await allUp(asked, context, wanted, Math.max(1_000, asked.within - (performance.now() - began)));
  if (!up.ok) return up;
  forgetAll(asked, meant.value, context);
  return ok(said(meant.value, up.value));
}

function said(meant: readonly Meant[], now: readonly Unit[]): string {
  const untouched = meant.every(({ unit, marked }) => unit.active === 'active' && !marked);
  const left = meant.filter(({ open }) => open === 'inactive').map(({ unit }) => unit.name);
  const kept = left.length === 0 ? '' : `; left as before it was closed: ${left.join(', ')}`;
  return `${untouched ? 'was open already, without a marker: ' : ''}${now.map(shown).join(', ')}${kept}`;
}

/** Active, and still the same start after `steady`: a program that dies at once is active for a moment. */
async function allUp(
  asked: Input,
  context: AdapterContext,
  wanted: ReadonlySet<string>,
  withinMs: number,
): Promise<Result<readonly Unit[], Trouble>> {
  let last: readonly Unit[] = [];
  const look = async () => {
    const now = await showUnits(asked, context);
    if (now.ok) last = now.value;
    const settled =
      now.ok && wantedOf(now.value, wanted).every(({ active }) => active === 'active' || active === 'failed');
    return !now.ok || settled ? now : undefined;
  };
  const first = await waitFor(look, { withinMs, everyMs, signal: context.signal });
  if (first?.ok === false) return first;
  const late = first === undefined || wantedOf(last, wanted).some(({ active }) => active !== 'active');
  if (context.signal.aborted) return trouble('systemd: cancelled before the units were active', 'Try again.');
  if (late) return notUp(wantedOf(last, wanted), asked.within);
  if (wanted.size > 0) await sleep(asked.steady, undefined, { signal: context.signal }).catch(() => undefined);
  const second = await showUnits(asked, context);
  if (!second.ok) return second;
  const moved = second.value.filter((unit, at) => wanted.has(unit.name) && unit.activeSince !== last[at]?.activeSince);
  const fallen = wantedOf(second.value, wanted).filter(({ active }) => active !== 'active');
  return [...moved, ...fallen].length === 0 ? second : notUp([...moved, ...fallen], asked.steady);
}

const wantedOf = (units: readonly Unit[], wanted: ReadonlySet<string>): readonly Unit[] =>
  units.filter(({ name }) => wanted.has(name));

function notUp(units: readonly Unit[], afterMs: number): Result<never, Trouble> {
  const bad = units.find(({ active }) => active !== 'active') ?? units[0];
  if (bad === undefined) return trouble('systemd shows no unit', 'Try again.');
  const because = bad.result === '' || bad.result === 'success' ? '' : `, result ${bad.result}`;
  const again = bad.active === 'active' ? 'was started anew' : shown(bad);
  return unproven(
    `Unit ${bad.name} was started and does not stay active: ${again}${because}, after ${formatDuration(afterMs)}`,
    `See: journalctl -u ${bad.name} -n 50; then try again: the marker is kept. After too many starts: systemctl reset-failed ${bad.name}.`,
  );
}
