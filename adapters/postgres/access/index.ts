/**
 * `postgres/access`: refuses logins to a database and ends the sessions in it, and puts back what was there before.
 * Superusers are never kept out: PostgreSQL checks no privilege of theirs. Nor is the role of the login itself, which
 * would lock out the restore and the checks that use it too.
 */
import {
  type AdapterContext,
  defineAdapter,
  type Performed,
  type Preflight,
  type Probe,
} from '../../../src/ports/adapter.ts';
import { done, failed, probed } from '../../support/answers.ts';
import { type Client, serverOf } from '../server/login.ts';
import { type Input, input } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'postgres/access',
  summary: 'Refuses logins to a PostgreSQL database and ends its sessions, or opens it again exactly as it was.',
  tested: 'Tested on PostgreSQL 15.',
  input,
  secretFields: ['password'],
  outputs: { ended: 'How many sessions were ended.', access: 'closed or open.' },
  needs: ['psql'],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 120_000,
  describe: (asked) =>
    asked.access === 'open'
      ? [
          `psql on ${serverOf(asked)}: give back the privileges, connection limit and comment that the marker in the comment of ${asked.database} keeps`,
          'prove it with a login, then remove the marker',
        ]
      : [
          `psql on ${serverOf(asked)}: note the privileges of the database ${asked.database} in its comment and REVOKE CONNECT from everybody, in one transaction`,
          `can still log in: ${[...(asked.except ?? []), asked.user ?? 'the role of this login', 'superusers'].join(', ')}`,
          'end the other sessions: pg_terminate_backend, until none is left',
        ],
  preflight,
  probe,
  perform,
});

const clientFor = (asked: Input, { env, signal }: AdapterContext): Client => ({ login: asked, env, signal });

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { examine } = await import('./examine.ts');
  return examine(clientFor(asked, context), asked);
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const { find } = await import('./turn.ts');
  const { letInBy } = await import('./logins.ts');
  const { isClosed } = await import('../server/grants.ts');
  const found = await find(clientFor(asked, context), asked);
  if (!found.ok) return probed('unknown', found.error.reason);
  const { state, marked, logins } = found.value;
  // Opened, it may be open to this login alone; closed, this login is one of those who are let in.
  const closed = isClosed(state, asked.access === 'open' ? (asked.except ?? []) : letInBy(logins, asked.except));
  if (asked.access === 'closed')
    return probed(closed && marked !== null ? 'yes' : 'no', `${asked.database} is ${closed ? 'closed' : 'open'}`);
  if (marked !== null) return probed('no', `the marker of the closed access is still there`);
  return probed(closed ? 'no' : 'yes', `${asked.database} is ${closed ? 'closed' : 'open'}`);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const { close, open } = await import('./turn.ts');
  const client = clientFor(asked, context);
  try {
    const turned = asked.access === 'closed' ? await close(client, asked, context.key) : await open(client, asked);
    if (turned.ok) return done(turned.value.detail, { ended: String(turned.value.ended), access: asked.access });
    const { reason, remedy, said } = turned.error;
    return failed(
      'error',
      `${asked.database} could not be ${asked.access === 'closed' ? 'closed' : 'opened'}: ${reason}. ${remedy}`,
      said,
    );
  } catch (error) {
    if (context.signal.aborted) return failed('error', `${asked.database}: cancelled`);
    throw error;
  }
}
