/**
 * The portal of the scene: an HTTP service over PostgreSQL and a folder of uploads. What it needs comes in its
 * environment (PG…, UPLOADS, PORT_FILE). Its port does not know maintenance: nginx stands before it.
 */
import { execFile } from 'node:child_process';
import { createReadStream, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const ask = promisify(execFile);
const { UPLOADS = '', PORT_FILE = '', PSQL = 'psql', DATABASE = '' } = process.env;

async function rows(query: string): Promise<string> {
  const { stdout } = await ask(PSQL, ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', DATABASE, '-c', query]);
  return stdout.trim();
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

/** Every order must have its total and its customer, and every upload that an order names must be there. */
async function health(): Promise<readonly string[]> {
  const faults: string[] = [];
  const untotalled = await rows('select count(*) from orders where total is null');
  if (untotalled !== '0') faults.push(`${untotalled} orders have no total`);
  const here = new Set(readdirSync(UPLOADS));
  const named = (await rows('select distinct upload from orders')).split('\n').filter((name) => name !== '');
  const missing = named.filter((name) => !here.has(name)).length;
  if (missing > 0) faults.push(`${missing} uploads are missing`);
  return faults;
}

const server = createServer((request, response) => {
  const url = request.url ?? '/';
  const handle = async (): Promise<void> => {
    if (url === '/health') {
      const faults = await health();
      const orders = Number(await rows('select count(*) from orders'));
      answer(response, faults.length === 0 ? 200 : 500, { status: faults.length === 0 ? 'ok' : 'bad', orders, faults });
    } else if (url.startsWith('/uploads/')) {
      createReadStream(join(UPLOADS, basename(url)))
        .once('error', () => answer(response, 404, { error: 'no such upload' }))
        .pipe(response);
    } else {
      answer(response, 200, { orders: Number(await rows('select count(*) from orders')) });
    }
  };
  handle().catch((error: unknown) => answer(response, 500, { status: 'bad', faults: [String(error)] }));
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  writeFileSync(PORT_FILE, String(typeof address === 'object' && address !== null ? address.port : 0));
});
