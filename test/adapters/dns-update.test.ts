/** Against a real BIND, with a secondary: records are set and put back, and nothing is changed that cannot be. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as z from 'zod/mini';
import { adapter } from '../../adapters/dns/update/index.ts';
import { input, targetOf, wantedBy } from '../../adapters/dns/update/input.ts';
import { sendUpdate } from '../../adapters/dns/update/send.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { type Named, namedPrograms, startNamed } from '../rig/servers/named.ts';
import { describeWith, path } from '../rig/servers/needs.ts';
import { until } from '../rig/until.ts';
import { newFolder } from './rig/folder.ts';
import { closedPort } from './rig/servers.ts';
import { complaints, contextIn, parsed, preflight, probe, runStep, workInPlace } from './rig/step.ts';

jest.setTimeout(60_000);

const dns: Adapter = adapter;
const zone = 'example.test';
const records = [
  ...['www A 10.0.0.1', 'www A 10.0.0.2', 'alias CNAME www', 'mail MX 10 www', 'note TXT "a;b" "c\\"d"'],
  ...[
    'busy A 10.0.0.1',
    'race A 10.0.0.1',
    'slow A 10.0.0.1',
    'held A 10.0.0.1',
    'six AAAA 2001:db8::1',
    '_s._tcp SRV 0 5 80 www',
  ],
  ...['twice A 10.0.0.1', 'kept A 10.0.0.1', 'lost A 10.0.0.1', 'switch A 10.0.0.1', 'killed A 10.0.0.1'],
  ...['dropped CAA 0 issue "ca.test"', 'sub NS ns1.elsewhere.test.', 'same A 10.0.0.1'],
];

describeWith(namedPrograms, 'dns/update', () => {
  let named: Named;
  beforeAll(async () => {
    const zones = { [zone]: records, 'fixed.test': ['www A 10.0.0.1'] };
    named = await startNamed({ zones, fixed: ['fixed.test'], secondary: true });
  });
  afterAll(() => named.stop());

  /** Every change is to be seen on the secondary too. */
  const given = (name: string, more: JsonObject): JsonObject => ({
    ...{ server: named.primary, zone, name: `${name}.${zone}`, type: 'A', key: named.key, within: '10s' },
    ...{ servers: [named.secondary], ...more },
  });
  const at = (server: string, name: string, type = 'A') => named.ask(server, `${name}.${zone}`, type);

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
      code: 1,
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
      expect(held).toMatchObject({ code: 1, stderr: expect.stringContaining('timed out') });
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

  describe('changes nothing, and says what to do,', () => {
    const wrong = { name: 'backout-test', secret: Buffer.alloc(32, 1).toString('base64') };
    test.each<[string, () => JsonObject | Promise<JsonObject>, string, string]>([
      [
        'with a wrong secret',
        () => ({ key: wrong }),
        'the secret of the key backout-test is wrong',
        'Correct `key.secret`',
      ],
      [
        'with an unknown key',
        () => ({ key: { ...wrong, name: 'nokey' } }),
        'does not know the key nokey',
        '`key.name`',
      ],
      [
        'with a key without rights',
        () => ({ key: named.powerlessKey }),
        'the key powerless may not change',
        'allow-update',
      ],
      [
        'in a zone that is fixed',
        () => ({ zone: 'fixed.test', name: 'www.fixed.test', servers: [] }),
        'may not change',
        'thaw',
      ],
      [
        'in a zone that is elsewhere',
        () => ({ zone: 'a.test', name: 'www.a.test' }),
        'refuses to answer for a.test',
        '`zone`',
      ],
      ['at a secondary', () => ({ server: named.secondary }), 'may not change', 'allow-update'],
      [
        'without a server',
        async () => ({ server: `127.0.0.1:${await closedPort()}` }),
        'connection refused',
        '`server`',
      ],
      ['with an unknown server', () => ({ server: 'none.invalid' }), 'the host name is not known', '`server`'],
      [
        'while a name server is gone',
        async () => ({ servers: [`127.0.0.1:${await closedPort()}`] }),
        'must answer so',
        '`servers`',
      ],
      ['in a part that others serve', () => ({ name: `www.sub.${zone}` }), 'its answer is not authoritative', '`name`'],
      ['beside an alias', () => ({ name: `alias.${zone}` }), 'is an alias (CNAME) of www.example.test.', '`type`'],
      [
        'where a CNAME would be ignored',
        () => ({ type: 'CNAME', values: ['x.test'] }),
        'has A records',
        'records: none',
      ],
    ])('%s', async (_, more, because, remedy) => {
      const folder = newFolder();
      const asked = { ...given('busy', { values: ['10.0.0.9'] }), ...(await more()) };
      const looked = await preflight(dns, asked, folder);
      expect(looked).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
      expect(looked.ok ? '' : looked.remedy).toContain(remedy);
      const ended = await workInPlace(dns, asked, folder);
      expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining(because)]);
      expect(ended.stderr).not.toContain(wrong.secret);
      expect(at(named.primary, 'busy')).toEqual(['10.0.0.1']);
      expect(existsSync(join(folder, '.backout-dns'))).toBe(false);
    });

    test('where what was before cannot be kept, or what is kept is not to be read', async () => {
      const folder = newFolder();
      writeFileSync(join(folder, 'full'), 'hello');
      const work = (marker: string) => workInPlace(dns, given('busy', { values: ['10.0.0.9'], marker }), folder);
      expect((await work('full/marker')).stderr).toMatch(/cannot be kept in .*Nothing was changed/s);
      expect((await work('full')).stderr).toMatch(/not JSON.*Nothing was changed.*full/s);
      expect(at(named.primary, 'busy')).toEqual(['10.0.0.1']);
      const looked = await preflight(dns, given('busy', { values: ['10.0.0.9'], marker: 'full/marker' }), folder);
      expect(looked).toMatchObject({ ok: false, reason: expect.stringContaining('cannot be kept in') });
      expect(await preflight(dns, given('busy', { values: ['10.0.0.9'], marker: 'full' }), folder)).toMatchObject({
        ok: false,
      });
    });

    test('with the marker of other records', async () => {
      const folder = newFolder();
      await workInPlace(dns, given('kept', { values: ['10.0.0.9'], marker: 'm' }), folder);
      const other = await workInPlace(dns, given('busy', { values: ['10.0.0.9'], marker: 'm' }), folder);
      expect(other.stderr).toContain('keeps the old state of A kept.example.test in zone example.test');
      expect(at(named.primary, 'busy')).toEqual(['10.0.0.1']);
    });

    test.each([
      ['dig', []],
      ['nsupdate', ['dig']],
    ])('without the program %s', async (program, present) => {
      const folder = newFolder();
      for (const each of present) symlinkSync(path(each), join(folder, each));
      const context = contextIn(folder, { env: { PATH: folder } });
      const found = await dns.preflight(parsed(dns, given('busy', { values: ['10.0.0.9'] })), context);
      const said = found.ok ? '' : `${found.reason}\n${found.remedy}`;
      expect(said).toMatch(new RegExp(`program ${program} is missing.*apt-get install bind9-dnsutils`, 's'));
    });

    test('in a preflight: not even the serial number', async () => {
      const serial = named.ask(named.primary, zone, 'SOA');
      const looked = await preflight(dns, given('busy', { values: ['10.0.0.9'] }), newFolder());
      expect(looked).toMatchObject({ ok: true, uncovered: null });
      const back = await preflight(dns, given('busy', { records: 'previous' }), newFolder());
      expect(back).toMatchObject({ ok: true, uncovered: expect.stringContaining('no old records are kept yet') });
      expect(named.ask(named.primary, zone, 'SOA')).toEqual(serial);
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

describe('dns/update', () => {
  const key = { name: 'k', secret: 'c2VjcmV0' };
  const given = { server: 'ns1.example.com', zone, name: `www.${zone}`, type: 'A', key, values: '10.0.0.1' };

  test.each<[JsonObject, string]>([
    [{ values: ['10.0.0.300'] }, 'a value is not of this type'],
    [{ values: ['10.0.0.1\nupdate delete www.example.test. A'] }, 'a value is not of this type'],
    [{ type: 'CNAME', values: ['a.test\nb.test'] }, 'a value is not of this type'],
    [{ type: 'MX', values: ['mail.example.test'] }, 'a value is not of this type'],
    [{ type: 'CNAME', values: ['a.test', 'b.test'] }, 'one CNAME only'],
    [{ name: 'www' }, 'the name is not in the zone'],
    [{ name: 'www.notexample.test' }, 'the name is not in the zone'],
    [{ name: `w ww.${zone}` }, 'not a name in the DNS'],
    [{ name: '@', type: 'NS', values: ['ns2.example.test'] }, 'are not changed this way'],
    [{ records: 'previous' }, 'give `values` or `records`'],
    [{ server: 'http://x' }, 'write a name server'],
    [{ servers: ['a b'] }, 'write a name server'],
    [{ key: { name: 'k', secret: 'no base64!' } }, 'in base64'],
    [{ within: '10' }, 'unit'],
  ])('refuses %j', (more, because) => {
    expect(complaints(dns, { ...given, ...more })).toContain(because);
  });

  test.each([['ns1.example.com:5353'], ['[2001:db8::1]:53'], ['2001:db8::1'], ['10.0.0.1']])('takes %s', (server) => {
    expect(complaints(dns, { ...given, server })).toBe('');
  });
});
