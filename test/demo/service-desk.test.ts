import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { openServiceDesk, readMail, type ServiceDesk } from '../../demo/service-desk.ts';

let desk: ServiceDesk;
beforeEach(async () => {
  desk = await openServiceDesk();
});
afterEach(() => desk.close());

test('keeps what it is sent, readable', async () => {
  const transport = createTransport({ host: '127.0.0.1', port: desk.port, ignoreTLS: true });
  const text = `Zürich = 100 % open\n${'a long line '.repeat(12)}\n\nlast`;
  await transport.sendMail({ from: 'a@example.com', to: 'b@example.com, c@example.com', subject: 'Backout', text });
  transport.close();
  expect(desk.mailbox).toMatchObject([{ to: ['b@example.com', 'c@example.com'], text }]);
  expect(desk.mailbox[0]?.headers.get('subject')).toBe('Backout');
});

test.each([
  ['a folded header', 'Subject: one\r\n two\r\n\r\nbody', { subject: 'one two', text: 'body' }],
  ['no body', 'Subject: one\r\n\r\n', { subject: 'one', text: '' }],
  ['empty lines in the body', 'Subject: x\r\n\r\na\r\n\r\nb\r\n', { subject: 'x', text: 'a\n\nb' }],
])('reads %s', (_, source, expected) => {
  const mail = readMail(source);
  expect({ subject: mail.headers.get('subject'), text: mail.text }).toEqual(expected);
});
