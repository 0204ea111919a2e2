/**
 * Where each shipped adapter acts, looks or tells. In a file of its own and not in the adapters: only a rehearsal asks,
 * and a real run must not pay for it. Every adapter of the registry stands here, which a test holds.
 */
import { resolve } from 'node:path';
import { placeOf } from '../dns/update/input.ts';
import { fullName } from '../dns/update/records.ts';
import { helmRelease, inCluster } from './cluster.ts';
import { compose } from './compose.ts';
import { allSaid, atHost, atSocket, type PlacesOf, path, said } from './kinds.ts';
import { mariadb } from './mariadb.ts';
import { postgres } from './postgres.ts';
import {
  chatHook,
  jiraIssue,
  mailboxes,
  pagerDuty,
  serviceNowRecord,
  slack,
  statusPage,
  webhook,
} from './recipients.ts';
import { rsync } from './rsync.ts';
import { units } from './units.ts';
import { webServer } from './url.ts';

const redis: PlacesOf = (input, { folder }) => {
  const socket = said(input, 'socket');
  if (socket !== undefined) return [atSocket('Redis server', resolve(folder, socket), '')];
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

const folderOf =
  (field: string): PlacesOf =>
  (input, { folder }) =>
    allSaid(input, field).map((value) => path(value, folder));

const urlServer: PlacesOf = (input) => allSaid(input, 'url').map(webServer);
const port: PlacesOf = (input) => [atHost('server', said(input, 'host') ?? 'localhost', said(input, 'port') ?? '443')];

const haproxy: PlacesOf = (input, { folder }) => {
  const socket = said(input, 'socket') ?? '';
  const beside = ` backend ${said(input, 'backend') ?? ''}`;
  const tcp = /^([^/]+):(\d+)$/.exec(socket);
  if (tcp !== null) return [atHost('HAProxy', tcp[1] ?? '', tcp[2], beside)];
  return [atSocket('HAProxy', resolve(folder, socket), beside)];
};

const nginx: PlacesOf = (input, { folder }) => [
  ...['flag', 'include'].flatMap((field) => allSaid(input, field)).map((file) => path(file, folder, 'nginx switch')),
  ...allSaid(input, 'check').map(webServer),
];

const dns: PlacesOf = (input) => {
  const zone = fullName(said(input, 'zone') ?? '');
  const name = inZone(said(input, 'name') ?? '', zone).replace(/\.$/, '');
  return allSaid(input, 'server').map((server) => {
    const { host, port } = placeOf(server) ?? { host: server, port: 53 };
    return atHost('DNS name', host, String(port), ` ${name}`);
  });
};

function inZone(name: string, zone: string): string {
  if (name === '@') return zone;
  const whole = fullName(name);
  return whole === zone || whole.endsWith(`.${zone}`) ? whole : `${whole}${zone}`;
}

/** The link that is changed, and what is written beside it, may stand outside of the folder. */
const release: PlacesOf = (input, { folder }) => {
  const app = path(said(input, 'path') ?? '', folder);
  const written = input.quarantine === true ? ['current', 'halt', 'releases'] : ['current', 'halt'];
  const others = written.flatMap((field) => allSaid(input, field)).map((value) => path(value, app.at));
  return [app, ...others.filter(({ at }) => !at.startsWith(`${app.at}/`))];
};

/** Null: its input does not say where it acts, so it is judged as shell text is. */
export const placesByAdapter: ReadonlyMap<string, PlacesOf | null> = new Map<string, PlacesOf | null>([
  ['command', null],
  ['dns/update', dns],
  ['docker/compose', compose],
  ['email', mailboxes],
  ['files/restore', folderOf('target')],
  ['files/rsync', rsync],
  ['git/checkout', folderOf('folder')],
  ['haproxy/server', haproxy],
  ['helm/rollback', helmRelease],
  ['http', urlServer],
  ['http/request', urlServer],
  ['jira', jiraIssue],
  ['kubernetes/rollout-undo', deployment],
  ['kubernetes/scale', scaled],
  ['mariadb/access', mariadb],
  ['mariadb/query', mariadb],
  ['mariadb/restore', mariadb],
  ['nginx/maintenance', nginx],
  ['pagerduty', pagerDuty],
  ['postgres/access', postgres],
  ['postgres/query', postgres],
  ['postgres/restore', postgres],
  ['prometheus/query', urlServer],
  ['redis/ping', redis],
  ['redis/restore', redis],
  ['release/symlink', release],
  ['restic/restore', folderOf('target')],
  ['servicenow', serviceNowRecord],
  ['slack', slack],
  ['sqlite/restore', folderOf('database')],
  ['statuspage', statusPage],
  ['systemd/active', units],
  ['systemd/unit', units],
  ['tcp', port],
  ['teams', chatHook],
  ['tls', port],
  ['webhook', webhook],
]);
