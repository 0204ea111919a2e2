/** A shop of many parts; an import of articles damages every one of them, and leads its name astray. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mariadbPrograms } from '../../../test/rig/servers/mariadb.ts';
import { namedPrograms } from '../../../test/rig/servers/named.ts';
import { startNginx } from '../../../test/rig/servers/nginx.ts';
import { postgresPrograms } from '../../../test/rig/servers/postgres.ts';
import { redisPrograms } from '../../../test/rig/servers/redis.ts';
import { openServiceDesk } from '../../service-desk.ts';
import type { Closers, Scene, Stage } from '../scene.ts';
import { takeBackups } from './backups.ts';
import { addresses, databases, openParts, service, serviceName, startService, stock, zone } from './parts.ts';
import { digestsOf, facts, goWrong, ordersDigest, type World } from './world.ts';

export const scene: Scene = {
  title: 'A shop of many parts: PostgreSQL, MariaDB, Redis, two folders and a name, behind nginx',
  programs: [...postgresPrograms, ...mariadbPrograms, ...redisPrograms, ...namedPrograms, 'nginx'],
  open: stage,
};

/** What tests do beyond the demo. */
export const worlds = new WeakMap<Stage, World>();

async function stage(folder: string, closers: Closers): Promise<Stage> {
  const desk = await openServiceDesk();
  closers.add(() => desk.close());
  const world = await openWorld(folder, closers);
  const kept = join(folder, 'kept');
  mkdirSync(kept);
  const { postgres, mariadb, redis, named } = world;
  const opened: Stage = {
    story: [
      `The shop is at ${world.nginx.url}, behind nginx, and its name is ${serviceName}.`,
      `${stock.orders} orders are in PostgreSQL, ${stock.articles} articles in MariaDB, ${stock.carts} carts in Redis, photos and invoices in two folders.`,
      `All were backed up right before the change. The backup before last of PostgreSQL has ${stock.olderOrders} orders.`,
    ],
    params: { ...paramsOf(world), kept, smtpPort: desk.port },
    env: {
      PG_ADMIN_PASSWORD: postgres.password,
      MARIADB_ADMIN_PASSWORD: mariadb.login.password,
      REDIS_PASSWORD: redis.login.password,
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

async function openWorld(folder: string, closers: Closers): Promise<World> {
  const parts = await openParts(folder, closers);
  const backups = takeBackups(join(folder, 'backups'), parts);
  const internalUrl = await startService(folder, parts, closers);
  const nginx = await startNginx({
    server: `location / { if (-f $folder/closed) { return 503; } proxy_pass ${internalUrl}; }`,
  });
  closers.add(() => nginx.stop());
  const before = { ...digestsOf(parts), olderOrders: ordersDigest(parts.postgres, stock.olderOrders) };
  return { ...parts, nginx, internalUrl, backups, before };
}

function paramsOf({ postgres, mariadb, redis, named, nginx, internalUrl, backups, ...trees }: World): Stage['params'] {
  return {
    publicUrl: nginx.url,
    internalUrl,
    maintenanceFlag: join(nginx.folder, 'closed'),
    nginxConfig: nginx.config,
    ...{ pgHost: postgres.host, pgPort: postgres.port, pgAdmin: postgres.user },
    ...{ pgDatabase: databases.postgres, pgServiceRole: service.name },
    ...{ pgDump: backups.pgDump, pgPreviousDump: backups.pgPreviousDump },
    pgQuery: "select count(*) || ' orders, the last one ' || max(id) from orders",
    pgAnswer: `${stock.orders} orders, the last one ${stock.orders}`,
    pgPreviousAnswer: `${stock.olderOrders} orders, the last one ${stock.olderOrders}`,
    ...{ mariadbHost: mariadb.login.host, mariadbPort: mariadb.login.port, mariadbAdmin: mariadb.login.user },
    ...{ mariadbDatabase: databases.mariadb, mariadbServiceAccount: service.name, mariadbDump: backups.mariadbDump },
    ...{ mariadbQuery: 'select count(*) from articles where price > 0', mariadbAnswer: String(stock.articles) },
    ...{ redisHost: redis.login.host, redisPort: redis.login.port },
    ...{ redisBackup: backups.redisBackup, redisKeys: stock.carts },
    ...{ uploads: trees.uploads, uploadsArchive: backups.uploads.archive, uploadsManifest: backups.uploads.manifest },
    ...{ documents: trees.documents, documentsArchive: backups.documents.archive },
    documentsManifest: backups.documents.manifest,
    ...{ nameServer: named.primary, secondNameServer: named.secondary, zone, serviceName },
    ...{ oldTarget: addresses.here, dnsKey: named.key.name },
  };
}
