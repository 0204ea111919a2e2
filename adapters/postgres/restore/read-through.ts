import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type Client, environmentOf } from '../server/login.ts';
import { ending } from '../server/psql.ts';
import { troubleOf } from '../server/trouble.ts';

/** Reads every byte of an archive, as a restore would; resolves with its size as SQL. */
export async function readThrough(client: Client, archive: string): Promise<Result<number, string>> {
  const { execa } = await import('execa');
  const reading = execa('pg_restore', ['--file=-', archive], {
    env: environmentOf(client),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    encoding: 'buffer',
    buffer: { stdout: false },
    ...ending,
    ...(client.signal === undefined ? {} : { cancelSignal: client.signal }),
  });
  let bytes = 0;
  reading.stdout.on('data', (part: Uint8Array) => {
    bytes += part.length;
  });
  const { failed, stderr } = await reading;
  client.signal?.throwIfAborted();
  return failed ? err(troubleOf(Buffer.from(stderr).toString('utf8'), 'pg_restore failed').reason) : ok(bytes);
}
