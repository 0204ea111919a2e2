/** A release rolled back, with a double of helm that keeps its records as helm does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { adapter as helmRollback } from '../../adapters/helm/rollback/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { helmDouble, revisionsOf } from '../rig/servers/helm.ts';
import { serverFolder } from '../rig/servers/server.ts';
import { until } from '../rig/until.ts';
import { contextIn, parsed, probe as probeWith, workInPlace } from './rig/step.ts';

jest.setTimeout(60_000);
const adapter: Adapter = helmRollback;

const { folder, remove } = serverFolder('helm');
const helm = helmDouble(folder);
const env = { PATH: helm.path, HOME: folder };
process.env.PATH = helm.path;
afterAll(remove);

const shop = { release: 'shop', namespace: 'prod' };
const releases = (...statuses: readonly string[]) => ({ releases: { 'prod/shop': revisionsOf(...statuses) } });
const history = () => helm.state().releases['prod/shop'] ?? [];
const latest = () => history().at(-1);
const rollbacks = () => helm.state().calls.filter(([verb]) => verb === 'rollback');

const rollback = (more: JsonObject = {}) => workInPlace(adapter, { ...shop, ...more }, folder);
const probe = (more: JsonObject = {}) => probeWith(adapter, { ...shop, ...more }, { env, folder });
const preflight = (more: JsonObject = {}) =>
  adapter.preflight(parsed(adapter, { ...shop, ...more }), contextIn(folder, { env }));

beforeEach(() => helm.reset(releases('superseded', 'superseded', 'deployed')));

describe('helm/rollback', () => {
  test('goes back to the revision before, and proves it', async () => {
    expect(await preflight()).toMatchObject({
      ok: true,
      checked: expect.arrayContaining(['revision 2 is stored and can be read']),
    });
    expect(await probe()).toBe('no');
    const ended = await rollback();
    expect(ended).toMatchObject({
      code: 0,
      stderr: '',
      outputs: { from: '3', revision: '4', restored: '2', chart: 'shop-1.1.0' },
    });
    expect(rollbacks()).toEqual([['rollback', 'shop', '2', '--wait', '--timeout=300s', '--namespace=prod']]);
    expect([latest()?.description, await probe()]).toEqual(['Rollback to 2', 'yes']);
  });

  test.each([
    ['an upgrade that failed: the one that is still deployed', ['superseded', 'deployed', 'failed'], '2'],
    ['a failed one in between: it is passed over', ['superseded', 'failed', 'deployed'], '1'],
    ['an upgrade that was killed', ['superseded', 'deployed', 'pending-upgrade'], '2'],
  ])('goes back after %s', async (_, statuses, restored) => {
    helm.reset(releases(...statuses));
    expect(await rollback()).toMatchObject({ code: 0, outputs: { restored } });
  });

  test.each([{}, { revision: 2 }])('a second attempt with %j does nothing more', async (more) => {
    await rollback(more);
    const again = await rollback(more);
    expect(again).toMatchObject({ code: 0, outputs: { revision: '4', restored: '2' } });
    expect(again.stdout).toContain('already');
    expect(rollbacks()).toHaveLength(1);
  });

  test('after a rollback that failed it goes where that one went, not forward to the bad revision', async () => {
    helm.set({ failing: 'timed out waiting for the condition' });
    const failed = await rollback();
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('timed out waiting') });
    expect(failed.stderr).toContain('It stands at revision 4 (shop-1.1.0, failed). A retry goes to revision 2 again.');
    expect(history().map(({ status }) => status)).toEqual(['superseded', 'superseded', 'superseded', 'failed']);
    helm.set({ failing: null });
    expect(await rollback()).toMatchObject({ code: 0, outputs: { revision: '5', restored: '2' } });
  });

  test('a rollback that was killed is done again, once it cannot be alive any more', async () => {
    helm.set({ hang: true });
    const command = adapter.command?.(parsed(adapter, shop), contextIn(folder));
    const [program = '', ...args] = command?.argv ?? [];
    const child = spawn(program, args, { cwd: folder, env: { ...process.env }, detached: true });
    child.stdin.end(command?.stdin);
    await until('the rollback is pending', () => latest()?.status === 'pending-rollback');
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await once(child, 'exit');
    helm.set({ hang: false });
    expect(await probe()).toBe('unknown');
    const again = await rollback({ pendingFor: '1s' });
    expect(again).toMatchObject({ code: 0, outputs: { revision: '5', restored: '2' } });
    expect(again.stdout).toContain('taken for dead');
  });

  test('another helm at work is waited for', async () => {
    const [first, second, third] = revisionsOf('superseded', 'deployed', 'pending-upgrade');
    if (first === undefined || second === undefined || third === undefined) throw new Error('no revisions');
    const working = { ...third, updated: new Date().toISOString() };
    helm.reset({ releases: { 'prod/shop': [first, second, working] } });
    expect(await preflight()).toMatchObject({
      ok: true,
      checked: expect.arrayContaining([expect.stringContaining('another helm')]),
    });
    const ended = await workInPlace(adapter, shop, folder, 'k', (line) => {
      if (line.includes('another helm may be at work'))
        helm.set({
          releases: { 'prod/shop': [first, { ...second, status: 'superseded' }, { ...working, status: 'deployed' }] },
        });
    });
    expect(ended).toMatchObject({ code: 0, outputs: { from: '3', restored: '2' } });
  });

  test('a helm that says success and has done nothing is not believed', async () => {
    helm.set({ lazy: true });
    const ended = await rollback();
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('not at the content of revision 2') });
  });

  test.each([
    ['no such release', { release: 'shpo' }, {}, 'there is none', 'Correct `release`'],
    ['no such revision', { revision: 9 }, {}, 'has no revision 9', 'it has 3, 2, 1'],
    [
      'a revision that failed',
      { revision: 2 },
      releases('superseded', 'failed', 'deployed'),
      'never deployed',
      'deployed were 3, 1',
    ],
    ['a first revision', {}, releases('deployed'), 'no revision before 1', 'nothing to roll back to'],
    ['an uninstalled one', {}, releases('superseded', 'uninstalled'), 'is uninstalled', 'Say in `revision`'],
    ['no such context', { context: 'x' }, {}, 'no such context', 'Correct `context`'],
    ['a cluster that does not answer', {}, { reachable: false }, 'does not answer', 'kubectl cluster-info'],
    ['an old helm', {}, { version: 'Client: v2.16.1+gbbdfe5e' }, 'too old', 'Helm 3'],
  ])('says what is wrong before it changes anything: %s', async (name, more, changes, reason, remedy) => {
    helm.set(changes);
    const found = await preflight(more);
    expect(found).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason),
      remedy: expect.stringContaining(remedy),
    });
    if (name === 'an old helm') return;
    expect(await rollback(more)).toMatchObject({ code: 119, stderr: expect.stringContaining(reason) });
    expect(rollbacks()).toEqual([]);
    expect(await probe(more)).toBe('unknown');
  });

  test('without helm it says so', async () => {
    const found = await adapter.preflight(parsed(adapter, shop), contextIn(folder, { env: { PATH: '/nowhere' } }));
    expect(found).toMatchObject({ ok: false, reason: 'The program helm is missing' });
  });
});
