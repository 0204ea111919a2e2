/** A site: a PostgreSQL server with a database for each service, a folder of files, and the program that serves them. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Postgres, startPostgres } from '../../../test/rig/servers/postgres.ts';
import { startServer } from '../../../test/rig/servers/server.ts';
import type { Closers } from '../scene.ts';

export const services = ['shop', 'billing', 'wiki'] as const;
export type Service = (typeof services)[number];

const program = fileURLToPath(new URL('./service.ts', import.meta.url));
/** What every service logs in with. */
const password = 'the-services-own-password';

export interface Site {
  readonly name: string;
  readonly postgres: Postgres;
  /** Holds a folder for each service. */
  readonly files: string;
}

export async function openSite(name: string, folder: string, closers: Closers): Promise<Site> {
  const files = join(folder, name, 'files');
  for (const service of services) mkdirSync(join(files, service), { recursive: true });
  const postgres = await startPostgres();
  closers.add(() => postgres.stop());
  postgres.sql('postgres', services.map((one) => `create role ${one} login password '${password}'`).join(';'));
  for (const service of services) postgres.sql('postgres', `create database ${service} owner ${service}`);
  return { name, postgres, files };
}

export type Urls = { readonly [service in Service]: string };

export async function serve({ name, postgres, files }: Site, rates: string, closers: Closers): Promise<Urls> {
  const folder = join(files, '..');
  const portsFile = join(folder, 'ports.json');
  const env = {
    ...postgres.env,
    SITE: name,
    SERVICES: services.join(','),
    FILES: files,
    RATES: rates,
    PASSWORD: password,
    PORTS_FILE: portsFile,
  };
  const urls = (): Urls => {
    const ports = JSON.parse(readFileSync(portsFile, 'utf8')) as { readonly [service in Service]: number };
    const at = (service: Service) => `http://127.0.0.1:${ports[service]}`;
    return { shop: at('shop'), billing: at('billing'), wiki: at('wiki') };
  };
  const ready = async () => (await fetch(urls().shop)).ok;
  const server = await startServer([process.execPath, program], { folder, env, ready });
  closers.add(() => server.stop());
  return urls();
}

const all = `select (select count(*) || md5(string_agg(e::text, ',' order by id)) from entries e)
  || (select count(*) || md5(string_agg(t::text, ',' order by entry, tag)) from tags t)`;

/** Equal where all rows and all files of the service are. */
export function contentOf({ postgres, files }: Site, service: Service): string {
  const hash = createHash('sha256').update(postgres.sql(service, all));
  const folder = join(files, service);
  for (const name of readdirSync(folder).sort()) hash.update(`${name}\n`).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}
