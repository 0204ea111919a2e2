/** `haproxy/server`: takes servers out of a backend and puts them back, over the runtime socket. */
import { formatDuration } from '../../../src/kernel/duration.ts';
import {
  type AdapterContext,
  defineAdapter,
  type Performed,
  type Preflight,
  type Probe,
} from '../../../src/ports/adapter.ts';
import { cannotKeep, notReadyBy } from '../../support/access.ts';
import { notReady, probed, ready } from '../../support/answers.ts';
import { type Input, input, markerPath, named } from './input.ts';
import { meaning, recallAll } from './kept.ts';
import { mayChange, runtime } from './runtime.ts';
import { namesOf, selected } from './servers.ts';

export const adapter = defineAdapter<Input>({
  name: 'haproxy/server',
  summary: 'Closes and opens servers of an HAProxy backend: drained, set to maint, and later put back as they were.',
  tested: 'Tested on HAProxy 2.6.',
  input,
  secretFields: [],
  outputs: {
    servers: 'The names of the servers.',
    sessionsLeft: 'How many sessions went on when it was closed.',
    sessionsEnded: 'How many sessions were ended.',
  },
  needs: [],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: null,
  describe,
  preflight,
  probe,
  perform,
});

function describe(asked: Input): readonly string[] {
  const at = `at ${asked.socket}`;
  if (asked.access === 'open')
    return [
      `put ${named(asked)} back as the marker says it was: set server … weight, state; ${at}`,
      `wait up to ${formatDuration(asked.within)} until its health check is good, then remove the marker`,
    ];
  const each = (state: string) =>
    `set server ${asked.backend}/${asked.server?.join(`, ${asked.backend}/`) ?? '*'} state ${state}`;
  return [
    `keep what is found in ${asked.marker ?? `${asked.socket}.backout`}.SERVER@${asked.backend}`,
    ...(asked.drainTimeout === 0
      ? []
      : [`${each('drain')} ${at}`, `wait up to ${formatDuration(asked.drainTimeout)} until their sessions have ended`]),
    `${each('maint')} ${at}`,
    asked.afterDrain === 'end' ? 'end the sessions that are left' : 'let the sessions that are left go on',
  ];
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  if (asked.access === 'closed') return (await import('./close.ts')).close(asked, context);
  return (await import('./open.ts')).open(asked, context);
}

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const ask = runtime(asked, context);
  const may = await mayChange(ask);
  if (!may.ok) return notReadyBy(may.error);
  const servers = await selected(ask, asked);
  if (!servers.ok) return notReadyBy(servers.error);
  if (servers.value.length === 0) return notReady(`Backend ${asked.backend} has no server`, 'Correct `backend`.');
  const kept = recallAll(asked, servers.value, context.folder);
  if (!kept.ok) return notReadyBy(kept.error);
  const meant = meaning(asked, kept.value);
  if (!meant.ok) return notReadyBy(meant.error);
  const unkept = await cannotKeep(markerPath(asked, 'x', context.folder));
  if (unkept !== undefined) return notReadyBy(unkept);
  const stand = servers.value.map(({ name, state, status }) => `${name} ${state} (${status})`).join(', ');
  return ready([may.value, `backend ${asked.backend}: ${stand}`]);
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const servers = await selected(runtime(asked, context), asked);
  if (!servers.ok) return probed('unknown', servers.error.reason);
  const kept = recallAll(asked, servers.value, context.folder);
  if (!kept.ok) return probed('unknown', kept.error.reason);
  const open = servers.value.filter(({ state }) => state !== 'maint');
  if (asked.access === 'closed') {
    const busy = servers.value.filter(({ sessions }) => sessions > 0 && asked.afterDrain === 'end');
    if (open.length > 0) return probed('no', `not in maint: ${namesOf(open)}`);
    if (busy.length > 0) return probed('no', `sessions go on: ${namesOf(busy)}`);
    const unmarked = kept.value.filter(({ previous }) => previous === undefined).length;
    return unmarked === 0
      ? probed('yes', 'all are in maint')
      : probed('no', 'in maint, but not closed by backout: there is no marker');
  }
  const marked = kept.value.filter(({ previous }) => previous !== undefined).map(({ server }) => server);
  if (marked.length > 0) return probed('no', `a marker says that it is closed: ${namesOf(marked)}`);
  return open.length > 0 ? probed('yes', `open: ${namesOf(open)}`) : probed('no', 'all are in maint');
}
