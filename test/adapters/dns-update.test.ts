/** Against a real BIND, with a secondary: records are set, waited for, and put back. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as z from 'zod/mini';
import { input, targetOf, wantedBy } from '../../adapters/dns/update/input.ts';
import { sendUpdate } from '../../adapters/dns/update/send.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { type Named, namedPrograms, startNamed } from '../rig/servers/named.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { until } from '../rig/until.ts';
import { type DnsScene, dns, dnsScene, zone } from './rig/dns-scene.ts';
import { newFolder } from './rig/folder.ts';
import { parsed, probe, runStep, workInPlace } from './rig/step.ts';

jest.setTimeout(60_000);

describeWith(namedPrograms, 'dns/update', () => {
  let named: Named;
  let given: DnsScene['given'];
  let at: DnsScene['at'];
  beforeAll(async () => {
    ({ named, given, at } = await dnsScene());
  });
  afterAll(() => named.stop());

  test('sets records on all name servers, keeps what was before, and puts it back exactly', async () => {
    const folder = newFolder();
    const set = given('www', { values: ['10.0.0.9'], ttl: 5 });
    const done = await runStep(dns, set, folder);
    expect(done).toMatchObject({ code: 0, stderr: '', outputs: { values: '10.0.0.9', previous: '10.0.0.1 10.0.0.2' } });
    expect(done.stdout).toContain('was 10.0.0.1, 10.0.0.2 (ttl 60), is now 10.0.0.9 (ttl 5)');
    expect([at(named.primary, 'www'), at(named.secondary, 'www')]).toEqual([['10.0.0.9'], ['10.0.0.9']]);
    const back = given('www', { records: 'previous' });
    expect(await probe(dns, set, { folder })).toBe('yes');
    expect(await probe(dns, back, { folder })).toBe('no');
    expect(await runStep(dns, back, folder)).toMatchObject({ code: 0, outputs: { values: '10.0.0.1 10.0.0.2' } });
    expect([at(named.primary, 'www'), at(named.secondary, 'www')]).toEqual([
      ['10.0.0.1', '10.0.0.2'],
      ['10.0.0.1', '10.0.0.2'],
    ]);
    expect([await probe(dns, set, { folder }), await probe(dns, back, { folder })]).toEqual(['no', 'yes']);
  });

  test('a second change does not overwrite what was before the first; putting back twice is well', async () => {
    const folder = newFolder();
    const work = (more: JsonObject, key: string) => workInPlace(dns, given('twice', more), folder, key);
    await work({ values: ['10.0.0.8'] }, 'run1-set-1');
    const second = await work({ values: ['10.0.0.9'] }, 'run2-set-1');
    expect(second.outputs.previous).toBe('10.0.0.1');
    expect(await work({ records: 'previous' }, 'run2-back-1')).toMatchObject({
      code: 0,
      outputs: { values: '10.0.0.1' },
    });
    const again = await work({ records: 'previous' }, 'run2-back-2');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('was put back already') });
    await work({ values: ['10.0.0.7'], marker: 'another' }, 'run3-set-1');
    expect(await work({ records: 'previous' }, 'run3-back-1')).toMatchObject({
      code: 119,
      stderr: expect.stringMatching(
        /No old records .* are kept .*; since .* changed to 10\.0\.0\.7.*Nothing was changed/s,
      ),
    });
  });

  test.each<[string, string, string, string | string[], string[]]>([
    ['an alias', 'alias', 'CNAME', 'Other.Example.test', ['other.example.test.']],
    [
      'a mail server',
      'mail',
      'MX',
      ['10 www.example.test', '020 mx.example.com.'],
      ['10 www.example.test.', '20 mx.example.com.'],
    ],
    ['text', 'note', 'TXT', 'v=1; "quoted" \\ ü', ['"v=1; \\"quoted\\" \\\\ \\195\\188"']],
    ['an address', 'six', 'AAAA', '2001:DB8:0:0::2', ['2001:db8::2']],
    ['a service', '_s._tcp', 'SRV', '1 2 443 new.example.test', ['1 2 443 new.example.test.']],
    ['what was not there', 'new', 'A', '10.0.0.3', ['10.0.0.3']],
  ])('sets %s, and puts it back', async (_, name, type, values, found) => {
    const folder = newFolder();
    const before = at(named.primary, name, type);
    const work = (more: JsonObject) => workInPlace(dns, given(name, { type, servers: [], ...more }), folder);
    expect(await work({ values })).toMatchObject({ code: 0, stderr: '' });
    expect(at(named.primary, name, type)).toEqual(found);
    expect(await work({ records: 'previous' })).toMatchObject({ code: 0, stderr: '' });
    expect(at(named.primary, name, type)).toEqual(before);
  });

  test('no records, where there shall be none', async () => {
    const folder = newFolder();
    expect(await workInPlace(dns, given('lost', { records: 'none' }), folder)).toMatchObject({ code: 0 });
    const again = await workInPlace(dns, given('lost', { records: 'none' }), folder);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('is so already: no records') });
    expect([at(named.primary, 'lost'), at(named.secondary, 'lost')]).toEqual([[], []]);
    await workInPlace(dns, given('lost', { records: 'previous' }), folder);
    expect(at(named.secondary, 'lost')).toEqual(['10.0.0.1']);
  });

  test('a name server that does not answer is waited for before anything is changed', async () => {
    named.holdSecondary();
    try {
      const held = await workInPlace(dns, given('slow', { values: ['10.0.0.9'] }), newFolder());
      expect(held).toMatchObject({ code: 119, stderr: expect.stringContaining('timed out') });
    } finally {
      named.releaseSecondary();
    }
    expect(at(named.primary, 'slow')).toEqual(['10.0.0.1']);
  });

  describe('a name server that does not follow', () => {
    let stranger: Named;
    beforeAll(async () => {
      stranger = await startNamed({ zones: { [zone]: ['held A 10.0.0.1', 'killed A 10.0.0.1', 'same A 10.0.0.9'] } });
    });
    afterAll(() => stranger.stop());
    const waiting = (name: string, within: string) =>
      given(name, { values: ['10.0.0.9'], servers: [named.secondary, stranger.primary], within });

    test('is named, and the change is not taken for done', async () => {
      const folder = newFolder();
      const ended = await workInPlace(dns, waiting('held', '500ms'), folder);
      expect(ended.stderr).toContain(`${stranger.primary} answers 10.0.0.1 (ttl 60)`);
      expect(ended.stderr).toContain('The primary has the records');
      expect(ended.code).toBe(1);
      expect(await probe(dns, waiting('held', '1s'), { folder })).toBe('no');
    });

    test('is named too where it answers so by chance: its zone is older', async () => {
      const ended = await workInPlace(dns, waiting('same', '500ms'), newFolder());
      expect(ended.stderr).toMatch(/has serial 1, the primary \d+/);
    });

    test('is waited for; killed meanwhile, the next attempt ends it and still knows what was before', async () => {
      const folder = newFolder();
      const command = dns.command?.(parsed(dns, waiting('killed', '1m')), { folder, key: 'run1-set-1', env: {} });
      const [program = '', ...args] = command?.argv ?? [];
      const child = spawn(program, args, { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
      child.stdin.end(command?.stdin);
      await until('the change', () => at(named.secondary, 'killed').includes('10.0.0.9'));
      child.kill('SIGKILL');
      await once(child, 'close');
      const set = given('killed', { values: ['10.0.0.9'] });
      const again = await workInPlace(dns, set, folder, 'run1-set-2');
      expect(again).toMatchObject({ code: 0, outputs: { previous: '10.0.0.1', values: '10.0.0.9' } });
      expect(await workInPlace(dns, given('killed', { records: 'previous' }), folder)).toMatchObject({ code: 0 });
      expect(at(named.secondary, 'killed')).toEqual(['10.0.0.1']);
    });
  });

  test('what was changed since it was looked at is not overwritten', async () => {
    const asked = z.parse(input, given('race', { values: ['10.0.0.9'] }));
    const [before, after] = [{ values: ['10.0.0.99'], ttl: 60 }, wantedBy(asked, { values: [], ttl: 60 })];
    for (const looked of [before, { values: [], ttl: null }]) {
      const sent = await sendUpdate(asked, targetOf(asked), looked, after, { folder: '/' });
      expect(sent).toMatchObject({ ok: false, error: { overtaken: true } });
      expect(sent.ok ? '' : sent.error.reason).toContain('A race.example.test in zone example.test was changed');
    }
    expect(at(named.primary, 'race')).toEqual(['10.0.0.1']);
  });

  test('an update that the server drops without a word is not taken for done', async () => {
    const folder = newFolder();
    const asked = given('dropped', { type: 'CNAME', values: ['www.example.test'], servers: [] });
    const ended = await workInPlace(dns, asked, folder);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('has taken the update and not done it') });
    expect(await probe(dns, asked, { folder })).toBe('no');
  });

  test('of many changes at once each is whole, and one that came too late says so', async () => {
    const all = Array.from({ length: 6 }, (_, n) => {
      const asked = given('race', { values: [`10.0.1.${n}`, `10.0.2.${n}`], servers: [], marker: `m${n}` });
      return workInPlace(dns, asked, newFolder(), `run1-step-${n}`);
    });
    const ends = await Promise.all(all);
    const left = at(named.primary, 'race');
    expect(left).toHaveLength(2);
    expect(new Set(left.map((address) => address.split('.')[3])).size).toBe(1);
    for (const { code, stderr } of ends) {
      if (code !== 0)
        expect(stderr).toMatch(/changed by somebody else at this moment|has taken the update and not done it/);
    }
    expect(ends.some(({ code }) => code === 0)).toBe(true);
  });

  test('the secret stands in no argv and no marker', async () => {
    const folder = newFolder();
    const asked = given('switch', { values: ['10.0.0.9'], marker: 'm' });
    const command = dns.command?.(parsed(dns, asked), { folder, key: 'k', env: {} });
    expect(JSON.stringify(command?.argv)).not.toContain(named.key.secret);
    await workInPlace(dns, asked, folder);
    expect(readFileSync(join(folder, 'm'), 'utf8')).not.toContain(named.key.secret);
  });
});
