/** Three services were moved to a cloud; two of them do badly there and go home, with what was written meanwhile. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Nginx, startNginx } from '../../../test/rig/servers/nginx.ts';
import { postgresPrograms } from '../../../test/rig/servers/postgres.ts';
import { openServiceDesk } from '../../service-desk.ts';
import type { Closers, Fact, Scene, Stage } from '../scene.ts';
import { type Backup, backUp, fill, moveToCloud, neglect } from './migration.ts';
import { openRates } from './rates.ts';
import { contentOf, openSite, type Service, type Site, serve, services, type Urls } from './site.ts';
import { entriesAt, healthAt, useAll } from './users.ts';

export const scene: Scene = {
  title: 'Three services in a cloud, their local servers kept as fallback, nginx in front of both',
  programs: [...postgresPrograms, 'nginx', 'restic', 'rsync'],
  open: stage,
};

const moved: readonly Service[] = ['shop', 'billing'];

async function stage(folder: string, closers: Closers): Promise<Stage> {
  const desk = await openServiceDesk();
  closers.add(() => desk.close());
  const rates = await openRates();
  closers.add(() => rates.close());
  const house = await openSite('local', folder, closers);
  const cloud = await openSite('cloud', folder, closers);
  fill(house);
  const backup = backUp(house, folder);
  const migratedAt = moveToCloud(house, cloud, backup);
  neglect(house);
  const wikiAtHome = contentOf(house, 'wiki');
  const urls = await serve(house, rates.url, closers);
  const routes = layRoutes(folder, { local: urls, cloud: await serve(cloud, rates.tunnelUrl, closers) });
  const nginx = await startNginx({ server: services.map((service) => location(routes, service)).join('\n') });
  closers.add(() => nginx.stop());
  const work = join(folder, 'work');
  mkdirSync(work, { mode: 0o700 });
  const places = { house, cloud, nginx, routes, backup, migratedAt, work, urls, smtpPort: desk.port };
  return {
    ...told(places),
    desk,
    goWrong: () => goWrong(nginx.url, () => rates.cutTunnel()),
    back: () => facts({ house, cloud, url: nginx.url, wikiAtHome }),
    close: () => closers.close(),
  };
}

function told(places: Places): Pick<Stage, 'story' | 'params' | 'env'> {
  const { house, cloud, nginx, backup, migratedAt } = places;
  return {
    story: [
      `Shop, billing and wiki are at ${nginx.url}/shop/ and so on. nginx sends their users to the cloud since ${migratedAt}.`,
      'The local servers still stand, with old data. The backup in the restic repository is of the day of the move.',
    ],
    params: paramsOf(places),
    env: {
      LOCAL_DB_PASSWORD: house.postgres.password,
      CLOUD_DB_PASSWORD: cloud.postgres.password,
      BACKUP_PASSWORD: backup.repository.password,
    },
  };
}

function layRoutes(folder: string, urls: { readonly local: Urls; readonly cloud: Urls }): string {
  const routes = join(folder, 'routes');
  mkdirSync(routes);
  for (const service of services) {
    for (const place of ['local', 'cloud'] as const) {
      const lines = [`proxy_pass ${urls[place][service]}/;`, `add_header X-Served-From ${place} always;`, ''];
      writeFileSync(join(routes, `${service}.${place}`), lines.join('\n'));
    }
    symlinkSync(`${service}.cloud`, join(routes, `${service}.conf`));
  }
  return routes;
}

const location = (routes: string, service: Service): string =>
  `location /${service}/ { include ${routes}/${service}.conf; if (-f $folder/${service}.closed) { return 503; } }`;

interface Places {
  readonly house: Site;
  readonly cloud: Site;
  readonly nginx: Nginx;
  readonly routes: string;
  readonly backup: Backup;
  readonly migratedAt: string;
  readonly work: string;
  readonly urls: Urls;
  readonly smtpPort: number;
}

function paramsOf({ house, cloud, nginx, routes, backup, migratedAt, work, urls, smtpPort }: Places): Stage['params'] {
  return {
    services: moved.join(','),
    migratedAt,
    publicUrl: nginx.url,
    shopUrl: urls.shop,
    billingUrl: urls.billing,
    wikiUrl: urls.wiki,
    nginxConfig: nginx.config,
    routes,
    flags: nginx.folder,
    dbHost: house.postgres.host,
    dbPort: house.postgres.port,
    cloudDbHost: cloud.postgres.host,
    cloudDbPort: cloud.postgres.port,
    files: house.files,
    cloudFiles: cloud.files,
    repository: backup.repository.path,
    backedUpDumps: backup.dumps,
    backedUpFiles: house.files,
    work,
    smtpPort,
  };
}

async function goWrong(url: string, cutTunnel: () => Promise<void>): Promise<readonly string[]> {
  const written = await useAll(url);
  await cutTunnel();
  const healths = await Promise.all(services.map(async (one) => `/${one}/health: ${await healthAt(url, one)}`));
  return [
    `Users have written for a while: ${written}.`,
    `Then the tunnel to the old house breaks. ${healths.join('; ')}`,
  ];
}

interface Seen {
  readonly house: Site;
  readonly cloud: Site;
  readonly url: string;
  readonly wikiAtHome: string;
}

async function facts({ house, cloud, url, wikiAtHome }: Seen): Promise<readonly Fact[]> {
  const all: Fact[] = [];
  for (const service of moved) {
    const here = await entriesAt(url, service);
    const same = contentOf(house, service) === contentOf(cloud, service);
    all.push(
      { what: `every row and file of the ${service} that users wrote in the cloud is here`, holds: same },
      { what: `users reach the ${service} on the local server`, holds: here.site === 'local' },
      { what: `the ${service} is well`, holds: (await healthAt(url, service)) === '200' },
    );
  }
  const wiki = await entriesAt(url, 'wiki');
  const untouched = contentOf(house, 'wiki') === wikiAtHome && wiki.entries > 300;
  return [
    ...all,
    { what: 'the wiki is still served from the cloud', holds: wiki.site === 'cloud' },
    { what: 'nothing of the wiki was touched', holds: untouched },
  ];
}
