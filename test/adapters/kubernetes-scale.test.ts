/** Access closed by scaling down, with the real kubectl against a double of the API server. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { adapter as scale } from '../../adapters/kubernetes/scale/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { type Cluster, startCluster } from '../rig/servers/kubernetes.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { serverFolder } from '../rig/servers/server.ts';
import { contextIn, parsed, perform as performWith, probe as probeWith } from './rig/step.ts';

jest.setTimeout(60_000);

const adapter: Adapter = scale;

describeWith(['kubectl'], 'kubernetes/scale', () => {
  const { folder, remove } = serverFolder('kubernetes');
  const env = { PATH: process.env.PATH ?? '', HOME: folder };
  let cluster: Cluster;
  let deployment: JsonObject;

  beforeAll(async () => {
    cluster = await startCluster();
    const kubeconfig = cluster.kubeconfig(join(folder, 'config'));
    deployment = { name: 'web', kubeconfig };
  });
  afterAll(async () => {
    await cluster.stop();
    remove();
  });
  beforeEach(() => {
    cluster.reset();
    cluster.workload('Deployment', 'web', 3, 'shop:1');
  });

  const perform = (access: string, more: JsonObject = {}) =>
    performWith(adapter, { ...deployment, access, within: '2s', ...more }, { env, folder });
  const probe = (access: string) => probeWith(adapter, { ...deployment, access }, { env, folder });
  const preflight = (access: string, more: JsonObject = {}) =>
    adapter.preflight(parsed(adapter, { ...deployment, access, ...more }), contextIn(folder, { env }));
  const replicas = () => cluster.get('deployments', 'web')?.spec.replicas;
  const marker = () => cluster.get('configmaps', 'backout-access-deployment-web');
  const pods = () => cluster.pods(cluster.get('deployments', 'web'));

  test('scales down until its pods are gone, keeps what was, and puts it back', async () => {
    expect(await preflight('closed')).toMatchObject({
      ok: true,
      checked: expect.arrayContaining(['Deployment web has 3 replicas']),
    });
    expect(await probe('closed')).toBe('no');
    expect(await perform('closed')).toMatchObject({ ok: true, outputs: { previous: '3', replicas: '0' } });
    expect([replicas(), pods().length]).toEqual([0, 0]);
    expect([await probe('closed'), await probe('open')]).toEqual(['yes', 'no']);
    expect(await perform('open')).toMatchObject({ ok: true, outputs: { replicas: '3' } });
    expect([replicas(), pods().length, marker()]).toEqual([3, 3, undefined]);
    expect([await probe('closed'), await probe('open')]).toEqual(['no', 'yes']);
  });

  test('the marker is there before anything is closed, and goes after it is proven to be open', async () => {
    await perform('closed');
    await perform('open');
    const [place, workload] = ['/configmaps', '/deployments/web/scale'];
    const order = cluster.changes.map((change) => [place, workload].find((path) => change.includes(path)));
    expect(order).toEqual([place, workload, workload, place]);
    expect(cluster.changes.at(-1)).toContain('DELETE');
  });

  test('closed again, it keeps what was found first', async () => {
    await perform('closed');
    expect(await perform('closed')).toMatchObject({ ok: true, outputs: { previous: '3' } });
    cluster.scale('web', 1);
    expect(await perform('closed')).toMatchObject({ ok: true, outputs: { previous: '3' } });
    expect(await perform('open')).toMatchObject({ ok: true, outputs: { replicas: '3' } });
  });

  test('an attempt that ended between the marker and the scaling is gone on with', async () => {
    cluster.forbidden.add('patch deployments');
    expect(await perform('closed')).toMatchObject({ ok: false, reason: expect.stringContaining('does not allow it') });
    expect([replicas(), marker() === undefined]).toEqual([3, false]);
    cluster.forbidden.clear();
    expect(await perform('closed')).toMatchObject({ ok: true, outputs: { previous: '3' } });
  });

  test('an opening that ended before the marker was removed is gone on with', async () => {
    await perform('closed');
    cluster.forbidden.add('delete configmaps');
    expect(await perform('open')).toMatchObject({ ok: false, reason: expect.stringContaining('ConfigMap') });
    expect(await probe('open')).toBe('no');
    cluster.forbidden.clear();
    expect(await perform('open')).toMatchObject({ ok: true });
    expect([replicas(), marker()]).toEqual([3, undefined]);
  });

  test('kubectl rollout undo between closing and opening does not lose what was', async () => {
    cluster.setImage('web', 'shop:2');
    await perform('closed');
    await cluster.kubectl(env, String(deployment.kubeconfig), ['rollout', 'undo', 'deployment/web']);
    expect(await perform('open')).toMatchObject({ ok: true, outputs: { replicas: '3' } });
  });

  test('found closed without a marker, it asks what open means, and takes the answer', async () => {
    cluster.scale('web', 0);
    const asks = { ok: false, reason: expect.stringMatching(/0 replicas, and no marker .* says how many/) };
    expect(await perform('closed')).toMatchObject(asks);
    expect(await perform('open')).toMatchObject(asks);
    expect(await preflight('closed')).toMatchObject({ ...asks, remedy: expect.stringContaining('`previous: 3`') });
    expect(await perform('closed', { previous: 2 })).toMatchObject({ ok: true, outputs: { previous: '2' } });
    expect(await perform('open')).toMatchObject({ ok: true, outputs: { replicas: '2' } });
  });

  test('open without a marker is said to be open already', async () => {
    expect(await perform('open')).toMatchObject({ ok: true, detail: expect.stringContaining('open already') });
    expect(cluster.changes).toEqual([]);
  });

  test('a StatefulSet is closed to some replicas', async () => {
    cluster.workload('StatefulSet', 'db', 3, 'postgres:15');
    const set = { name: 'db', kind: 'statefulset', replicas: 1 };
    expect(await perform('closed', set)).toMatchObject({ ok: true, outputs: { previous: '3', replicas: '1' } });
    expect([cluster.get('statefulsets', 'db')?.spec.replicas, replicas()]).toEqual([1, 3]);
    expect(await perform('open', set)).toMatchObject({ ok: true, outputs: { replicas: '3' } });
  });

  test('pods that do not end are named, and access is not said to be closed', async () => {
    cluster.switches.lingering = true;
    expect(await perform('closed', { within: '300ms' })).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining('not all of its pods are gone'),
      lastWords: expect.stringMatching(/web-.*\(terminating\)/),
    });
    expect(await probe('closed')).toBe('no');
  });

  test('something that scales it up again is said', async () => {
    cluster.switches.forcedReplicas = 3;
    const performed = await perform('closed');
    expect(performed).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining('scaled to 3 again by somebody else'),
    });
  });

  test('pods that do not become ready are named with their reason', async () => {
    await perform('closed');
    cluster.setImage('web', 'broken:1');
    expect(await perform('open', { within: '300ms' })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('0 of 3 replicas ready'),
      lastWords: expect.stringContaining('ImagePullBackOff'),
    });
    expect(marker()).toBeDefined();
  });

  test('an autoscaler rests at 0, is noted, and is refused where it would scale up again', async () => {
    cluster.autoscaler('web', 2, 10);
    expect(await preflight('closed', { replicas: 1 })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('up to 2 again'),
    });
    expect(await perform('closed', { replicas: 1 })).toMatchObject({ ok: false });
    expect(marker()).toBeUndefined();
    expect(await perform('closed')).toMatchObject({ ok: true });
    expect(JSON.stringify(marker())).toContain('web (2 to 10)');
    cluster.scale('web', 5);
    expect(await perform('open')).toMatchObject({ ok: true, outputs: { replicas: '5' } });
  });

  test.each([
    ['the name of none', { name: 'wbe' }, 'Deployment wbe: it is not there', 'Correct its name'],
    ['a wrong login', { kubeconfig: 'wrong' }, 'the cluster refused the login', 'Renew the credentials'],
    ['no kubeconfig', { kubeconfig: 'none' }, 'the kubeconfig cannot be read', 'Correct `kubeconfig`'],
    ['no such context', { context: 'prod' }, 'the kubeconfig has no such context', 'Correct `context`'],
    ['a cluster that is not there', { kubeconfig: 'nowhere' }, 'the cluster does not answer', 'kubectl cluster-info'],
  ])('preflight says what is wrong: %s', async (_, more, reason, remedy) => {
    cluster.kubeconfig(join(folder, 'wrong'), { token: 'stolen' });
    cluster.kubeconfig(join(folder, 'nowhere'), { server: 'https://127.0.0.1:9' });
    const found = await preflight('closed', more);
    expect(found).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason),
      remedy: expect.stringContaining(remedy),
    });
    expect(await perform('closed', more)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    expect(cluster.changes).toEqual([]);
  });

  test.each(['patch deployments', 'create configmaps', 'list pods', 'list horizontalpodautoscalers'])(
    'preflight finds a right that is missing: %s',
    async (right) => {
      cluster.forbidden.add(right);
      expect(await preflight('closed')).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/may not|does not allow/),
      });
    },
  );

  test('a marker that cannot be read or understood is not taken for none', async () => {
    await perform('closed');
    cluster.forbidden.add('get configmaps');
    for (const access of ['closed', 'open'])
      expect(await perform(access, { previous: 1 })).toMatchObject({ ok: false });
    cluster.forbidden.clear();
    cluster.put('configmaps', { ...marker(), data: { marker: 'mine' } });
    for (const access of ['closed', 'open'])
      expect(await perform(access)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('ConfigMap backout-access-deployment-web'),
      });
  });

  test('without kubectl it says how to get it', async () => {
    const found = await performWith(
      adapter,
      { ...deployment, access: 'closed' },
      { env: { PATH: '/nowhere' }, folder },
    );
    expect(found).toMatchObject({ ok: false, reason: expect.stringContaining('kubectl is missing') });
  });
});
