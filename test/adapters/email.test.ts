import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/email/index.ts';
import { certificate } from './rig/certificate.ts';
import { newFolder } from './rig/folder.ts';
import { headerOf, mailServer } from './rig/mail-server.ts';
import { closedPort, lineServer } from './rig/servers.ts';
import { complaints, perform, preflight } from './rig/step.ts';

const letter = (port: number, more = {}) => ({
  host: '127.0.0.1',
  port,
  from: 'Backout <backout@example.com>',
  to: 'desk@example.com',
  subject: 'Backout of CHG0042 begun',
  text: 'It has begun.',
  ...more,
});

function folderWithCa(): string {
  const folder = newFolder();
  writeFileSync(join(folder, 'ca.pem'), certificate);
  return folder;
}

describe('email', () => {
  test('arrives, encrypted where the server offers it', async () => {
    const server = await mailServer();
    const to = ['desk@example.com', 'Dora D <dora@example.com>'];
    const performed = await perform(adapter, letter(server.port, { to, cc: 'boss@example.com' }));
    expect(performed).toMatchObject({
      ok: true,
      outputs: { accepted: 'desk@example.com, dora@example.com, boss@example.com' },
    });
    expect(server.mails).toMatchObject([
      { secure: true, to: ['desk@example.com', 'dora@example.com', 'boss@example.com'] },
    ]);
    const [mail] = server.mails;
    expect(headerOf(mail, 'Subject')).toBe('Backout of CHG0042 begun');
    expect(headerOf(mail, 'Auto-Submitted')).toBe('auto-generated');
    expect(mail?.source).toMatch(/\n\nIt has begun\.\s*$/);
  });

  test('its Message-ID is the same for the same attempt, and another for another', async () => {
    const server = await mailServer();
    for (const key of ['k-1', 'k-1', 'k-2']) await perform(adapter, letter(server.port), { key });
    const [first, again, other] = server.mails.map((mail) => headerOf(mail, 'Message-ID'));
    expect(first).toMatch(/^<[0-9a-f]{32}\.backout@example\.com>$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test('logs in over verified STARTTLS only', async () => {
    const server = await mailServer({ login: ['backout', 'secret-password'] });
    const login = { user: 'backout', password: 'secret-password' };
    const unverified = await perform(adapter, letter(server.port, login));
    expect(unverified).toMatchObject({ ok: false, reason: expect.stringContaining('certificate') });
    expect(server.logins).toEqual([]);
    expect(
      await perform(adapter, letter(server.port, { ...login, ca: 'ca.pem' }), { folder: folderWithCa() }),
    ).toMatchObject({ ok: true });
    expect(server.mails).toMatchObject([{ secure: true, user: 'backout' }]);
  });

  test('a server without STARTTLS gets no password', async () => {
    const server = await mailServer({ login: ['backout', 'secret-password'], startTls: 'not offered' });
    const login = { user: 'backout', password: 'secret-password' };
    expect(await perform(adapter, letter(server.port, login))).toMatchObject({ ok: false });
    expect(server.logins).toEqual([]);
    expect(complaints(adapter, letter(25, { ...login, host: 'mail.example.com', tls: 'off' }))).toContain(
      'without TLS',
    );
  });

  test('a wrong password is said at once, not tried again, and not shown', async () => {
    const server = await mailServer({ login: ['backout', 'secret-password'] });
    const wrong = letter(server.port, { user: 'backout', password: 'wrong-password', ca: 'ca.pem' });
    const folder = folderWithCa();
    const performed = await perform(adapter, wrong, { folder });
    expect(performed).toMatchObject({ ok: false, reason: expect.stringContaining('535') });
    expect(JSON.stringify(performed)).not.toContain('wrong-password');
    expect(server.logins).toHaveLength(1);
    expect(await preflight(adapter, wrong, folder)).toMatchObject({
      ok: false,
      remedy: 'Correct `user` and `password`.',
    });
  });

  test('"not now" is tried again, "no" is not', async () => {
    const busy = await mailServer({ refuse: (n) => (n === 1 ? 451 : undefined) });
    expect(await perform(adapter, letter(busy.port))).toMatchObject({ ok: true });
    expect(busy.mails).toHaveLength(1);
    let asked = 0;
    const closed = await mailServer({
      refuse: () => {
        asked += 1;
        return 554;
      },
    });
    expect(await perform(adapter, letter(closed.port))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('554'),
    });
    expect(asked).toBe(1);
  });

  test('a recipient that is refused is a failure, by name', async () => {
    const { port } = await mailServer({ refuseRecipient: 'dora@example.com' });
    const performed = await perform(adapter, letter(port, { to: ['desk@example.com', 'dora@example.com'] }));
    expect(performed).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/refused dora@example.com, and accepted desk@example.com/),
    });
  });

  test('P10: a message that is not real says so in its subject and first line', async () => {
    const server = await mailServer();
    await perform(adapter, letter(server.port), { mode: 'dry-run' });
    const [mail] = server.mails;
    expect(headerOf(mail, 'Subject')).toBe('[DRY RUN] Backout of CHG0042 begun');
    expect(mail?.source).toMatch(/\n\nThis is a DRY RUN: nothing is done for real\.\n/);
  });

  test('preflight talks to the server and sends nothing', async () => {
    const server = await mailServer();
    expect(await preflight(adapter, letter(server.port))).toMatchObject({ ok: true });
    expect(await preflight(adapter, letter(await closedPort()))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('connection refused'),
    });
    const rude = await lineServer('554 no service here\r\n');
    expect(await preflight(adapter, letter(rude.port))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('554'),
    });
    expect(server.mails).toEqual([]);
  });

  test.each([
    [{ to: 'a@example.com, b@example.com' }, 'one address an item'],
    [{ to: ['nobody'] }, 'one address an item'],
    [{ subject: 'two\nBcc: spy@example.com' }, 'on one line'],
    [{ user: 'x' }, '`user` and `password` together'],
  ])('refuses %j', (more, because) => {
    expect(complaints(adapter, letter(25, more))).toContain(because);
  });
});
