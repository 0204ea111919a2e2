/** Read-only: could access be turned? */
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { Preflight } from '../../../src/ports/adapter.ts';
import { notReady, ready } from '../../support/answers.ts';
import { parseAnswer } from '../server/database-state.ts';
import { type Client, maintenanceOf, serverOf } from '../server/login.ts';
import { inMaintenance } from '../server/psql.ts';
import { literal } from '../server/quote.ts';
import type { Trouble } from '../server/trouble.ts';
import { foundClosed, whatIsOpen } from './found-closed.ts';
import type { Input } from './input.ts';
import { type Logins, mayLogIn } from './logins.ts';
import { find } from './turn.ts';

const rights = z.strictObject({
  user: z.string(),
  super: z.boolean(),
  owner: z.boolean(),
  signal: z.boolean(),
  roles: z.array(z.string()),
});

const rightsQuery = (database: string, roles: readonly string[]): string => `
SELECT json_build_object('user', session_user, 'super', rolsuper, 'owner', rolsuper OR pg_has_role(d.datdba, 'USAGE'),
  'signal', rolsuper OR pg_has_role('pg_signal_backend', 'USAGE'),
  'roles', (SELECT coalesce(json_agg(rolname), '[]') FROM pg_roles WHERE rolname = ANY (ARRAY[${roles.map(literal).join(', ')}]::name[])))
FROM pg_database d, pg_roles WHERE d.datname = ${literal(database)} AND rolname = session_user;`;

export async function examine(client: Client, asked: Input): Promise<Preflight> {
  const { database, except = [], previous } = asked;
  const where = `${database} on ${serverOf(client.login)}`;
  if (maintenanceOf(client) === database)
    return notReady(`${database} is the database that backout itself logs in to`, 'Name another one as `maintenance`.');
  const found = await find(client, asked);
  if (!found.ok) return refused(where, found.error);
  const has = await rightsOf(client, asked);
  if (!has.ok) return refused(where, has.error);
  const { user, owner, signal, roles } = has.value;
  if (!owner) return notReady(`${user} is neither a superuser nor the owner of ${database}`, 'Log in as one of these.');
  const lacking = except.filter((role) => !roles.includes(role));
  if (lacking.length > 0) return notReady(`there is no role ${lacking.join(', ')}`, 'Correct `except`, or create it.');
  if (asked.access === 'closed' && !signal)
    return notReady(`${user} may not end the sessions of others`, `GRANT pg_signal_backend TO ${user};`);
  const { state, marked, logins } = found.value;
  if (asked.access === 'closed' && marked === null && previous === undefined && foundClosed(found.value, except))
    return refused(where, whatIsOpen(asked, state));
  const checked = [`login as ${user} works`, `${user} may change ${where}`];
  if (asked.access === 'open') return ready(checked);
  if (!logins.self.superuser && logins.heirs.length > 0) return heirsStay(logins);
  return ready([...checked, `can still log in while it is closed: ${mayLogIn(logins, except)}`]);
}

/** To let this login in would let them in with it. */
const heirsStay = ({ self, heirs }: Logins): Preflight =>
  notReady(
    `${heirs.join(', ')} can log in as long as ${self.name} can, as a member of it`,
    `Name them in \`except\` if that is meant; else log in as a superuser, or as an owner who has no members.`,
  );

async function rightsOf(
  client: Client,
  { database, except = [] }: Input,
): Promise<Result<z.infer<typeof rights>, Trouble>> {
  const answer = await inMaintenance(client, rightsQuery(database, except));
  const parsed = answer.ok ? parseAnswer(rights, answer.value) : answer;
  return parsed.ok ? ok(parsed.value) : parsed;
}

const refused = (where: string, { reason, remedy }: Trouble): Preflight => notReady(`${where}: ${reason}`, remedy);
