/** `sqlite/restore`: puts an SQLite database back; the work is in `work.ts`, in a process of its own. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReady, probed, ready } from '../../support/answers.ts';
import { stands, statOf } from '../../support/durable.ts';
import { lastLines, reasonOf } from '../../support/reason.ts';
import { fileKey, orderFor } from '../../support/work.ts';
import { type Input, input, type Order, orderOf } from './input.ts';
import { placesOf, sidecars } from './places.ts';

export const adapter = defineAdapter<Input>({
  name: 'sqlite/restore',
  summary: 'Puts an SQLite database back from a backup, safely: never by copying over a file that is in use.',
  tested: 'Tested on real databases, with other processes that read and write them.',
  input,
  secretFields: [],
  outputs: {
    bytes: 'The size of the restored database.',
    integrity: 'What its integrity check said: ok.',
    old: 'Where the old database is kept.',
  },
  needs: [],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: null,
  describe: (asked) => [
    `restore the SQLite database ${asked.database} from ${asked.backup}`,
    asked.into === 'live'
      ? "copy into the live database through SQLite's backup API"
      : 'check the backup, lock the database, move its log files aside, swap the file',
    'keep the old database',
  ],
  preflight,
  probe,
  command: (asked, context) => ({ argv: workerArgv('sqlite/restore'), stdin: orderFor(asked, context) }),
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const order = orderOf(asked, context.folder);
  const { parent } = placesOf(order.database, fileKey(context.key));
  try {
    await access(parent, constants.W_OK | constants.X_OK);
    const wrong = wrongTarget(order);
    if (wrong !== null) return wrong;
    const { exitCode, stdout, stderr } = await ask('sqlite/check', asked, context);
    if (exitCode !== 0) {
      const [reason = 'it could not be checked', remedy = 'See to the backup.'] = stderr.trim().split('\n');
      return notReady(reason, remedy);
    }
    return await preflightHolders(order, stdout.trim());
  } catch (error) {
    return notReady(`${parent}: ${reasonOf(error)}`, 'Make the folder, or run as a user who may write there.');
  }
}

function wrongTarget({ database, backup }: Order): Preflight | null {
  const there = statOf(database);
  if (database === backup) return notReady(`${database} is the backup itself`, 'Correct `database`.');
  if (there?.isSymbolicLink() === true)
    return notReady(`${database} is a symbolic link`, 'Name the file that it points at.');
  if (there !== undefined && !there.isFile()) return notReady(`${database} is not a file`, 'Correct `database`.');
  return null;
}

/** Held now is no obstacle yet: the plan stops the service before it restores. It is said, though. */
async function preflightHolders({ database, into }: Order, checked: string): Promise<Preflight> {
  if (into === 'live') return ready([checked]);
  const { holdersOf } = await import('./holders.ts');
  const { seen, hidden } = holdersOf([database, ...sidecars.map((suffix) => database + suffix)]);
  if (seen.length > 0)
    return ready([checked], `open at the moment in ${seen.join(', ')}, which must be stopped before the restore`);
  const note = hidden === 0 ? null : `the open files of ${hidden} processes of other users could not be looked at`;
  return ready([checked, `${database} is open in no process that can be seen`], note);
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const order = orderOf(asked, context.folder);
  try {
    const { fresh, part, old } = placesOf(order.database, fileKey(context.key));
    if (stands(fresh) || stands(part))
      return probed('no', `the restored database is still staged beside ${order.database}`);
    if (!stands(order.database)) return probed('no', `${order.database} is not there`);
    if (order.into === 'file' && stands(old)) return probed('yes', `the swap is done: the old database is ${old}`);
    const { exitCode, stdout, stderr } = await ask('sqlite/compare', asked, context);
    if (exitCode === 0) return probed('yes', stdout.trim());
    return exitCode === 3 ? probed('no', stdout.trim()) : probed('unknown', lastLines(stderr, 1));
  } catch (error) {
    return probed('unknown', reasonOf(error));
  }
}

async function ask(worker: string, asked: Input, context: AdapterContext) {
  const { execa } = await import('execa');
  const [node, ...args] = workerArgv(worker);
  const ended = await execa(node, args, {
    input: orderFor(asked, context),
    reject: false,
    cancelSignal: context.signal,
  });
  context.signal.throwIfAborted();
  return ended;
}
