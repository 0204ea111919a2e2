import * as z from 'zod/mini';
import { duration, optionalText } from '../support/fields.ts';
import { messageFields } from '../support/message.ts';
import { secretUrl } from '../support/secure-url.ts';

const column = /^[a-z][a-z0-9_]*$/;

export const input = z
  .strictObject({
    baseUrl: secretUrl('The instance, e.g. https://example.service-now.com.'),
    user: optionalText('Name to log in with.'),
    password: optionalText('Password to log in with. A secret.'),
    token: optionalText('An OAuth access token, instead of `user` and `password`. A secret.').check(
      z.refine((token) => token === undefined || /^[\x21-\x7e]+$/.test(token), 'write the token without spaces'),
    ),
    table: z._default(
      z
        .enum(['incident', 'change_request', 'change_task'])
        .check(z.describe('Where the record is. Default: incident.')),
      'incident',
    ),
    number: optionalText('The record, e.g. INC0010001 or CHG0000042. Without it a new incident is opened.').check(
      z.refine((number) => number === undefined || /^[A-Z]+[0-9]+$/.test(number), 'write it as INC0010001'),
    ),
    note: z._default(
      z
        .enum(['work_notes', 'comments'])
        .check(
          z.describe('work_notes (default): for those who work on it. comments: those who reported it see it too.'),
        ),
      'work_notes',
    ),
    state: z.optional(
      z
        .pipe(
          z.union([z.int(), z.string().check(z.regex(/^-?\d+$/, 'write the value of the state, a number'))]),
          z.transform(String),
        )
        .check(
          z.describe('The state to bring it to, by its value: 6 is Resolved for an incident, 3 Closed for a change.'),
        ),
    ),
    closeCode: optionalText('The close code, as the instance has them, e.g. `Solution provided`, `unsuccessful`.'),
    closeNotes: optionalText('The close notes. Default, with `closeCode`: the message in one line.'),
    set: z.optional(
      z
        .record(z.string().check(z.regex(column, 'write the name of a column, e.g. assignment_group')), z.string())
        .check(z.describe('More columns to set, by their names, e.g. `{ assignment_group: Service Desk }`.')),
    ),
    ...messageFields,
    ca: optionalText('A PEM file with the certificate authority to trust instead of the system ones.'),
    timeout: z._default(duration('How long one request may take. Default: 10s.'), 10_000),
  })
  .check(
    z.refine(
      (asked) => (asked.user === undefined) === (asked.password === undefined),
      'give `user` and `password` together',
    ),
    z.refine(
      (asked) => (asked.user === undefined) !== (asked.token === undefined),
      'give `user` and `password`, or `token`; not both',
    ),
    z.refine(
      (asked) => asked.number !== undefined || asked.table === 'incident',
      'give `number`: only incidents are opened',
    ),
    z.refine(
      (asked) => asked.number !== undefined || (asked.state === undefined && asked.closeCode === undefined),
      'give `number` with `state` and `closeCode`: a new incident is not closed at once',
    ),
  );
export type Input = z.infer<typeof input>;
