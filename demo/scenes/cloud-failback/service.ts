/**
 * The services of one site, each on a port of its own: entries in a PostgreSQL database and a file for each of some.
 * What it needs comes in its environment: PGHOST and PGPORT, SITE, SERVICES, FILES, RATES (where the shop and the billing
 * ask for today's rate), PORTS_FILE. Its ports do not know maintenance: nginx stands before them.
 */
import { execFile } from 'node:child_process';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';

const { SITE = '', SERVICES = '', FILES = '', RATES = '', PORTS_FILE = '', PASSWORD = '' } = process.env;
/** The wiki has nothing to calculate. */
const needsRates = (service: string): boolean => service !== 'wiki';

type Values = { readonly [name: string]: string | number };

function rows(service: string, query: string, values: Values = {}): Promise<string> {
  const env = { ...process.env, PGUSER: service, PGDATABASE: service, PGPASSWORD: PASSWORD };
  const given = Object.entries(values).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
  return new Promise((resolve, reject) => {
    const options = ['-XAtq', '-v', 'ON_ERROR_STOP=1', ...given];
    const psql = execFile('psql', options, { env }, (error, stdout) => {
      if (error === null) resolve(stdout.trim());
      else reject(error);
    });
    psql.stdin?.end(query);
  });
}

async function rate(service: string): Promise<number> {
  if (!needsRates(service)) return 1;
  const answer = await fetch(RATES, { signal: AbortSignal.timeout(2_000) });
  return Number(await answer.text());
}

const folderOf = (service: string): string => join(FILES, service);

async function write(service: string, request: IncomingMessage): Promise<object> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const id = Number(url.pathname.split('/')[2] ?? 0);
  const text = url.searchParams.get('text') ?? '';
  if (request.method === 'DELETE') {
    await rows(service, 'delete from tags where entry = :id; delete from entries where id = :id', { id });
    rmSync(join(folderOf(service), `${id}.txt`), { force: true });
    return { deleted: id };
  }
  const total = 12.5 * (await rate(service));
  if (request.method === 'PUT') {
    await rows(service, `update entries set text = :'text', total = :total where id = :id`, { id, text, total });
    return { changed: id };
  }
  const add = `insert into entries (text, total) values (:'text', :total) returning id`;
  const added = Number(await rows(service, add, { text, total }));
  await rows(service, `insert into tags values (:added, 'new'), (:added, 'unread')`, { added });
  writeFileSync(join(folderOf(service), `${added}.txt`), `${text}\n`);
  return { added };
}

async function health(service: string): Promise<readonly string[]> {
  const faults: string[] = [];
  const untotalled = await rows(service, 'select count(*) from entries where total is null');
  if (untotalled !== '0') faults.push(`${untotalled} entries have no total`);
  const here = new Set((await rows(service, 'select id from entries')).split('\n'));
  const lost = readdirSync(folderOf(service)).filter((name) => !here.has(name.replace('.txt', '')));
  if (lost.length > 0) faults.push(`${lost.length} files belong to no entry`);
  await rate(service).catch(() => faults.push('the rates cannot be had'));
  return faults;
}

async function answerOf(service: string, request: IncomingMessage): Promise<readonly [number, object]> {
  if (request.method !== 'GET') return [200, await write(service, request)];
  if (request.url === '/health') {
    const faults = await health(service);
    return faults.length === 0 ? [200, { status: 'ok' }] : [500, { status: 'bad', faults }];
  }
  return [200, { service, site: SITE, entries: Number(await rows(service, 'select count(*) from entries')) }];
}

const send = (response: ServerResponse, status: number, body: object) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);

const ports: { [service: string]: number } = {};
const names = SERVICES.split(',');
for (const service of names) {
  const server = createServer((request, response) => {
    answerOf(service, request)
      .then(([status, body]) => send(response, status, body))
      .catch((error: unknown) => send(response, 502, { status: 'bad', faults: [String(error)] }));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    ports[service] = typeof address === 'object' && address !== null ? address.port : 0;
    if (Object.keys(ports).length < names.length) return;
    writeFileSync(`${PORTS_FILE}.part`, JSON.stringify(ports));
    renameSync(`${PORTS_FILE}.part`, PORTS_FILE);
  });
}
