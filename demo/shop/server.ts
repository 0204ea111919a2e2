/**
 * The shop: `node server.ts FOLDER`. Customers use its public port; checks use its internal port, which maintenance
 * does not close. A file `maintenance` in the folder closes the shop: the public port answers 503, and the database
 * file is let go of, so that it can be restored. SIGHUP: take up the release that `current` points to.
 */
import { existsSync, readFileSync, renameSync, watch, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { healthOf } from './health.ts';
import { currentRelease, migrate } from './release.ts';

const folder = process.argv[2] ?? '.';
const uploads = join(folder, 'uploads');
const flag = join(folder, 'maintenance');

let release = await currentRelease(folder);
let held: DatabaseSync | undefined;

const inMaintenance = () => existsSync(flag);

function open(): DatabaseSync {
  const database = new DatabaseSync(join(folder, 'shop.db'));
  database.exec('PRAGMA busy_timeout = 2000');
  return database;
}

function letGo(): void {
  held?.close();
  held = undefined;
}

/** Outside maintenance the shop keeps its database open; within, only for the length of one check. */
function withDatabase<T>(use: (database: DatabaseSync) => T): T {
  if (inMaintenance()) {
    letGo();
    const database = open();
    try {
      return use(database);
    } finally {
      database.close();
    }
  }
  if (held === undefined) {
    held = open();
    held.exec('PRAGMA journal_mode = WAL');
    migrate(release, held, uploads);
  }
  return use(held);
}

type Answer = readonly [status: number, body: unknown, headers?: { readonly [name: string]: string }];

function customer(path: string): Answer {
  if (inMaintenance()) {
    letGo();
    return [503, 'The shop is closed for maintenance.', { 'retry-after': '120' }];
  }
  const [, kind, name = ''] = path.split('/');
  if (kind === 'uploads') {
    const file = join(uploads, decodeURIComponent(name).replaceAll('/', ''));
    return existsSync(file) ? [200, readFileSync(file)] : [404, 'No such upload.'];
  }
  return withDatabase((database) => {
    if (kind !== 'orders') return [200, `Photo shop, release ${release.version}`];
    const order = database.prepare('SELECT * FROM orders WHERE id = ?').get(Number(name));
    return order === undefined ? [404, 'No such order.'] : [200, order];
  });
}

function check(path: string): Answer {
  if (path === '/release') return [200, { release: release.version }];
  if (path !== '/health') return [404, 'Ask for /health or /release.'];
  const health = withDatabase((database) => healthOf(database, uploads));
  return [health.status === 'ok' ? 200 : 500, health];
}

const answering =
  (answer: (path: string) => Answer): RequestListener =>
  (request, response) => {
    let [status, body, headers]: Answer = [500, 'The shop has a fault.'];
    try {
      [status, body, headers] = answer(request.url ?? '/');
    } catch (error) {
      body = String(error);
    }
    response.writeHead(status, { ...headers, connection: 'close' });
    response.end(Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body));
  };

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
    });
  });
}

async function reload(): Promise<void> {
  release = await currentRelease(folder);
  letGo();
  if (!inMaintenance()) withDatabase(() => undefined);
  publish();
}

/** What runs, for whoever deploys: written whole, so that a reader never sees half of it. */
function publish(): void {
  const state = { pid: process.pid, release: release.version, publicPort, internalPort };
  writeFileSync(join(folder, 'shop.json.new'), JSON.stringify(state));
  renameSync(join(folder, 'shop.json.new'), join(folder, 'shop.json'));
  process.stdout.write(`${JSON.stringify(state)}\n`);
}

const publicPort = await listen(createServer(answering(customer)));
const internalPort = await listen(createServer(answering(check)));
writeFileSync(join(folder, 'shop.pid'), `${process.pid}\n`);
watch(folder, () => inMaintenance() && letGo());
process.on('SIGHUP', () => void reload());
process.on('SIGTERM', () => {
  letGo();
  process.exit(0);
});
withDatabase(() => undefined);
publish();
