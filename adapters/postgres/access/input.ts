import * as z from 'zod/mini';
import { duration, texts } from '../../support/fields.ts';
import { databaseName, loginFields } from '../server/login.ts';

const previous = z
  .strictObject({
    connect: texts('The roles that may log in when it is open, `public` for everybody.'),
    connectionLimit: z.optional(
      z.int().check(z.minimum(-1), z.describe('The connection limit when it is open; -1 (default): none.')),
    ),
  })
  .check(
    z.describe(
      'What open means; only needed where nothing else says it: access was closed by somebody else, or nobody but the owner, `except` and superusers can log in.',
    ),
  );

export const input = z.strictObject({
  access: z
    .enum(['closed', 'open'])
    .check(
      z.describe(
        'closed: nobody but `except`, superusers and the role of this login can log in. open: exactly as it was before.',
      ),
    ),
  database: databaseName('The database.'),
  except: z.optional(texts('Roles that may still log in while it is closed (and whoever is a member of them).')),
  within: z._default(duration('How long sessions may take to end. Default: 30s.'), 30_000),
  previous: z.optional(previous),
  ...loginFields,
});
export type Input = z.infer<typeof input>;
