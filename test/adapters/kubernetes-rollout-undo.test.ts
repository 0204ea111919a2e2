/** A Deployment taken back, with the real kubectl against a double of the API server. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { adapter as rolloutUndo } from '../../adapters/kubernetes/rollout-undo/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { type Cluster, startCluster } from '../rig/servers/kubernetes.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { serverFolder } from '../rig/servers/server.ts';
import { contextIn, parsed, probe as probeWith, runStep, workInPlace } from './rig/step.ts';

jest.setTimeout(60_000);
const adapter: Adapter = rolloutUndo;

describeWith(['kubectl'], 'kubernetes/rollout-undo', () => {
  const { folder, remove } = serverFolder('kubernetes');
  const env = { PATH: process.env.PATH ?? '', HOME: folder };
  let cluster: Cluster;
  let web: JsonObject;

  beforeAll(async () => {
    process.env.HOME = folder;
    cluster = await startCluster();
    web = { deployment: 'web', kubeconfig: cluster.kubeconfig(join(folder, 'config')), within: '5s' };
  });
  afterAll(async () => {
    await cluster.stop();
    remove();
  });
  beforeEach(() => {
    cluster.reset();
    cluster.workload('Deployment', 'web', 2, 'shop:1');
    cluster.setImage('web', 'shop:2');
    cluster.setImage('web', 'shop:3');
  });

  const undo = (more: JsonObject = {}, key?: string) => workInPlace(adapter, { ...web, ...more }, folder, key);
  const probe = (more: JsonObject = {}) => probeWith(adapter, { ...web, ...more }, { env, folder });
  const preflight = (more: JsonObject = {}) =>
    adapter.preflight(parsed(adapter, { ...web, ...more }), contextIn(folder, { env }));
  const image = () => cluster.get('deployments', 'web')?.spec.template.spec.containers[0]?.image;
  const undone = () => cluster.changes.filter((change) => change.endsWith('/deployments/web')).length;

  test('goes back to the revision before, in a process of its own, and proves it', async () => {
    expect(await preflight()).toMatchObject({
      ok: true,
      checked: ['Deployment web stands at revision 3 (shop:3)', 'it can go back to revision 2 (shop:2)'],
    });
    expect(await probe()).toBe('no');
    const ended = await runStep(adapter, web, folder);
    expect(ended).toMatchObject({ code: 0, stderr: '', outputs: { from: '3', revision: '4', images: 'shop:2' } });
    expect(ended.stdout).toContain('2 of 2 pods are ready');
    expect([image(), await probe()]).toEqual(['shop:2', 'yes']);
  });

  test('goes back to a named revision, also by a number that it had before', async () => {
    expect(await undo({ toRevision: 1 })).toMatchObject({ code: 0, outputs: { revision: '4', images: 'shop:1' } });
    expect(await probe({ toRevision: 1 })).toBe('yes');
    cluster.setImage('web', 'shop:5');
    expect(await undo({ toRevision: 1 })).toMatchObject({ code: 0, outputs: { revision: '6', images: 'shop:1' } });
  });

  test.each([{}, { toRevision: 2 }])('a second attempt with %j does not go back and forth', async (more) => {
    await undo(more);
    const again = await undo(more, 'run1-step-2');
    expect(again).toMatchObject({ code: 0, outputs: { revision: '4' } });
    expect(again.stdout).toContain('taken back already');
    expect([image(), undone()]).toEqual(['shop:2', 1]);
  });

  test('a new release after it can be taken back again', async () => {
    await undo();
    cluster.setImage('web', 'shop:4');
    expect(await probe()).toBe('no');
    expect(await undo()).toMatchObject({ code: 0, outputs: { from: '5', images: 'shop:2' } });
  });

  test('the same release brought again by a pipeline is not taken for one that was taken back', async () => {
    cluster.setImage('web', 'shop:2');
    expect(await undo()).toMatchObject({ code: 0, outputs: { from: '4', images: 'shop:3' } });
  });

  test('an attempt that ended between the note and the undo goes back to what was noted', async () => {
    cluster.forbidden.add('patch deployments');
    expect(await undo()).toMatchObject({ code: 1, stderr: expect.stringContaining('does not allow it') });
    expect(image()).toBe('shop:3');
    cluster.forbidden.clear();
    expect(await undo()).toMatchObject({ code: 0, outputs: { from: '3', images: 'shop:2' } });
  });

  test('an attempt that ended while it waited is waited on with', async () => {
    cluster.switches.frozen = true;
    expect(await undo({ within: '300ms' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not rolled out'),
    });
    expect(await probe()).not.toBe('yes');
    cluster.switches.frozen = false;
    expect(await undo()).toMatchObject({ code: 0, outputs: { images: 'shop:2' } });
    expect(undone()).toBe(1);
  });

  test('pods that do not become ready are named with their reason', async () => {
    cluster.setImage('web', 'broken:4');
    cluster.setImage('web', 'shop:5');
    const ended = await undo();
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('do not become ready in time') });
    expect(ended.stderr).toContain('ImagePullBackOff');
  });

  test('somebody who deploys in between is noticed', async () => {
    cluster.switches.onChange = () => cluster.setImage('web', 'shop:9');
    expect(await undo()).toMatchObject({ code: 1, stderr: expect.stringContaining('Somebody deployed in between') });
  });

  test('closed by scaling to 0, it is taken back and stays closed', async () => {
    cluster.scale('web', 0);
    const ended = await undo();
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('no pod shows it') });
    expect([image(), cluster.get('deployments', 'web')?.spec.replicas]).toEqual(['shop:2', 0]);
  });

  test.each([
    ['a revision that is gone', { toRevision: 9 }, 'has no revision 9 any more', 'it has 3, 2, 1'],
    ['the name of none', { deployment: 'wbe' }, 'Deployment wbe: it is not there', 'Correct its name'],
  ])('says what is wrong before it changes anything: %s', async (_, more, reason, remedy) => {
    expect(await preflight(more)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    const ended = await undo(more);
    expect(ended).toMatchObject({ code: 119, stderr: expect.stringContaining(reason) });
    expect(ended.stderr).toContain(remedy);
    expect(cluster.changes).toEqual([]);
  });

  test('one that is paused, or has one revision only, is refused', async () => {
    await cluster.kubectl(env, String(web.kubeconfig), ['rollout', 'pause', 'deployment/web']);
    expect(await preflight()).toMatchObject({ ok: false, remedy: expect.stringContaining('kubectl rollout resume') });
    expect(await undo()).toMatchObject({ code: 119, stderr: expect.stringContaining('is paused') });
    cluster.workload('Deployment', 'new', 1, 'new:1');
    expect(await preflight({ deployment: 'new' })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('only revision 1'),
    });
  });

  test('preflight finds a right that is missing', async () => {
    cluster.forbidden.add('patch replicasets');
    expect(await preflight()).toMatchObject({
      ok: false,
      reason: expect.stringContaining('may not patch replicasets'),
    });
    expect(await preflight({ toRevision: 1 })).toMatchObject({ ok: true });
  });
});
