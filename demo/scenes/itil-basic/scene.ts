/** A portal behind nginx, its data in PostgreSQL and in a folder; a release drops totals, orders and uploads. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Nginx, startNginx } from '../../../test/rig/servers/nginx.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../../test/rig/servers/postgres.ts';
import { startServer } from '../../../test/rig/servers/server.ts';
import { openServiceDesk } from '../../service-desk.ts';
import type { Closers, Fact, Scene, Stage } from '../scene.ts';

const stock = { orders: 600, uploads: 60 };
const database = 'portal';
/** What the service logs in as. */
const role = { name: 'portal', password: 'the-portals-own-password' };
const program = fileURLToPath(new URL('./service.ts', import.meta.url));

export const scene: Scene = {
  title: 'A portal behind nginx, with PostgreSQL and uploaded files',
  programs: [...postgresPrograms, 'nginx'],
  open: stage,
};

async function stage(folder: string, closers: Closers): Promise<Stage> {
  const desk = await openServiceDesk();
  closers.add(() => desk.close());
  const postgres = await startPostgres();
  closers.add(() => postgres.stop());
  fillDatabase(postgres);
  const uploads = join(folder, 'uploads');
  fillUploads(uploads);
  const internalUrl = await startService(folder, uploads, postgres, closers);
  const nginx = await startNginx({
    server: `location / { if (-f $folder/closed) { return 503; } proxy_pass ${internalUrl}; }`,
  });
  closers.add(() => nginx.stop());
  const backup = takeBackup(folder, uploads, postgres);
  const digest = () => postgres.sql(database, fingerprint);
  const before = digest();
  return {
    story: [
      `The portal is at ${nginx.url}, behind nginx; its data are ${stock.orders} orders in PostgreSQL and ${stock.uploads} uploads.`,
      'Both were backed up right before the change: pg_dump, and a tar archive with a manifest of checksums.',
    ],
    params: paramsOf({ postgres, nginx, uploads, backup, internalUrl, smtpPort: desk.port }),
    env: { PORTAL_DB_PASSWORD: postgres.password },
    desk,
    goWrong: () => goWrong(postgres, uploads, internalUrl),
    back: async () => facts({ nginx, uploads, backup, dataAreBack: digest() === before }),
    close: () => closers.close(),
  };
}

const fingerprint = "select count(*) || ' ' || md5(string_agg(o::text, ',' order by id)) from orders o";

function fillDatabase(postgres: Postgres): void {
  postgres.sql('postgres', `create role ${role.name} login password '${role.password}'`);
  postgres.sql('postgres', `create database ${database} owner ${role.name}`);
  postgres.sql(
    database,
    `set role ${role.name};
     create table orders (id int primary key, customer text not null, total numeric(10,2), upload text not null);
     insert into orders select n, 'customer ' || n % 97, n * 1.25, 'photo-' || n % ${stock.uploads} || '.jpg'
       from generate_series(1, ${stock.orders}) n`,
  );
}

function fillUploads(uploads: string): void {
  mkdirSync(uploads);
  for (let n = 0; n < stock.uploads; n += 1) writeFileSync(join(uploads, `photo-${n}.jpg`), `photo ${n}\n`.repeat(50));
}

async function startService(folder: string, uploads: string, postgres: Postgres, closers: Closers): Promise<string> {
  const portFile = join(folder, 'service.port');
  const env = {
    ...postgres.env,
    PGUSER: role.name,
    PGPASSWORD: role.password,
    DATABASE: database,
    UPLOADS: uploads,
    PORT_FILE: portFile,
  };
  const where = () => `http://127.0.0.1:${readFileSync(portFile, 'utf8')}`;
  const ready = async () => (await fetch(`${where()}/health`)).ok;
  const service = await startServer([process.execPath, program], { folder, env, ready });
  closers.add(() => service.stop());
  return where();
}

interface Backup {
  readonly dump: string;
  readonly archive: string;
  readonly manifest: string;
}

function takeBackup(folder: string, uploads: string, postgres: Postgres): Backup {
  const backups = join(folder, 'backups');
  mkdirSync(backups);
  const backup = {
    dump: join(backups, 'portal.dump'),
    archive: join(backups, 'uploads.tar.gz'),
    manifest: join(backups, 'uploads.sha256'),
  };
  postgres.run('pg_dump', ['-Fc', '-f', backup.dump, database]);
  execFileSync('tar', ['-czf', backup.archive, '-C', uploads, '.']);
  const names = readdirSync(uploads).sort();
  writeFileSync(backup.manifest, execFileSync('sha256sum', names, { cwd: uploads }));
  return backup;
}

interface Places {
  readonly postgres: Postgres;
  readonly nginx: Nginx;
  readonly uploads: string;
  readonly backup: Backup;
  readonly internalUrl: string;
  readonly smtpPort: number;
}

function paramsOf({ postgres, nginx, uploads, backup, internalUrl, smtpPort }: Places): Stage['params'] {
  return {
    publicUrl: nginx.url,
    internalUrl,
    maintenanceFlag: join(nginx.folder, 'closed'),
    nginxConfig: nginx.config,
    dbHost: postgres.host,
    dbPort: postgres.port,
    dbAdmin: postgres.user,
    database,
    serviceRole: role.name,
    dump: backup.dump,
    orders: stock.orders,
    uploads,
    uploadsArchive: backup.archive,
    uploadsManifest: backup.manifest,
    smtpPort,
  };
}

async function goWrong(postgres: Postgres, uploads: string, internalUrl: string): Promise<readonly string[]> {
  postgres.sql(database, 'delete from orders where id % 3 = 0; update orders set total = null where id % 5 = 0');
  for (const name of readdirSync(uploads).slice(0, 20)) rmSync(join(uploads, name));
  const health = await fetch(`${internalUrl}/health`);
  const { orders, faults } = (await health.json()) as { readonly orders: number; readonly faults: readonly string[] };
  return [`GET /health: ${health.status}; ${orders} orders are left; ${faults.join('; ')}`];
}

interface Seen {
  readonly nginx: Nginx;
  readonly uploads: string;
  readonly backup: Backup;
  readonly dataAreBack: boolean;
}

async function facts({ nginx, uploads, backup, dataAreBack }: Seen): Promise<readonly Fact[]> {
  const front = await fetch(nginx.url);
  const body = front.ok ? ((await front.json()) as { readonly orders: number }) : { orders: 0 };
  return [
    { what: 'every order is as it was before the change', holds: dataAreBack },
    { what: 'every upload is as it was before the change', holds: uploadsAre(uploads, backup.manifest) },
    { what: 'users reach the portal again, and it shows all orders', holds: body.orders === stock.orders },
  ];
}

function uploadsAre(uploads: string, manifest: string): boolean {
  try {
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', manifest], { cwd: uploads, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
