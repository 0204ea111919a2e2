/** A shop that was moved to a new site, where users went on ordering, and which then turned out to be no good. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startHaproxy } from '../../../test/rig/servers/haproxy.ts';
import { namedPrograms, startNamed } from '../../../test/rig/servers/named.ts';
import { postgresPrograms } from '../../../test/rig/servers/postgres.ts';
import { openServiceDesk } from '../../service-desk.ts';
import { type Closers, type Fact, type Scene, type Stage, together } from '../scene.ts';
import { addresses, move, serversOf, serviceName, type World, zone } from './move.ts';
import { certificateFor, database, exporter, openSites, orders, owner, type Site } from './sites.ts';

export const scene: Scene = {
  title: 'A shop at two sites, with HAProxy, a name server, and a PostgreSQL at each',
  programs: [...postgresPrograms, 'haproxy', ...namedPrograms, 'openssl'],
  open: stage,
};

/** What tests do beyond the demo. */
export const worlds = new WeakMap<Stage, World>();

async function stage(folder: string, closers: Closers): Promise<Stage> {
  const desk = await openServiceDesk();
  closers.add(() => desk.close());
  const certificate = certificateFor(serviceName, folder);
  const [sites, named] = await together([openSites(folder, certificate, closers), openNameServers(closers)]);
  const haproxy = await startHaproxy({
    backends: { shop: [serverLine(sites.old), `${serverLine(sites.new)} disabled`] },
    addresses: Object.values(addresses),
  });
  closers.add(() => haproxy.stop());
  const world: World = { ...sites, haproxy, named };
  const movedAt = await move(world);
  const evidence = join(folder, 'evidence');
  const opened: Stage = {
    story: [
      `The shop has been moved: ${orders} orders were copied, ${serviceName} says ${addresses.new} instead of ${addresses.old}, HAProxy sends users to the new site.`,
      'The old site stands as it was: its database read-only, its server in maint.',
    ],
    params: { ...paramsOf(world), trustedCa: certificate.ca, movedAt, evidence, smtpPort: desk.port },
    env: {
      OLD_DB_PASSWORD: owner.password,
      NEW_DB_PASSWORD: sites.new.postgres.password,
      EXPORT_PASSWORD: exporter.password,
      DNS_SECRET: named.key.secret,
    },
    desk,
    goWrong: () => goWrong(world),
    back: () => facts(world),
    close: () => closers.close(),
  };
  worlds.set(opened, world);
  return opened;
}

async function openNameServers(closers: Closers): Promise<World['named']> {
  const named = await startNamed({ zones: { [zone]: [`www A ${addresses.old}`] }, secondary: true });
  closers.add(() => named.stop());
  return named;
}

const serverLine = ({ name, port }: Site) => `${name} 127.0.0.1:${port} check inter 100ms`;

function paramsOf({ old, new: moved, haproxy, named }: World): Stage['params'] {
  return {
    publicUrl: haproxy.urls.shop ?? '',
    haproxySocket: haproxy.socket,
    backend: 'shop',
    nameServer: named.primary,
    secondNameServer: named.secondary,
    zone,
    serviceName,
    oldTarget: addresses.old,
    dnsKey: named.key.name,
    oldHost: '127.0.0.1',
    oldPort: old.port,
    oldTlsPort: old.tlsPort,
    database,
    tables: 'orders,order_lines',
    oldDbHost: old.postgres.host,
    oldDbPort: old.postgres.port,
    oldDbOwner: owner.name,
    newDbHost: moved.postgres.host,
    newDbPort: moved.postgres.port,
    newDbAdmin: moved.postgres.user,
    exportRole: exporter.name,
  };
}

/** Orders placed, and old ones shipped, by users who came through HAProxy. */
export async function useShop({ haproxy }: World, places: number, ships: readonly number[]): Promise<void> {
  const paths = [...Array.from({ length: places }, () => '/orders'), ...ships.map((id) => `/orders/${id}/ship`)];
  for (const path of paths) {
    const answer = await fetch(`${haproxy.urls.shop}${path}`, { method: 'POST' });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  }
}

async function goWrong(world: World): Promise<readonly string[]> {
  await useShop(world, 8, [3, 5, 8]);
  rmSync(world.new.slips, { recursive: true });
  const refused = await fetch(`${world.haproxy.urls.shop}/orders`, { method: 'POST' });
  return [
    'At the new site users have placed 8 orders, and 3 orders of before the move were shipped.',
    `Now the warehouse is out of its reach: POST /orders: ${refused.status}. The shop has to go back, with those orders.`,
  ];
}

const fingerprint = `select (select md5(string_agg(o::text, ',' order by id)) from orders o) || count(*)
  || md5(string_agg(l::text, ',' order by order_id, line)) from order_lines l`;

async function facts({ old, new: moved, haproxy, named }: World): Promise<readonly Fact[]> {
  const digest = (site: Site) => site.postgres.sql(database, fingerprint);
  const answers = [named.primary, named.secondary].flatMap((server) => named.ask(server, serviceName, 'A'));
  const url = `http://${answers[0]}:${new URL(haproxy.urls.shop ?? '').port}/`;
  const seen = await fetch(url);
  const site = seen.ok ? ((await seen.json()) as { readonly site: string }).site : '';
  const readOnly = ({ postgres }: Site) => postgres.sql(database, 'show default_transaction_read_only');
  return [
    { what: 'every order of both eras is at the old site, as it was last', holds: digest(old) === digest(moved) },
    { what: 'the old site takes writes', holds: readOnly(old) === 'off' },
    { what: 'the new site takes none', holds: readOnly(moved) === 'on' },
    {
      what: 'both name servers send users to the old site',
      holds: answers.length === 2 && answers.every((answer) => answer === addresses.old),
    },
    {
      what: 'HAProxy leads them to it, and to it alone',
      holds: site === 'old' && (await serversOf(haproxy)) === 'old UP, new MAINT',
    },
  ];
}
