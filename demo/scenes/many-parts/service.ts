/**
 * The shop of the scene: orders in PostgreSQL, articles in MariaDB, carts in Redis, photos and invoices in two folders,
 * and a name. What it needs comes in its environment. Its port does not know maintenance: nginx stands before it.
 */
import { execFile } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';

const ask = promisify(execFile);
const { PSQL = '', MARIADB = '', REDIS_CLI = '', MARIADB_PORT = '', REDIS_PORT = '' } = process.env;
const { UPLOADS = '', DOCUMENTS = '', NAME = '', NAME_SERVER = '', ADDRESS = '', PORT_FILE = '' } = process.env;

/** The parts, each asked as a person would ask it. */
const postgres = (query: string) => lines(PSQL, ['-XAtqw', '-v', 'ON_ERROR_STOP=1', '-c', query]);
const mariadb = (query: string) => {
  const at = ['--no-defaults', '--protocol=tcp', '--host=127.0.0.1', `--port=${MARIADB_PORT}`, '--user=shop'];
  return lines(MARIADB, [...at, '--batch', '--skip-column-names', '--database=catalogue', `--execute=${query}`]);
};
const redis = (...words: readonly string[]) => lines(REDIS_CLI, ['-e', '-p', REDIS_PORT, ...words]);

async function lines(program: string, args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await ask(program, args, { maxBuffer: 2 ** 24 });
  return stdout.split('\n').filter((line) => line !== '');
}

interface Data {
  /** `id article total`, the total empty where there is none. */
  readonly orders: readonly (readonly string[])[];
  readonly customers: ReadonlySet<string>;
  /** `id price photo`. */
  readonly articles: readonly (readonly string[])[];
  /** The customers who have one. */
  readonly carts: readonly string[];
}

async function load(): Promise<Data> {
  const [orders, customers, articles, carts] = await Promise.all([
    postgres("select id || ' ' || article || ' ' || coalesce(total::text, '') from orders"),
    postgres('select id from customers'),
    mariadb("SELECT CONCAT(id, ' ', price, ' ', photo) FROM articles"),
    redis('KEYS', 'cart:*'),
  ]);
  return {
    orders: orders.map((row) => row.split(' ')),
    customers: new Set(customers),
    articles: articles.map((row) => row.split(' ')),
    carts: carts.map((key) => key.slice('cart:'.length)),
  };
}

/** What one part says must be known to the others. */
function faultsOf({ orders, customers, articles, carts }: Data): readonly string[] {
  const [known, photos, invoices] = [
    new Set(articles.map(([id]) => id)),
    new Set(readdirSync(UPLOADS)),
    new Set(readdirSync(DOCUMENTS)),
  ];
  const found: readonly (readonly [what: string, count: number])[] = [
    ['orders have no total', orders.filter(([, , total]) => total === '').length],
    ['orders name an article that is not in MariaDB', orders.filter(([, article]) => !known.has(article)).length],
    ['articles have no price', articles.filter(([, price]) => Number(price) <= 0).length],
    ['carts are of nobody', carts.filter((customer) => !customers.has(customer)).length],
    ['photos are missing', articles.filter(([, , photo = '']) => !photos.has(photo)).length],
    ['invoices are missing', orders.filter(([id]) => !invoices.has(`order-${id}.txt`)).length],
  ];
  const none = carts.length === 0 ? ['there are no carts'] : [];
  return [...none, ...found.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`)];
}

async function faultOfName(): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  resolver.setServers([NAME_SERVER]);
  const answer = await resolver.resolve4(NAME);
  return answer.join() === ADDRESS ? [] : [`${NAME} is ${answer.join()}, not ${ADDRESS}`];
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

async function handle(url: string, response: ServerResponse): Promise<void> {
  const data = await load();
  const counts = { orders: data.orders.length, articles: data.articles.length, carts: data.carts.length };
  if (url !== '/health') return answer(response, 200, counts);
  const faults = [...faultsOf(data), ...(await faultOfName())];
  return answer(response, faults.length === 0 ? 200 : 500, {
    status: faults.length === 0 ? 'ok' : 'bad',
    ...counts,
    faults,
  });
}

const server = createServer((request, response) => {
  handle(request.url ?? '/', response).catch((error: unknown) =>
    answer(response, 500, { status: 'bad', faults: [String(error)] }),
  );
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  writeFileSync(`${PORT_FILE}.part`, String(typeof address === 'object' && address !== null ? address.port : 0));
  renameSync(`${PORT_FILE}.part`, PORT_FILE);
});
