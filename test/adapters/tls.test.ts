import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { adapter as tls } from '../../adapters/tls/index.ts';
import { type Certificates, type Leaf, makeCertificates } from '../rig/servers/certificates.ts';
import { describeWith } from '../rig/servers/needs.ts';
import { serverFolder } from '../rig/servers/server.ts';
import { newFolder } from './rig/folder.ts';
import { closeAfterTest, closedPort, lineServer, listening } from './rig/servers.ts';
import { complaints, perform, preflight } from './rig/step.ts';

const host = '127.0.0.1';

async function tlsServer(leaf: Leaf, more: TlsOptions = {}): Promise<number> {
  const server = createServer({ cert: leaf.cert, key: leaf.key, ...more }, (socket) => socket.on('error', () => {}));
  server.on('tlsClientError', () => {});
  const port = await listening(server);
  closeAfterTest(async () => {
    server.close();
  });
  return port;
}

describeWith(['openssl'], 'tls', () => {
  const { folder, remove } = serverFolder('tls');
  let authority: Certificates;
  let good: Leaf;
  beforeAll(() => {
    authority = makeCertificates(folder);
    good = authority.leaf(['shop.example.com', '*.shop.example.com', host], 30);
  });
  afterAll(remove);
  const look = (port: number, more = {}) => perform(tls, { host, port, ca: authority.ca, ...more });

  test('a trusted certificate for the name, with days left, is good; the outputs say how good', async () => {
    const port = await tlsServer(good);
    const performed = await look(port, { name: 'shop.example.com' });
    expect(performed).toMatchObject({ ok: true, detail: expect.stringContaining('29 days left, TLSv1.3') });
    expect(performed).toMatchObject({ outputs: { daysLeft: '29', protocol: 'TLSv1.3', validTo: expect.any(String) } });
    expect(await look(port)).toMatchObject({ ok: true });
    expect(await look(port, { name: 'eu.shop.example.com' })).toMatchObject({ ok: true });
  });

  test.each<[string, () => Leaf, object, TlsOptions, string]>([
    ['another name', () => good, { name: 'pay.example.com' }, {}, 'not for pay.example.com'],
    ['an unknown authority', () => good, { ca: undefined }, {}, 'its authority is not trusted: give it as `ca`'],
    ['too few days', () => good, { daysLeft: 40 }, {}, 'valid for 29 days more, 40 are wanted'],
    ['the default of days', () => authority.leaf([host], 3), {}, {}, 'valid for 2 days more, 7 are wanted'],
    ['an expired one', () => authority.leaf([host], -1), {}, {}, 'has expired on 20'],
    ['an incomplete chain', () => ({ ...good, cert: good.bare }), {}, {}, 'shows no intermediate certificate'],
    [
      'a protocol that is wanted newer',
      () => good,
      { protocol: 'TLSv1.3' },
      { maxVersion: 'TLSv1.2' },
      'TLSv1.2, older',
    ],
    [
      'an outdated protocol',
      () => good,
      {},
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      'it speaks TLSv1.1, older than TLSv1.2',
    ],
  ])('%s is measured, and bad', async (_, leaf, more, options, because) => {
    const performed = await look(await tlsServer(leaf(), options), more);
    expect(performed).toMatchObject({ ok: false, class: 'check', reason: expect.stringContaining(because) });
  });

  test('all that is wrong is said at once', async () => {
    const port = await tlsServer(authority.leaf(['old.example.com'], -1), { maxVersion: 'TLSv1.2' });
    const performed = await look(port, { protocol: 'TLSv1.3' });
    expect(performed.ok ? '' : performed.reason).toMatch(/has expired.*not for 127\.0\.0\.1.*TLSv1\.2, older/);
  });

  test('the name is asked for by SNI', async () => {
    const names: string[] = [];
    const port = await tlsServer(good, {
      SNICallback: (name, answer) => {
        names.push(name);
        answer(null);
      },
    });
    await look(port, { name: 'shop.example.com' });
    await look(port);
    expect(names).toEqual(['shop.example.com']);
  });

  test.each<[string, () => Promise<number>, string]>([
    ['nothing listens', closedPort, 'connection refused'],
    ['it is no TLS', async () => (await lineServer('220 hello\r\n')).port, 'wrong version number'],
    ['it hangs up', async () => (await lineServer('', 'hang up')).port, 'cut by the other side'],
    ['it is silent', async () => (await lineServer('')).port, 'no TLS handshake within 200 ms'],
  ])('could not be measured when %s', async (_, port, because) => {
    const performed = await look(await port(), { timeout: '200ms' });
    expect(performed).toMatchObject({ ok: false, class: 'error', reason: expect.stringContaining(because) });
  });

  test.each([
    ['none.pem', 'no such file'],
    ['empty.pem', 'holds no certificate'],
  ])('an authority that is none is refused: %s', async (ca, because) => {
    const here = newFolder();
    writeFileSync(join(here, 'empty.pem'), '');
    const reason = expect.stringContaining(because);
    expect(await preflight(tls, { host, ca }, here)).toMatchObject({ ok: false, reason });
    expect(await perform(tls, { host, ca }, { folder: here })).toMatchObject({ ok: false, class: 'error', reason });
  });

  test('refuses what it cannot ask', () => {
    expect(complaints(tls, { host, protocol: 'TLSv1.1' })).not.toBe('');
    expect(complaints(tls, { host, daysLeft: -1 })).not.toBe('');
  });
});
