import { isIP } from 'node:net';
import * as z from 'zod/mini';
import { optionalText, port, text, texts } from '../support/fields.ts';

const address = /^(?:[^<>,;\r\n]*<[^\s<>,;@]+@[^\s<>,;@]+>|[^\s<>,;@]+@[^\s<>,;@]+)$/;
const notAnAddress = 'write one address an item: name@example.com or Name <name@example.com>';

const addresses = (description: string) =>
  texts(description).check(z.refine((list) => list.every((one) => address.test(one)), notAnAddress));

export const input = z
  .strictObject({
    host: z._default(text('The SMTP server. Default: localhost.'), 'localhost'),
    port: z.optional(port('Its port. Default: 25; 587 with a login; 465 with `tls: implicit`.')),
    tls: z._default(
      z
        .enum(['auto', 'required', 'implicit', 'off'])
        .check(
          z.describe(
            'auto (default): STARTTLS where the server offers it; with a login it is required and the certificate verified. required: STARTTLS, verified. implicit: TLS from the first byte, verified. off: none.',
          ),
        ),
      'auto',
    ),
    ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
    user: optionalText('Name to log in with.'),
    password: optionalText('Password to log in with. A secret.'),
    from: text('The sender, e.g. Backout <backout@example.com>.').check(
      z.refine((one) => address.test(one), notAnAddress),
    ),
    to: addresses('Who gets it: an address or a list of them.'),
    cc: z.optional(addresses('Who gets a copy.')),
    replyTo: optionalText('Where answers go.'),
    subject: text('The subject, on one line.').check(z.regex(/^[^\r\n]*$/, 'write it on one line')),
    text: z._default(z.string().check(z.describe('The message, plain text.')), ''),
  })
  .check(
    z.refine(
      (asked) => (asked.user === undefined) === (asked.password === undefined),
      'give `user` and `password` together',
    ),
    z.refine(
      (asked) => asked.tls !== 'off' || asked.user === undefined || isLoopback(asked.host),
      'a password is not sent without TLS to another machine: leave out `tls: off`',
    ),
  );
export type Input = z.infer<typeof input>;

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

export function portOf(asked: Input): number {
  return asked.port ?? (asked.tls === 'implicit' ? 465 : asked.user === undefined ? 25 : 587);
}
