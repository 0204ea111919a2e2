/** `systemd/active`: a check that units run, as they should, for long enough, without being restarted. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../../src/ports/adapter.ts';
import { failedBy, notReadyBy } from '../../support/access.ts';
import { done, failed, ready } from '../../support/answers.ts';
import { duration, texts, wholeNumber } from '../../support/fields.ts';
import { activeForMs, firstTrouble, shown, showUnits, systemctlArgv, type Unit, unitFields } from '../units.ts';

const input = z.strictObject({
  ...unitFields('The unit, or a list of units, that must be active, e.g. shop.service.'),
  sub: z.optional(texts('The sub-state that is good, or a list, e.g. running, listening, exited. Default: any.')),
  activeFor: z.optional(duration('How long it must have been active at least, e.g. 30s.')),
  maxRestarts: z.optional(
    wholeNumber('How often systemd may have restarted it by itself since it was last started, e.g. 0.', 0, 1_000_000),
  ),
  steady: z.optional(
    duration('Watch it for so long: it must stay active, and may not be restarted meanwhile (NRestarts unchanged).'),
  ),
});
type Input = z.infer<typeof input>;

export const adapter = defineAdapter<Input>({
  name: 'systemd/active',
  summary:
    'Asks systemd whether units are active, in which sub-state, since when, and whether they are being restarted.',
  tested:
    'Tested on a double of systemctl, for no systemd runs where the tests do; that it is missing is shown with the real one.',
  input,
  secretFields: [],
  outputs: {
    activeFor: 'For how long the youngest of them is active, in milliseconds.',
    restarts: 'Restarts, all together.',
  },
  needs: ['systemctl'],
  repeatable: true,
  readOnly: true,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    systemctlArgv(asked, 'show', ...asked.unit).join(' '),
    `good: ${[
      `active${asked.sub === undefined ? '' : ` (${asked.sub.join(' or ')})`}`,
      ...(asked.activeFor === undefined ? [] : [`for at least ${formatDuration(asked.activeFor)}`]),
      ...(asked.maxRestarts === undefined ? [] : [`restarted at most ${asked.maxRestarts} times`]),
      ...(asked.steady === undefined ? [] : [`not restarted while it is watched for ${formatDuration(asked.steady)}`]),
    ].join(', ')}`,
  ],
  preflight,
  perform,
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const units = await showUnits(asked, context);
  if (!units.ok) return notReadyBy(units.error);
  const usable = firstTrouble(units.value);
  return usable.ok ? ready(units.value.map(shown)) : notReadyBy(usable.error);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const first = await showUnits(asked, context);
  if (!first.ok) return failedBy(first.error);
  const usable = firstTrouble(first.value);
  if (!usable.ok) return failedBy(usable.error);
  const faults = first.value.flatMap((unit) => faultsOf(unit, asked));
  if (faults.length > 0)
    return failed('check', `systemd: ${faults.join('; ')}. See: journalctl -u ${asked.unit[0]} -n 50`);
  return asked.steady === undefined ? good(first.value) : watch(asked, context, first.value, asked.steady);
}

function faultsOf(unit: Unit, { sub, activeFor, maxRestarts }: Input): readonly string[] {
  const { active, result, restarts } = unit;
  const because = result === '' || result === 'success' ? '' : `, result ${result}`;
  if (active !== 'active') return [`${shown(unit)}${because} instead of active`];
  const since = activeForMs(unit);
  return [
    ...(sub === undefined || sub.includes(unit.sub) ? [] : [`${shown(unit)} instead of ${sub.join(' or ')}`]),
    ...(activeFor === undefined || since >= activeFor
      ? []
      : [`${unit.name} is active for ${formatDuration(since)}, less than ${formatDuration(activeFor)}`]),
    ...(maxRestarts === undefined || (restarts ?? 0) <= maxRestarts
      ? []
      : [`${unit.name} was restarted ${restarts} times, more than ${maxRestarts}`]),
  ];
}

async function watch(
  asked: Input,
  context: AdapterContext,
  first: readonly Unit[],
  steadyMs: number,
): Promise<Performed> {
  await sleep(steadyMs, undefined, { signal: context.signal }).catch(() => undefined);
  if (context.signal.aborted)
    return failed('error', `systemd ${asked.unit.join(', ')}: cancelled while it was watched`);
  const now = await showUnits(asked, context);
  if (!now.ok) return failedBy(now.error);
  const faults = now.value.flatMap((unit, at) => [...faultsOf(unit, asked), ...changed(first[at], unit)]);
  if (faults.length === 0) return good(now.value);
  return failed(
    'check',
    `systemd, watched for ${formatDuration(steadyMs)}: ${faults.join('; ')}. See: journalctl -u ${asked.unit[0]} -n 50`,
  );
}

function changed(before: Unit | undefined, now: Unit): readonly string[] {
  if (now.active !== 'active' || before === undefined) return [];
  if (before.restarts !== now.restarts)
    return [`${now.name} was restarted (NRestarts ${before.restarts} → ${now.restarts})`];
  return before.activeSince === now.activeSince ? [] : [`${now.name} was started anew`];
}

function good(units: readonly Unit[]): Performed {
  const activeFor = Math.min(...units.map(activeForMs));
  const restarts = units.reduce((sum, unit) => sum + (unit.restarts ?? 0), 0);
  return done(`systemd: ${units.map(shown).join(', ')}`, { activeFor: String(activeFor), restarts: String(restarts) });
}
