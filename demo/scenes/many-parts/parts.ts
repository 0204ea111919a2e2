/** The parts of the shop: five kinds of data, each in a real server or a folder, and its name in the DNS. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mariadb, startMariadb } from '../../../test/rig/servers/mariadb.ts';
import { type Named, startNamed } from '../../../test/rig/servers/named.ts';
import { type Postgres, startPostgres } from '../../../test/rig/servers/postgres.ts';
import { path } from '../../../test/rig/servers/program.ts';
import { type RedisServer, startRedis } from '../../../test/rig/servers/redis.ts';
import { startServer } from '../../../test/rig/servers/server.ts';
import { type Closers, together } from '../scene.ts';

/** `olderOrders`: as many as there were at the backup before last. */
export const stock = { orders: 400, olderOrders: 340, customers: 50, articles: 80, carts: 40 } as const;
export const databases = { postgres: 'shop', mariadb: 'catalogue' } as const;
/** The service's own login in both databases, and that of people who make reports. */
export const service = { name: 'shop', password: 'the-shops-own-password' } as const;
export const reports = { name: 'reports', password: 'password-for-reports' } as const;
export const zone = 'shop.test';
export const serviceName = `www.${zone}`;
/** Where nginx answers, and where nobody does. */
export const addresses = { here: '127.0.0.1', nowhere: '127.0.0.9' } as const;

export interface Parts {
  readonly postgres: Postgres;
  readonly mariadb: Mariadb;
  readonly redis: RedisServer;
  readonly named: Named;
  readonly uploads: string;
  readonly documents: string;
}

export async function openParts(folder: string, closers: Closers): Promise<Parts> {
  const kept = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    closers.add(() => server.stop());
    return server;
  };
  const [postgres, mariadb, redis, named] = await together([
    kept(startPostgres()),
    kept(startMariadb()),
    kept(startRedis()),
    kept(startNamed({ zones: { [zone]: [`www A ${addresses.here}`] }, secondary: true })),
  ]);
  const parts = {
    postgres,
    mariadb,
    redis,
    named,
    uploads: join(folder, 'uploads'),
    documents: join(folder, 'documents'),
  };
  fillPostgres(postgres);
  fillMariadb(mariadb);
  redis.pipe(numbers(stock.carts).map((n) => `SET cart:${n} "article ${(n % stock.articles) + 1}"`));
  fillFolders(parts);
  return parts;
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1);

function fillPostgres(postgres: Postgres): void {
  for (const { name, password } of [service, reports])
    postgres.sql('postgres', `create role ${name} login password '${password}'`);
  postgres.sql('postgres', `create database ${databases.postgres} owner ${service.name}`);
  postgres.sql(
    databases.postgres,
    `set role ${service.name};
     create table customers (id int primary key, name text not null);
     create table orders (id int primary key, customer int references customers, article int not null, total numeric(10,2));
     insert into customers select n, 'customer ' || n from generate_series(1, ${stock.customers}) n;`,
  );
  placeOrders(postgres, 1, stock.olderOrders);
}

export function placeOrders(postgres: Postgres, from: number, to: number): void {
  postgres.sql(
    databases.postgres,
    `insert into orders select n, 1 + n % ${stock.customers}, 1 + n % ${stock.articles}, n * 1.25
       from generate_series(${from}, ${to}) n`,
  );
}

function fillMariadb(mariadb: Mariadb): void {
  const rows = numbers(stock.articles).map((n) => `(${n}, 'article ${n}', ${n + 0.5}, 'photo-${n}.jpg')`);
  const accounts = [
    `CREATE USER ${service.name}@'127.0.0.1' IDENTIFIED BY '${service.password}'`,
    `CREATE USER ${reports.name}@'127.0.0.1' IDENTIFIED BY '${reports.password}'`,
    `GRANT ALL ON ${databases.mariadb}.* TO ${service.name}@'127.0.0.1'`,
    `GRANT SELECT ON ${databases.mariadb}.* TO ${reports.name}@'127.0.0.1'`,
  ];
  mariadb.sql(
    [
      `CREATE DATABASE ${databases.mariadb}`,
      `USE ${databases.mariadb}`,
      'CREATE TABLE articles (id INT PRIMARY KEY, title VARCHAR(99) NOT NULL, price DECIMAL(10,2), photo VARCHAR(99))',
      `INSERT INTO articles VALUES ${rows.join(', ')}`,
      ...accounts,
    ].join(';\n'),
  );
}

function fillFolders({ uploads, documents }: Parts): void {
  mkdirSync(uploads);
  mkdirSync(documents);
  for (const n of numbers(stock.articles)) writeFileSync(join(uploads, `photo-${n}.jpg`), `photo ${n}\n`.repeat(500));
  for (const n of numbers(stock.orders)) writeFileSync(join(documents, `order-${n}.txt`), `order ${n}: ${n * 1.25}\n`);
}

const program = fileURLToPath(new URL('./service.ts', import.meta.url));

/** Its own address, behind nginx. */
export async function startService(folder: string, parts: Parts, closers: Closers): Promise<string> {
  const portFile = join(folder, 'service.port');
  const where = () => `http://127.0.0.1:${readFileSync(portFile, 'utf8')}`;
  const running = await startServer([process.execPath, program], {
    folder,
    env: environmentOf(parts, portFile),
    ready: async () => (await fetch(`${where()}/health`)).ok,
  });
  closers.add(() => running.stop());
  return where();
}

function environmentOf({ postgres, mariadb, redis, named, uploads, documents }: Parts, portFile: string) {
  return {
    ...postgres.env,
    ...{ PSQL: 'psql', PGUSER: service.name, PGPASSWORD: service.password, PGDATABASE: databases.postgres },
    ...{ MARIADB: path('mariadb'), MARIADB_PORT: String(mariadb.login.port), MYSQL_PWD: service.password },
    ...{ REDIS_CLI: path('redis-cli'), REDIS_PORT: String(redis.login.port), REDISCLI_AUTH: redis.login.password },
    ...{ NAME: serviceName, NAME_SERVER: named.primary, ADDRESS: addresses.here },
    ...{ UPLOADS: uploads, DOCUMENTS: documents, PORT_FILE: portFile },
  };
}
