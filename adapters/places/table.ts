/**
 * Where each shipped adapter acts, looks or tells. In a file of its own and not in the adapters: only a rehearsal asks,
 * and a real run must not pay for it. Every adapter of the registry stands here, which a test holds.
 */
import { resolve } from 'node:path';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { AdapterPlace, PlaceContext } from '../../src/ports/adapter.ts';
import { allSaid, atHost, elsewhere, mailbox, path, receiver, remoteFile, said, webServer } from './kinds.ts';

export type PlacesOf = (input: JsonObject, context: PlaceContext) => readonly AdapterPlace[];

const postgres: PlacesOf = (input, { env }) => {
  const service = said(input, 'service') ?? env.PGSERVICE;
  const host = said(input, 'host') ?? env.PGHOST;
  const database = said(input, 'database') ?? env.PGDATABASE ?? '';
  if (host === undefined && service !== undefined)
    return [elsewhere('PostgreSQL database', `service ${service}/${database}`)];
  const port = said(input, 'port') ?? env.PGPORT ?? '5432';
  if (host?.startsWith('/')) return [atHost('PostgreSQL database', 'localhost', port, `/${database}`)];
  return [atHost('PostgreSQL database', host ?? 'localhost', port, `/${database}`)];
};

const mariadb: PlacesOf = (input, { folder }) => {
  const kind = 'MariaDB database';
  const beside = `/${said(input, 'database') ?? ''}`;
  const [host, socket, options] = ['host', 'socket', 'optionFile'].map((field) => said(input, field));
  if (host === undefined && options !== undefined && socket === undefined)
    return [elsewhere(kind, `as ${resolve(folder, options)} says${beside}`)];
  if (host === undefined || socket !== undefined) return [atHost(kind, 'localhost', undefined, beside)];
  return [atHost(kind, host, said(input, 'port') ?? '3306', beside)];
};

const redis: PlacesOf = (input, { folder }) => {
  const socket = said(input, 'socket');
  if (socket !== undefined) return [path(socket, folder, 'Redis socket')];
  return [atHost('Redis server', said(input, 'host') ?? 'localhost', said(input, 'port') ?? '6379')];
};

const cluster = (kind: string, name: (input: JsonObject) => string): PlacesOf => {
  return (input, { env }) => {
    const where = [said(input, 'kubeconfig') ?? env.KUBECONFIG, said(input, 'context'), said(input, 'namespace')];
    return [elsewhere(kind, [...where.map((part) => part ?? 'default'), name(input)].join(' / '))];
  };
};

const systemd: PlacesOf = (input) => [
  { kind: 'unit', at: `${said(input, 'scope') ?? 'system'} ${said(input, 'unit') ?? ''}`, isHere: true },
];

const target: PlacesOf = (input, { folder }) => allSaid(input, 'target').map((value) => remotePath(value, folder));

/** Also another machine's files that it reads: there it is one more login to production. A backup here may be the same. */
const rsync: PlacesOf = (input, context) => {
  const from = allSaid(input, 'source').map((value) => remotePath(value, context.folder));
  return [...target(input, context), ...from.filter(({ isHere, at }) => !isHere || at.startsWith('localhost:'))];
};

/** `deploy@web01:/srv/shop` is a path on another machine. */
function remotePath(value: string, folder: string): AdapterPlace {
  const remote = /^(?:[^@/:]+@)?(\[[^\]]+\]|[^/:]+):(.*)$/.exec(value);
  if (remote === null) return path(value, folder);
  const [, host = '', there = ''] = remote;
  return remoteFile(host, there);
}

const folderOf =
  (field: string): PlacesOf =>
  (input, { folder }) =>
    allSaid(input, field).map((value) => path(value, folder));

const urlServer: PlacesOf = (input) => allSaid(input, 'url').map(webServer);
const hook: PlacesOf = (input) => allSaid(input, 'url').map((url) => receiver('recipient', url));
const port: PlacesOf = (input) => [atHost('server', said(input, 'host') ?? 'localhost', said(input, 'port') ?? '443')];

const compose: PlacesOf = (input, { folder }) => {
  const context = said(input, 'context');
  const at = resolveList([
    said(input, 'project') ?? '',
    said(input, 'directory') ?? folder,
    ...allSaid(input, 'files'),
  ]);
  return [{ kind: 'compose project', at: `${context ?? 'here'} / ${at}`, isHere: context === undefined }];
};

const resolveList = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ');

const haproxy: PlacesOf = (input, { folder }) => {
  const socket = said(input, 'socket') ?? '';
  const beside = ` backend ${said(input, 'backend') ?? ''}`;
  const tcp = /^([^/]+):(\d+)$/.exec(socket);
  if (tcp !== null) return [atHost('HAProxy', tcp[1] ?? '', tcp[2], beside)];
  const place = path(socket, folder, 'HAProxy');
  return [{ ...place, at: `${place.at}${beside}`, file: { path: place.at, beside } }];
};

const nginx: PlacesOf = (input, { folder }) => [
  ...['flag', 'include'].flatMap((field) => allSaid(input, field)).map((file) => path(file, folder, 'nginx switch')),
  ...allSaid(input, 'check').map(webServer),
];

const dns: PlacesOf = (input) =>
  allSaid(input, 'server').map((server) => {
    const [host = '', port] = server.split(/:(?=\d+$)/);
    return atHost(
      'DNS name',
      host,
      port ?? '53',
      ` ${said(input, 'name') ?? ''}.${said(input, 'zone') ?? ''}`.toLowerCase(),
    );
  });

/** A record, a channel or a page at a service. */
const recordAt =
  (url: string, ...fields: readonly string[]): PlacesOf =>
  (input) => {
    const at = fields.map((field) => said(input, field) ?? '').join(' ');
    return [elsewhere('recipient', `${said(input, 'baseUrl') ?? url} ${at}`)];
  };

const slack: PlacesOf = (input, context) =>
  said(input, 'url') === undefined ? recordAt('Slack', 'channel', 'token')(input, context) : hook(input, context);

const pagerduty: PlacesOf = (input) => [elsewhere('recipient', `PagerDuty ${said(input, 'routingKey') ?? ''}`)];

/** Null: its input does not say where it acts, so it is judged as shell text is. */
export const placesByAdapter: ReadonlyMap<string, PlacesOf | null> = new Map<string, PlacesOf | null>([
  ['command', null],
  ['dns/update', dns],
  ['docker/compose', compose],
  ['email', (input) => ['to', 'cc'].flatMap((field) => allSaid(input, field)).map(mailbox)],
  ['files/restore', target],
  ['files/rsync', rsync],
  ['git/checkout', folderOf('folder')],
  ['haproxy/server', haproxy],
  ['helm/rollback', cluster('Helm release', (input) => said(input, 'release') ?? '')],
  ['http', urlServer],
  ['http/request', urlServer],
  ['jira', recordAt('Jira', 'issue')],
  ['kubernetes/rollout-undo', cluster('deployment', (input) => said(input, 'deployment') ?? '')],
  ['kubernetes/scale', cluster('deployment', (input) => said(input, 'name') ?? '')],
  ['mariadb/access', mariadb],
  ['mariadb/query', mariadb],
  ['mariadb/restore', mariadb],
  ['nginx/maintenance', nginx],
  ['pagerduty', pagerduty],
  ['postgres/access', postgres],
  ['postgres/query', postgres],
  ['postgres/restore', postgres],
  ['prometheus/query', urlServer],
  ['redis/ping', redis],
  ['redis/restore', redis],
  ['release/symlink', folderOf('path')],
  ['restic/restore', target],
  ['servicenow', recordAt('ServiceNow', 'table', 'number')],
  ['slack', slack],
  ['sqlite/restore', folderOf('database')],
  ['statuspage', recordAt('Statuspage', 'page')],
  ['systemd/active', systemd],
  ['systemd/unit', systemd],
  ['tcp', port],
  ['teams', hook],
  ['tls', port],
  ['webhook', hook],
]);
