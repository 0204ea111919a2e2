/** The dump into an empty database. The first error ends it. */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { connectionTo, environmentOf } from '../server/login.ts';
import { call } from '../server/psql.ts';
import { type Trouble, troubleOf } from '../server/trouble.ts';
import { contentOf } from './dump.ts';
import type { Stage } from './stage-end.ts';

export async function fill(at: Stage): Promise<Result<null, Trouble>> {
  const { client, order, dump, name } = at;
  if (dump.kind === 'sql') return fillFromSql(at);
  const options = order.ownership === 'skip' ? ['--no-owner', '--no-privileges'] : [];
  const into = ['--exit-on-error', '--no-password', `--jobs=${order.jobs}`, '-d', connectionTo(name, client.login)];
  const done = await call(client, 'pg_restore', [...into, ...options, dump.path]);
  return done.ok ? ok(null) : done;
}

async function fillFromSql({ client, dump, name }: Stage): Promise<Result<null, Trouble>> {
  const { execa } = await import('execa');
  const args = ['-X', '-q', '-w', '-v', 'ON_ERROR_STOP=1', '-d', connectionTo(name, client.login)];
  const ended = await execa('psql', args, {
    input: contentOf(dump),
    env: environmentOf(client),
    extendEnv: false,
    reject: false,
    stdout: 'ignore',
  });
  if (!ended.failed) return ok(null);
  return err(troubleOf(ended.stderr === '' ? (ended.originalMessage ?? '') : ended.stderr, 'psql failed'));
}
