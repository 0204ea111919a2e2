/**
 * Where each shipped adapter acts, looks or tells. In a file of its own and not in the adapters: only a rehearsal asks,
 * and a real run must not pay for it. Every adapter of the registry stands here, which a test holds.
 */
import { helmRelease, inCluster } from './cluster.ts';
import { compose } from './compose.ts';
import { allSaid, atHost, elsewhere, mailbox, type PlacesOf, path, receiver, said, webServer } from './kinds.ts';
import { mariadb } from './mariadb.ts';
import { postgres } from './postgres.ts';
import { rsync } from './rsync.ts';

const redis: PlacesOf = (input, { folder }) => {
  const socket = said(input, 'socket');
  if (socket !== undefined) return [path(socket, folder, 'Redis socket')];
  return [atHost('Redis server', said(input, 'host') ?? 'localhost', said(input, 'port') ?? '6379')];
};

const deployment = inCluster(
  () => 'deployment',
  (input) => said(input, 'deployment') ?? '',
);
const scaled = inCluster(
  (input) => said(input, 'kind') ?? 'deployment',
  (input) => said(input, 'name') ?? '',
);

const systemd: PlacesOf = (input) => [
  { kind: 'unit', at: `${said(input, 'scope') ?? 'system'} ${said(input, 'unit') ?? ''}`, isHere: true },
];

const folderOf =
  (field: string): PlacesOf =>
  (input, { folder }) =>
    allSaid(input, field).map((value) => path(value, folder));

const urlServer: PlacesOf = (input) => allSaid(input, 'url').map(webServer);
const hook: PlacesOf = (input) => allSaid(input, 'url').map((url) => receiver('recipient', url));
const port: PlacesOf = (input) => [atHost('server', said(input, 'host') ?? 'localhost', said(input, 'port') ?? '443')];

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
  ['files/restore', folderOf('target')],
  ['files/rsync', rsync],
  ['git/checkout', folderOf('folder')],
  ['haproxy/server', haproxy],
  ['helm/rollback', helmRelease],
  ['http', urlServer],
  ['http/request', urlServer],
  ['jira', recordAt('Jira', 'issue')],
  ['kubernetes/rollout-undo', deployment],
  ['kubernetes/scale', scaled],
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
  ['restic/restore', folderOf('target')],
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
