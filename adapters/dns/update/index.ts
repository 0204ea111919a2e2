/**
 * `dns/update`: sets the records of one name and type in a zone (RFC 2136, signed by TSIG), and puts back what was
 * there before. It changes nothing but what it has looked at: an update that comes too late is refused by the server.
 */
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReadyBy } from '../../support/access.ts';
import { probed, ready } from '../../support/answers.ts';
import { orderFor } from '../../support/work.ts';
import { type Input, input, markerOf, placeWords, targetOf, targetWords, wantedBy } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'dns/update',
  summary: 'Sets or puts back DNS records by a signed update (RFC 2136), and waits until the name servers answer so.',
  tested: 'Tested on BIND 9.18 with TSIG and a secondary, on loopback.',
  input,
  secretFields: ['key.secret'],
  outputs: {
    values: 'The records now, separated by spaces.',
    previous: 'The records as they were before the first change.',
    serial: 'The serial number of the zone after it.',
    cachedFor: 'Seconds for which resolvers may still answer what was.',
  },
  needs: ['nsupdate', 'dig'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: 300_000,
  describe,
  preflight,
  probe,
  command: (asked, context) => ({ argv: workerArgv('dns/update'), stdin: orderFor(asked, context) }),
});

function describe(asked: Input): readonly string[] {
  const target = targetOf(asked);
  const { values } = wantedBy(asked, { values: [], ttl: null });
  const to =
    asked.records === 'previous' ? 'what was found before' : values.length === 0 ? 'no records' : values.join(', ');
  const ttl = asked.ttl === undefined ? '' : ` (ttl ${asked.ttl})`;
  const others =
    asked.servers === undefined ? 'every name server of the zone answers' : `${asked.servers.join(', ')} answer`;
  return [
    `set ${targetWords(target)} to ${to}${ttl}: update at ${placeWords(target.primary)}, signed with the key ${asked.key.name}`,
    'only while the records are what was looked at (the server compares)',
    asked.records === 'previous'
      ? `then set ${asked.marker ?? 'the marker'} aside`
      : `what is there before the first change is kept in ${asked.marker ?? '.backout-dns'}`,
    asked.servers?.length === 0
      ? 'wait for no other name server'
      : `wait up to ${asked.within ?? '2m'} until ${others} so`,
  ];
}

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { examine } = await import('./examine.ts');
  const { cannotKeepAt, keptAt } = await import('./kept.ts');
  const { tryRights } = await import('./send.ts');
  const setting = { folder: context.folder, env: context.env, signal: context.signal };
  const scene = await examine(asked, setting);
  if (!scene.ok) return notReadyBy(scene.error);
  const { target, now, servers } = scene.value;
  const rights = await tryRights(asked, target, now, setting);
  if (!rights.ok && !rights.error.overtaken) return notReadyBy(rights.error);
  const marker = markerOf(asked, context.folder);
  const unwritable = cannotKeepAt(marker);
  if (unwritable !== undefined) return notReadyBy(unwritable);
  const kept = keptAt(marker, targetWords(target));
  if (!kept.ok) return notReadyBy(kept.error);
  const unkept = asked.records === 'previous' && kept.value === undefined;
  const checked = [
    `${placeWords(target.primary)} serves the zone and lets the key ${asked.key.name} change ${targetWords(target)}`,
    `${servers.map(placeWords).join(', ')}: the name servers answer`,
  ];
  return ready(
    checked,
    unkept ? 'no old records are kept yet: an earlier step of the run has to change them first' : null,
  );
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const { examine } = await import('./examine.ts');
  const { keptAt, putBack } = await import('./kept.ts');
  const { shortfallAt } = await import('./settle.ts');
  const setting = { folder: context.folder, env: context.env, signal: context.signal };
  const scene = await examine(asked, setting);
  if (!scene.ok) return probed('unknown', scene.error.reason);
  const { target, now, servers } = scene.value;
  const marker = markerOf(asked, context.folder);
  const previous = asked.records === 'previous';
  const [kept, done] = [keptAt(marker, targetWords(target)), putBack(marker, targetWords(target))];
  if (!kept.ok) return probed('unknown', kept.error.reason);
  if (previous && kept.value !== undefined) return probed('no', `the old records are still kept in ${marker}`);
  if (previous && (!done.ok || done.value === undefined))
    return probed('unknown', `no old records are kept in ${marker}`);
  if (!previous && kept.value === undefined) return probed('no', 'the old records are not kept yet');
  const records = previous && done.ok && done.value !== undefined ? done.value.set : wantedBy(asked, now);
  for (const at of servers) {
    const shortfall = await shortfallAt(at, { target, records, serial: null }, setting);
    if (shortfall !== undefined) return probed('no', shortfall);
  }
  return probed('yes', `${servers.map(placeWords).join(', ')}: answer so`);
}
