/**
 * The shop of the scene, at one site: HTTP and HTTPS over PostgreSQL, and a folder from which the warehouse takes its
 * slips. What it needs comes in its environment (SITE, PG…, SLIPS, CERTIFICATE, KEY, PORTS_FILE).
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ask = promisify(execFile);
const { SITE = '', SLIPS = '', CERTIFICATE = '', KEY = '', PORTS_FILE = '', PSQL = 'psql' } = process.env;

async function sql(query: string): Promise<string> {
  const { stdout } = await ask(PSQL, ['-XAtqw', '-v', 'ON_ERROR_STOP=1', '-c', query]);
  return stdout.trim();
}

function answer(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(`${JSON.stringify({ site: SITE, ...body })}\n`);
}

/** The slip first: an order of which the warehouse does not hear is none. */
async function placeOrder(): Promise<number> {
  writeFileSync(join(SLIPS, `${randomUUID()}.txt`), 'one parcel\n');
  const order = "insert into orders (customer, state) values ('a user', 'placed') returning id";
  const lines = "insert into order_lines (order_id, line, article) select id, 1, 'tea' from placed returning order_id";
  return Number(await sql(`with placed as (${order}) ${lines}`));
}

const ship = (id: number) => sql(`update orders set state = 'shipped', updated_at = now() where id = ${id}`);

async function handle({ method, url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, shipped] = /^\/orders\/(\d+)\/ship$/.exec(url) ?? [];
  if (url === '/health') {
    accessSync(SLIPS, constants.W_OK);
    answer(response, 200, { status: 'ok', orders: Number(await sql('select count(*) from orders')) });
  } else if (method === 'POST' && url === '/orders') {
    answer(response, 201, { id: await placeOrder() });
  } else if (method === 'POST' && shipped !== undefined) {
    await ship(Number(shipped));
    answer(response, 200, { id: Number(shipped) });
  } else {
    answer(response, 200, { orders: Number(await sql('select count(*) from orders')) });
  }
}

const listener = (request: IncomingMessage, response: ServerResponse): void => {
  handle(request, response).catch((error: unknown) => answer(response, 500, { status: 'bad', fault: String(error) }));
};

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

const http = await listening(createServer(listener));
const https = await listening(createTlsServer({ cert: readFileSync(CERTIFICATE), key: readFileSync(KEY) }, listener));
writeFileSync(`${PORTS_FILE}.part`, JSON.stringify({ http, https }));
renameSync(`${PORTS_FILE}.part`, PORTS_FILE);
