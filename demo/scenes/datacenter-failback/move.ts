/** The move to the new site, done as people do it: fence, copy, DNS, HAProxy. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Haproxy } from '../../../test/rig/servers/haproxy.ts';
import type { Named } from '../../../test/rig/servers/named.ts';
import { path } from '../../../test/rig/servers/program.ts';
import { copy, database, type Site } from './sites.ts';

export const zone = 'shop.test';
export const serviceName = `www.${zone}`;
/** HAProxy answers at both: whichever of them a user has in a cache leads to it. */
export const addresses = { old: '127.0.0.2', new: '127.0.0.3' } as const;

export interface World {
  readonly old: Site;
  readonly new: Site;
  readonly haproxy: Haproxy;
  readonly named: Named;
}

/** Resolves with when the old site took its last write, which is what the backout has to know. */
export async function move(world: World): Promise<string> {
  const { old, new: moved, haproxy } = world;
  old.postgres.sql('postgres', `alter database ${database} set default_transaction_read_only = on`);
  const movedAt = old.postgres.sql(
    'postgres',
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  );
  copy(old.postgres, moved.postgres);
  mkdirSync(moved.slips, { recursive: true });
  pointName(world, addresses.new);
  await command(haproxy, 'set server shop/old state maint');
  await command(haproxy, 'set server shop/new state ready');
  return movedAt;
}

function pointName({ named }: World, address: string): void {
  const [host = '', port = ''] = named.primary.split(':');
  const lines = [
    `server ${host} ${port}`,
    `key hmac-sha256:${named.key.name} ${named.key.secret}`,
    `zone ${zone}`,
    `update delete ${serviceName} A`,
    `update add ${serviceName} 60 A ${address}`,
    'send',
  ];
  execFileSync(path('nsupdate'), ['-v'], { input: `${lines.join('\n')}\n`, stdio: ['pipe', 'ignore', 'pipe'] });
}

async function command(haproxy: Haproxy, words: string): Promise<string> {
  const socket = connect(haproxy.socket);
  socket.write(`${words}\n`);
  return (await text(socket)).trim();
}

/** As HAProxy has it: `old MAINT, new UP`. */
export async function serversOf(haproxy: Haproxy): Promise<string> {
  const rows = (await command(haproxy, 'show stat')).split('\n').map((line) => line.split(','));
  const status = rows[0]?.indexOf('status') ?? -1;
  const servers = rows.filter(([proxy, name]) => proxy === 'shop' && (name === 'old' || name === 'new'));
  return servers.map((row) => `${row[1]} ${row[status]}`).join(', ');
}
