/** Clusters, Docker engines and files of other machines, by what they are and not by what leads to them. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Asked, isProduction, placesOf } from './held-against.ts';

let folder = '';

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const kubeconfig = (
  current: string,
  contexts: Readonly<Record<string, readonly [server: string, namespace: string]>>,
) =>
  JSON.stringify({
    'current-context': current,
    contexts: Object.entries(contexts).map(([name, [, namespace]]) => ({
      name,
      context: { cluster: `c-${name}`, namespace },
    })),
    clusters: Object.entries(contexts).map(([name, [server]]) => ({ name: `c-${name}`, cluster: { server } })),
  });

const dockerContext = (name: string, host: string) =>
  write(
    `.docker/contexts/meta/${createHash('sha256').update(name).digest('hex')}/meta.json`,
    JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }),
  );

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backout-machines-'));
  const live = ['https://live.example:6443', 'shop'] as const;
  write('.kube/config', kubeconfig('live', { live, staging: ['https://staging.example:6443', 'shop'] }));
  write(
    'copy',
    kubeconfig('', { renamed: ['https://alias.example:6443/', 'shop'], other: ['https://live.example:6443', 'other'] }),
  );
  write(
    'gateway',
    kubeconfig('a', {
      a: ['https://live.example/k8s/clusters/a', 'shop'],
      b: ['https://live.example/k8s/clusters/b', 'shop'],
    }),
  );
  write('broken', 'clusters: [');
  write('shop/compose.yaml', 'services: {}\n');
  write('named/compose.yaml', "name: 'shop-${ENV:-live}'\nservices: {}\n");
  write('copy-of-shop/.env', 'COMPOSE_PROJECT_NAME="shop"\n');
  symlinkSync('shop', join(folder, 'link'));
  dockerContext('live', 'ssh://ops@live.example');
  dockerContext('same', 'tcp://alias.example:2376');
  dockerContext('staging', 'ssh://ops@staging.example');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('clusters', () => {
  const web = (more: Asked['with'] = {}, env: Asked['env'] = {}): Asked => ({
    with: { deployment: 'web', ...more },
    env,
  });
  test.each<readonly [what: string, real: Asked, there: Asked, same: boolean]>([
    ['another file, another name', web(), web({ kubeconfig: 'copy', context: 'renamed' }), true],
    ['the context that is current', web(), web({ context: 'live' }), true],
    ['another cluster', web(), web({ context: 'staging' }), false],
    ['another namespace of the context', web(), web({ kubeconfig: 'copy', context: 'other' }), false],
    ['the namespace given', web(), web({ kubeconfig: 'copy', context: 'other', namespace: 'shop' }), true],
    ['the first of two files', web({}, { KUBECONFIG: 'gone:copy:.kube/config' }), web({ context: 'live' }), true],
    [
      'two clusters behind one gateway',
      web({ kubeconfig: 'gateway' }),
      web({ kubeconfig: 'gateway', context: 'b' }),
      false,
    ],
    ['another deployment', web(), web({ deployment: 'api' }), false],
    ['what cannot be read', web({ kubeconfig: 'broken' }), web({ kubeconfig: `${'./broken'}` }), true],
    [
      'what cannot be read, in another context',
      web({ kubeconfig: 'broken' }),
      web({ kubeconfig: 'broken', context: 'b' }),
      false,
    ],
  ])('%s', async (_what, real, there, same) => {
    expect(await isProduction('kubernetes/rollout-undo', folder, real, there)).toBe(same);
  });

  test('helm takes context and namespace from its environment too', async () => {
    const shop = (more: Asked['with'], env: Asked['env'] = {}): Asked => ({ with: { release: 'shop', ...more }, env });
    const same = (real: Asked, there: Asked) => isProduction('helm/rollback', folder, real, there);
    expect(await same(shop({}), shop({}, { HELM_KUBECONTEXT: 'staging' }))).toBe(false);
    expect(
      await same(shop({}), shop({ context: 'staging' }, { HELM_KUBEAPISERVER: 'https://alias.example:6443' })),
    ).toBe(true);
    expect(await same(shop({}), shop({}, { HELM_NAMESPACE: 'shop-staging' }))).toBe(false);
  });

  test('a Deployment and a StatefulSet of one name are two', async () => {
    const scaled = (kind: string): Asked => ({ with: { kind, name: 'web' } });
    expect(await isProduction('kubernetes/scale', folder, scaled('deployment'), scaled('statefulset'))).toBe(false);
  });
});

describe('Docker', () => {
  /** With an override file of its own, so that only the project is judged. */
  const shop = (
    more: Asked['with'] = {},
    env: Asked['env'] = {},
    override = `${JSON.stringify([more, env]).length}`,
  ): Asked => ({
    with: { directory: 'shop', override: `out/${override}.yaml`, ...more },
    env,
  });
  test.each<readonly [what: string, real: Asked, there: Asked, same: boolean]>([
    ['the folder and the name', shop(), shop({ directory: 'x', project: 'shop' }), true],
    ['the name in the environment', shop(), shop({ directory: 'x' }, { COMPOSE_PROJECT_NAME: 'shop' }), true],
    ['the name in .env', shop(), shop({ directory: 'copy-of-shop' }), true],
    ['the name in the compose file', shop({ project: 'shop-live' }), shop({ directory: 'named' }), true],
    [
      'the name with a value in it',
      shop({ project: 'shop-live' }),
      shop({ directory: 'named' }, { ENV: 'staging' }),
      false,
    ],
    ['another project', shop(), shop({ project: 'shop-staging' }), false],
    ['two contexts of one engine', shop({ context: 'live' }), shop({ context: 'same' }), true],
    [
      'the context and DOCKER_HOST',
      shop({ context: 'live' }),
      shop({}, { DOCKER_HOST: 'tcp://live.example:2376' }),
      true,
    ],
    ['DOCKER_CONTEXT', shop({ context: 'live' }), shop({}, { DOCKER_CONTEXT: 'same' }), true],
    [
      'DOCKER_HOST goes over DOCKER_CONTEXT',
      shop(),
      shop({}, { DOCKER_CONTEXT: 'staging', DOCKER_HOST: 'unix:///var/run/docker.sock' }),
      true,
    ],
    [
      'the field goes over DOCKER_HOST',
      shop({ context: 'live' }),
      shop({ context: 'staging' }, { DOCKER_HOST: 'tcp://live.example:2376' }),
      false,
    ],
    ['another engine', shop({ context: 'live' }), shop({ context: 'staging' }), false],
    ['two engines of this machine', shop(), shop({}, { DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }), false],
    ['the socket and a port of this machine', shop(), shop({}, { DOCKER_HOST: 'tcp://127.0.0.1:2375' }), true],
    [
      'a context that is not there',
      shop({ context: 'gone' }),
      shop({ context: 'gone', directory: 'link', project: 'shop' }),
      true,
    ],
    ['the file that it writes', shop({}, {}, 'a'), shop({ context: 'staging' }, {}, 'a'), true],
  ])('%s', async (_what, real, there, same) => {
    expect(await isProduction('docker/compose', folder, real, there)).toBe(same);
  });

  test('a folder by a link is a project of its own name, but its override file is the same', async () => {
    const at = (asked: Asked) => placesOf('docker/compose', folder, asked);
    expect(at({ with: { directory: 'link' } })[0]?.at).toContain('project link');
    expect(
      await isProduction('docker/compose', folder, { with: { directory: 'shop' } }, { with: { directory: 'link' } }),
    ).toBe(true);
  });

  test('the context that docker was told to use', async () => {
    write('.docker/config.json', '{ "currentContext": "same" }');
    expect(await isProduction('docker/compose', folder, shop({ context: 'live' }), shop())).toBe(true);
    expect(await isProduction('docker/compose', folder, shop({ context: 'live' }), shop({ context: 'default' }))).toBe(
      false,
    );
    rmSync(join(folder, '.docker/config.json'));
  });
});

describe('files by rsync', () => {
  const to = (target: string, more: Asked['with'] = {}): Asked => ({
    with: { source: '/backups/shop', target, ...more },
  });
  test.each<readonly [what: string, real: Asked, there: Asked, same: boolean]>([
    ['a daemon, in two ways', to('rsync://live.example/shop/files'), to('ops@alias.example::shop/files/'), true],
    ['a daemon, with its port', to('rsync://live.example/shop'), to('rsync://ops@live.example:873/shop/files'), true],
    ['another module', to('rsync://live.example/shop'), to('rsync://live.example/shop-staging'), false],
    ['another daemon', to('rsync://live.example/shop'), to('rsync://staging.example/shop'), false],
    ['a module is no folder', to('/shop'), to('localhost::shop'), false],
    ['a login with an @ in it', to('live.example:/srv'), to('ops@example.com@alias.example:/srv/shop'), true],
    [
      'the host that ssh is told',
      to('live.example:/srv'),
      to('x.example:/srv', { ssh: { options: ['HostName=203.0.113.1'] } }),
      true,
    ],
    [
      'the folder for what is replaced',
      to('/srv/a', { backupDir: '/kept' }),
      to('/srv/b', { backupDir: '/kept/b' }),
      true,
    ],
    [
      'that folder on another machine',
      to('live.example:/a', { backupDir: '/kept' }),
      to('alias.example:/b', { backupDir: '/kept' }),
      true,
    ],
    [
      'folders of their own',
      to('live.example:/a', { backupDir: '/kept' }),
      to('staging.example:/a', { backupDir: '/kept' }),
      false,
    ],
  ])('%s', async (_what, real, there, same) => {
    expect(await isProduction('files/rsync', folder, real, there)).toBe(same);
  });
});

test.each<readonly [adapter: string, backup: Asked['with'], real: Asked['with'], there: Asked['with']]>([
  [
    'restic/restore',
    { repository: 'sftp:backup@live.example:/shop' },
    { target: '/srv/shop' },
    { target: '/srv/staging' },
  ],
  [
    'restic/restore',
    { repository: 's3:https://live.example/shop' },
    { target: '/srv/shop' },
    { target: '/srv/staging' },
  ],
  ['files/restore', { source: '/backups/shop.tar.gz' }, { target: '/srv/shop' }, { target: '/srv/staging' }],
  ['files/rsync', { source: '/backups/shop' }, { target: '/srv/shop' }, { target: '/srv/staging' }],
  [
    'postgres/restore',
    { archive: '/backups/shop.dump', database: 'shop' },
    { host: 'live.example' },
    { host: 'staging.example' },
  ],
  [
    'mariadb/restore',
    { archive: '/backups/shop.sql', database: 'shop' },
    { host: 'live.example' },
    { host: 'staging.example' },
  ],
  ['sqlite/restore', { archive: '/backups/shop.db' }, { database: '/srv/shop.db' }, { database: '/srv/staging.db' }],
])("%s may read production's own backup %j", async (adapter, backup, real, there) => {
  expect(await isProduction(adapter, folder, { with: { ...backup, ...real } }, { with: { ...backup, ...there } })).toBe(
    false,
  );
  expect(await isProduction(adapter, folder, { with: { ...backup, ...real } }, { with: { ...backup, ...real } })).toBe(
    true,
  );
});
