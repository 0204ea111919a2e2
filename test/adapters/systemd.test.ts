/**
 * Against a stand-in for systemctl, for no systemd runs in tests; that no systemd is there is shown with the real one.
 * Planted faults that were caught: an exit code of `stop` believed; a marker written again; a unit that dies after a
 * second taken for open; a socket left that would start its service again.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { adapter as active } from '../../adapters/systemd/active/index.ts';
import { adapter } from '../../adapters/systemd/unit/index.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Performed } from '../../src/ports/adapter.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { type SystemdDouble, systemdDouble } from '../rig/servers/systemctl.ts';
import { until } from '../rig/until.ts';
import { newFolder } from './rig/folder.ts';
import { complaints, perform, preflight, probe } from './rig/step.ts';

let folder: string;
let systemd: SystemdDouble;

beforeEach(() => {
  folder = newFolder();
  systemd = systemdDouble(folder);
  mkdirSync(join(folder, 'markers'));
  systemd.set('shop.service');
});

const closing = (more: JsonObject = {}): JsonObject => ({
  access: 'closed',
  unit: 'shop',
  systemctl: systemd.systemctl,
  marker: join(folder, 'markers/unit'),
  steady: '10ms',
  ...more,
});
const opening = (more: JsonObject = {}) => closing({ access: 'open', ...more });
const markers = () => readdirSync(join(folder, 'markers')).sort();
const detailOf = (performed: Performed): string => (performed.ok ? performed.detail : performed.reason);

describe('systemd/unit', () => {
  test('stops a unit, and starts it again; no marker is left', async () => {
    expect(await probe(adapter, closing(), {})).toBe('no');
    expect(await perform(adapter, closing())).toMatchObject({ ok: true, outputs: { units: 'shop.service' } });
    expect(systemd.state('shop.service')).toBe('inactive (dead)');
    expect(markers()).toEqual(['unit.shop.service']);
    expect([await probe(adapter, closing(), {}), await probe(adapter, opening(), {})]).toEqual(['yes', 'no']);
    expect(await perform(adapter, opening())).toMatchObject({ ok: true });
    expect(systemd.state('shop.service')).toBe('active (running)');
    expect(markers()).toEqual([]);
    expect(await probe(adapter, opening(), {})).toBe('yes');
    expect(systemd.changes()).toEqual(['stop shop.service', 'start shop.service']);
  });

  test('what starts others is stopped first and started last; what did not run before stays as it was', async () => {
    systemd.set('shop.service', { TriggeredBy: 'shop.socket' });
    systemd.set('shop.socket', { SubState: 'listening' });
    systemd.set('report.service', { ActiveState: 'inactive', SubState: 'dead' });
    const unit = ['shop.service', 'report.service', 'shop.socket'];
    expect(await perform(adapter, closing({ unit }))).toMatchObject({ ok: true });
    expect(detailOf(await perform(adapter, opening({ unit })))).toContain(
      'left as before it was closed: report.service',
    );
    expect(systemd.state('report.service')).toBe('inactive (dead)');
    expect(systemd.changes()).toEqual([
      'stop shop.socket',
      'stop shop.service',
      'stop report.service',
      'start shop.service',
      'start shop.socket',
    ]);
  });

  test('a later closing reuses the marker of the first one', async () => {
    await perform(adapter, closing());
    const marker = readFileSync(join(folder, 'markers/unit.shop.service'), 'utf8');
    expect(JSON.parse(marker)).toMatchObject({ adapter: 'systemd/unit', previous: { state: 'active' } });
    expect(await perform(adapter, closing(), { key: 'another' })).toMatchObject({ ok: true });
    expect(readFileSync(join(folder, 'markers/unit.shop.service'), 'utf8')).toBe(marker);
  });

  test('found stopped without a marker: asks what open means, and takes the answer', async () => {
    systemd.set('shop.service', { ActiveState: 'failed', SubState: 'failed' });
    for (const given of [closing(), opening()]) {
      expect(await perform(adapter, given)).toMatchObject({
        ok: false,
        class: 'error',
        reason: expect.stringContaining('`previous: active`'),
      });
      expect(await preflight(adapter, given)).toMatchObject({ ok: false });
    }
    expect(await perform(adapter, closing({ previous: 'active' }))).toMatchObject({ ok: true });
    expect(await perform(adapter, opening())).toMatchObject({ ok: true });
    expect(systemd.state('shop.service')).toBe('active (running)');
  });

  test('open already, without a marker: succeeds and says so', async () => {
    expect(detailOf(await perform(adapter, opening()))).toContain('was open already, without a marker');
    expect(systemd.changes()).toEqual([]);
  });

  test.each<readonly [string, { readonly [key: string]: string }, JsonObject, string]>([
    ['that does not stop in time', { stubborn: 'yes' }, {}, 'still shop.service deactivating (stop-sigterm)'],
    ['that this user may not stop', { denied: 'yes' }, {}, 'systemctl: [sudo, -n, systemctl]'],
  ])('a unit %s is not taken for closed', async (_, properties, more, because) => {
    systemd.set('shop.service', properties);
    const performed = await perform(adapter, closing({ within: '300ms', ...more }));
    expect(performed).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
    expect(markers()).toEqual(['unit.shop.service']);
  });

  test.each<readonly [string, { readonly [key: string]: string }, string]>([
    ['cannot be started', { broken: 'yes' }, 'journalctl -u shop.service'],
    [
      'dies soon after its start',
      { dies: '1' },
      'does not stay active: shop.service failed (failed), result exit-code',
    ],
    ['is masked by now', { LoadState: 'masked' }, 'systemctl unmask shop.service'],
  ])('a unit that %s is not taken for open, and the marker stays', async (_, properties, because) => {
    await perform(adapter, closing());
    systemd.set('shop.service', properties);
    expect(await perform(adapter, opening())).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
    expect(markers()).toEqual(['unit.shop.service']);
    systemd.set('shop.service', { broken: '', dies: '', LoadState: 'loaded' });
    expect(await perform(adapter, opening())).toMatchObject({ ok: true });
  });

  test('cancelled, it ends at once, and the next attempt goes on', async () => {
    systemd.set('shop.service', { stubborn: 'yes' });
    const stop = new AbortController();
    const closed = perform(adapter, closing(), { signal: stop.signal });
    await until('the stop', () => systemd.changes().length > 0 && systemd.state('shop.service').startsWith('deact'));
    stop.abort();
    expect(await closed).toMatchObject({ ok: false, reason: expect.stringContaining('cancelled') });
    systemd.set('shop.service', { stubborn: '' });
    expect(await perform(adapter, closing())).toMatchObject({ ok: true });
    await perform(adapter, opening());
    expect(systemd.state('shop.service')).toBe('active (running)');
  });

  test.each<readonly [string, () => JsonObject, string, string]>([
    ['no such unit', () => closing({ unit: 'shpo' }), 'no unit shpo.service', 'Correct `unit`'],
    ['a running unit that is masked', () => withUnit({ LoadState: 'masked' }), 'is masked', 'systemctl unmask'],
    ['a unit whose file is bad', () => withUnit({ LoadState: 'bad-setting' }), 'could not load', 'systemctl status'],
    [
      'a unit that may not be stopped by hand',
      () => withUnit({ CanStop: 'no' }),
      'refuses to be stopped',
      'RefuseManualStop',
    ],
    [
      'a socket that would start it again',
      () => withSocket(),
      'shop.socket would start',
      'unit: [shop.socket, shop.service]',
    ],
    [
      'no systemctl',
      () => closing({ systemctl: '/no/such/systemctl' }),
      'there is no program',
      'systemd is not on this machine',
    ],
    [
      'no place for the marker',
      () => closing({ marker: '/no/such/marker' }),
      'cannot be kept in /no/such',
      'Make that folder',
    ],
    ['a damaged marker', () => damaged(), 'not JSON', 'rm '],
  ])('finds before anything is changed: %s', async (_, arrange, because, remedy) => {
    const given = arrange();
    const looked = await preflight(adapter, given);
    expect(looked).toMatchObject({
      ok: false,
      reason: expect.stringContaining(because),
      remedy: expect.stringContaining(remedy),
    });
    expect(await perform(adapter, given)).toMatchObject({ ok: false, class: 'error' });
    expect(systemd.changes()).toEqual([]);
  });

  test('says what preflight saw, and that a reboot starts an enabled unit', async () => {
    expect(await preflight(adapter, closing())).toEqual({
      ok: true,
      checked: ['shop.service active (running)'],
      uncovered: expect.stringContaining('a reboot starts it again: shop.service'),
    });
  });

  test("a user's markers are kept in the user's own folder, which is made", async () => {
    const env = { PATH: process.env.PATH ?? '', HOME: folder };
    const given = { access: 'closed', unit: 'shop', scope: 'user', systemctl: systemd.systemctl };
    expect(await perform(adapter, given, { env })).toMatchObject({ ok: true });
    expect(existsSync(join(folder, '.local/state/backout-markers/unit.shop.service'))).toBe(true);
    expect(
      adapter
        .describe({
          ...given,
          access: 'closed',
          unit: ['shop.service'],
          scope: 'user',
          systemctl: ['systemctl'],
          within: 1,
          steady: 1,
        })
        .join('\n'),
    ).toContain('systemctl --user stop shop.service');
  });

  test('refuses what is no unit', () => {
    for (const unit of ['--force', 'a b', 'shop*', '', []]) expect(complaints(adapter, closing({ unit }))).not.toBe('');
  });

  const withUnit = (properties: { readonly [key: string]: string }) => {
    systemd.set('shop.service', properties);
    return closing();
  };
  const withSocket = () => {
    systemd.set('shop.socket', { SubState: 'listening' });
    return withUnit({ TriggeredBy: 'shop.socket' });
  };
  const damaged = () => {
    writeFileSync(join(folder, 'markers/unit.shop.service'), '{');
    return closing();
  };
});

describe('systemd/active', () => {
  const asking = (more: JsonObject = {}): JsonObject => ({
    unit: 'shop.service',
    systemctl: systemd.systemctl,
    ...more,
  });
  const now = () => String(process.hrtime.bigint() / 1_000n);

  test('is good where the unit is active', async () => {
    systemd.set('shop.service', { NRestarts: '2' });
    expect(
      await perform(active, asking({ sub: ['running', 'exited'], activeFor: '1s', maxRestarts: 2 })),
    ).toMatchObject({
      ok: true,
      outputs: { restarts: '2' },
    });
    expect(await perform(active, asking({ steady: '20ms' }))).toMatchObject({ ok: true });
    expect(await preflight(active, asking())).toMatchObject({ ok: true, checked: ['shop.service active (running)'] });
  });

  test.each<readonly [string, () => { readonly [key: string]: string }, JsonObject, string]>([
    ['inactive', () => ({ ActiveState: 'inactive', SubState: 'dead' }), {}, 'inactive (dead) instead of active'],
    ['failed', () => ({ ActiveState: 'failed', SubState: 'failed', Result: 'oom-kill' }), {}, 'result oom-kill'],
    ['starting', () => ({ ActiveState: 'activating', SubState: 'auto-restart' }), {}, 'activating (auto-restart)'],
    ['in another sub-state', () => ({ SubState: 'exited' }), { sub: 'running' }, 'active (exited) instead of running'],
    [
      'active for too short a time',
      () => ({ ActiveEnterTimestampMonotonic: now() }),
      { activeFor: '1h' },
      'less than 1 h',
    ],
    ['restarted too often', () => ({ NRestarts: '5' }), { maxRestarts: 0 }, 'was restarted 5 times, more than 0'],
  ])('is bad where it is %s', async (_, properties, more, because) => {
    systemd.set('shop.service', properties());
    expect(await perform(active, asking(more))).toMatchObject({
      ok: false,
      class: 'check',
      reason: expect.stringContaining(because),
    });
  });

  test.each([
    ['restarts', 'NRestarts=1 ActiveEnterTimestampMonotonic=2000000', 'NRestarts 0 → 1'],
    ['is started anew', 'ActiveEnterTimestampMonotonic=2000000', 'was started anew'],
    ['falls', 'ActiveState=failed SubState=failed', 'failed (failed) instead of active'],
  ])('is bad where it %s while it is watched', async (_, next, because) => {
    systemd.set('shop.service', { next });
    const performed = await perform(active, asking({ steady: '10ms' }));
    expect(performed).toMatchObject({ ok: false, class: 'check', reason: expect.stringContaining(because) });
  });

  test('what could not be measured is another thing than what is bad', async () => {
    expect(await perform(active, asking({ unit: 'shpo' }))).toMatchObject({ ok: false, class: 'error' });
    expect(await perform(active, asking({ systemctl: '/no/such' }))).toMatchObject({ ok: false, class: 'error' });
    expect(await preflight(active, asking({ unit: 'shpo' }))).toMatchObject({ ok: false });
  });
});

describeWith(['systemctl'], 'the real systemctl', () => {
  const here = existsSync('/run/systemd/system');
  (here ? test.skip : test)('where no systemd runs, says so', async () => {
    const given = { access: 'closed', unit: 'shop' };
    expect(await preflight(adapter, given)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('not been booted with systemd'),
      remedy: expect.stringContaining('systemd does not run here'),
    });
  });
});
