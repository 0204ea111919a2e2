/** How the services came into the cloud: filled at home, backed up, copied, and every change noted from then on. */
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Repository, resticRepository } from '../../../test/rig/servers/restic.ts';
import { type Site, services } from './site.ts';

const stock = { entries: 300, files: 30 };
const capture = fileURLToPath(new URL('../../../playbooks/cloud-failback/scripts/capture.sql', import.meta.url));

export function fill({ postgres, files }: Site): void {
  for (const service of services) {
    postgres.sql(
      service,
      `set role ${service};
       create table entries (id int generated always as identity primary key, text text not null, total numeric(10,2),
         at timestamptz not null default now());
       create table tags (entry int references entries, tag text, primary key (entry, tag));
       insert into entries (text, total) select 'entry ' || n, n * 1.25 from generate_series(1, ${stock.entries}) n;
       insert into tags select id, 'old' from entries`,
    );
    for (let n = 1; n <= stock.files; n += 1) {
      writeFileSync(join(files, service, `${n}.txt`), `${service} ${n}\n`.repeat(40));
    }
  }
}

export interface Backup {
  readonly repository: Repository;
  /** Holds a folder for each service, with its dump. */
  readonly dumps: string;
}

export function backUp({ postgres, files }: Site, folder: string): Backup {
  const repository = resticRepository(join(folder, 'repository'));
  const dumps = join(folder, 'dumps');
  for (const service of services) {
    mkdirSync(join(dumps, service), { recursive: true });
    postgres.run('pg_dump', ['-Fc', '-f', join(dumps, service, `${service}.dump`), service]);
    repository.restic(['backup', '--tag', service, join(dumps, service), join(files, service)], folder);
  }
  return { repository, dumps };
}

/** Gives the moment from which on changes are noted. */
export function moveToCloud(house: Site, cloud: Site, { dumps }: Backup): string {
  for (const service of services) {
    cloud.postgres.run('pg_restore', ['-d', service, join(dumps, service, `${service}.dump`)]);
    cloud.postgres.run('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', '-d', service, '-f', capture]);
  }
  cpSync(house.files, cloud.files, { recursive: true, preserveTimestamps: true });
  return new Date().toISOString();
}

/** What was left at home is not kept as it was: half of the shop is gone, and all files of the billing. */
export function neglect({ postgres, files }: Site): void {
  postgres.sql('shop', 'truncate tags; delete from entries where id > 150');
  for (const name of readdirSync(join(files, 'billing'))) rmSync(join(files, 'billing', name));
}
