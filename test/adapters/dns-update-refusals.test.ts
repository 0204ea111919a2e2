/** Against a real BIND: what cannot be done is said, with what to do, and nothing was changed. */
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../../src/kernel/json.ts';
import { type Named, namedPrograms } from '../rig/servers/named.ts';
import { describeWith, path } from '../rig/servers/needs.ts';
import { type DnsScene, dns, dnsScene, zone } from './rig/dns-scene.ts';
import { newFolder } from './rig/folder.ts';
import { closedPort } from './rig/servers.ts';
import { complaints, contextIn, parsed, preflight, workInPlace } from './rig/step.ts';

jest.setTimeout(60_000);

describeWith(namedPrograms, 'dns/update changes nothing, and says what to do,', () => {
  let named: Named;
  let given: DnsScene['given'];
  let at: DnsScene['at'];
  beforeAll(async () => {
    ({ named, given, at } = await dnsScene());
  });
  afterAll(() => named.stop());
  const wrong = { name: 'backout-test', secret: Buffer.alloc(32, 1).toString('base64') };
  test.each<[string, () => JsonObject | Promise<JsonObject>, string, string]>([
    [
      'with a wrong secret',
      () => ({ key: wrong }),
      'the secret of the key backout-test is wrong',
      'Correct `key.secret`',
    ],
    ['with an unknown key', () => ({ key: { ...wrong, name: 'nokey' } }), 'does not know the key nokey', '`key.name`'],
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
    ['without a server', async () => ({ server: `127.0.0.1:${await closedPort()}` }), 'connection refused', '`server`'],
    ['with an unknown server', () => ({ server: 'none.invalid' }), 'the host name is not known', '`server`'],
    [
      'while a name server is gone',
      async () => ({ servers: [`127.0.0.1:${await closedPort()}`] }),
      'must answer so',
      '`servers`',
    ],
    ['in a part that others serve', () => ({ name: `www.sub.${zone}` }), 'its answer is not authoritative', '`name`'],
    ['beside an alias', () => ({ name: `alias.${zone}` }), 'is an alias (CNAME) of www.example.test.', '`type`'],
    ['where a CNAME would be ignored', () => ({ type: 'CNAME', values: ['x.test'] }), 'has A records', 'records: none'],
  ])('%s', async (_, more, because, remedy) => {
    const folder = newFolder();
    const asked = { ...given('busy', { values: ['10.0.0.9'] }), ...(await more()) };
    const looked = await preflight(dns, asked, folder);
    expect(looked).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
    expect(looked.ok ? '' : looked.remedy).toContain(remedy);
    const ended = await workInPlace(dns, asked, folder);
    expect([ended.code, ended.stderr]).toEqual([119, expect.stringContaining(because)]);
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
