/** `systemd/unit`: closes access by stopping units, and opens it by starting those that ran before. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatDuration } from '../../../src/kernel/duration.ts';
import {
  type AdapterContext,
  defineAdapter,
  type Performed,
  type Preflight,
  type Probe,
} from '../../../src/ports/adapter.ts';
import { cannotKeep, failedBy, notReadyBy } from '../../support/access.ts';
import { done, probed, ready } from '../../support/answers.ts';
import { shown, showUnits, systemctlArgv } from '../units.ts';
import { folderToMake, type Input, input, inStopOrder, markerPath } from './input.ts';
import { isDown, meaning } from './kept.ts';

export const adapter = defineAdapter<Input>({
  name: 'systemd/unit',
  summary: 'Closes access by stopping systemd units, and opens it by starting again those that were active before.',
  tested:
    'Tested on a double of systemctl, for no systemd runs where the tests do; that it is missing is shown with the real one.',
  input,
  secretFields: [],
  outputs: { units: 'The units.' },
  needs: ['systemctl'],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: null,
  describe,
  preflight,
  probe,
  perform,
});

function describe(asked: Input): readonly string[] {
  const order = inStopOrder(asked.unit);
  const within = `within ${formatDuration(asked.within)}`;
  if (asked.access === 'open')
    return [
      ...order.toReversed().map((unit) => `${systemctlArgv(asked, 'start', unit).join(' ')} (if it was active before)`),
      `prove ${within} that they are active, and stay so for ${formatDuration(asked.steady)}; remove the markers`,
    ];
  return [
    `keep what is found in ${asked.marker ?? 'the folder of markers'}`,
    ...order.map((unit) => systemctlArgv(asked, 'stop', unit).join(' ')),
    `prove ${within} that they are inactive`,
  ];
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const work = asked.access === 'closed' ? (await import('./stop.ts')).stop : (await import('./start.ts')).start;
  const ended = await work(asked, context);
  return ended.ok ? done(`systemd: ${ended.value}`, { units: asked.unit.join(', ') }) : failedBy(ended.error);
}

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { obstacle } = await import('./stop.ts');
  const units = await showUnits(asked, context);
  if (!units.ok) return notReadyBy(units.error);
  const because = await obstacle(asked, context, units.value);
  if (because !== undefined) return notReadyBy(because);
  const meant = meaning(asked, units.value, context);
  if (!meant.ok) return notReadyBy(meant.error);
  const unkept = await cannotKeep(placeToKeep(asked, context));
  if (unkept !== undefined) return notReadyBy(unkept);
  return ready(
    units.value.map(shown),
    uncovered(units.value.filter(({ file }) => file === 'enabled').map(({ name }) => name)),
  );
}

function uncovered(enabled: readonly string[]): string {
  const reboot = enabled.length === 0 ? '' : `; enabled, so a reboot starts it again: ${enabled.join(', ')}`;
  return `whether this user may stop and start them is only seen when it is done${reboot}`;
}

/** Our own folder is made when it is needed: what counts is the nearest one that is there. */
function placeToKeep(asked: Input, context: AdapterContext): string {
  let path = markerPath(asked, 'x', context);
  if (folderToMake(asked, context) !== undefined)
    while (!existsSync(dirname(path)) && dirname(path) !== '/') path = dirname(path);
  return path;
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const units = await showUnits(asked, context);
  if (!units.ok) return probed('unknown', units.error.reason);
  const meant = meaning({ ...asked, previous: asked.previous ?? 'inactive' }, units.value, context);
  if (!meant.ok) return probed('unknown', meant.error.reason);
  const stand = units.value.map(shown).join(', ');
  const marked = meant.value.filter((one) => one.marked).length;
  if (asked.access === 'closed') {
    if (!units.value.every(isDown)) return probed('no', stand);
    return marked === units.value.length
      ? probed('yes', stand)
      : probed('no', `${stand}, but there is no marker that says what open means`);
  }
  if (marked > 0) return probed('no', `${stand}; a marker says that it is closed`);
  return units.value.some(({ active }) => active === 'active') ? probed('yes', stand) : probed('no', stand);
}
