/** `files/rsync`: makes a folder what another is; the work is in `work.ts`, in a process of its own. */
import { type AdapterContext, defineAdapter, type Preflight, type Probe } from '../../../src/ports/adapter.ts';
import { workerArgv } from '../../../src/ports/entry.ts';
import { notReady, probed, ready } from '../../support/answers.ts';
import { reasonOf } from '../../support/reason.ts';
import { fileCount, inWords } from '../../support/space.ts';
import { some } from '../../support/words.ts';
import { fileKey, orderFor } from '../../support/work.ts';
import { copyArgs, proveArgs } from './argv.ts';
import { type Input, input, orderOf } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'files/rsync',
  summary: 'Makes a folder what another one is, here or over ssh, with rsync; proven by comparing the contents.',
  tested: 'Tested with rsync on local file systems and through OpenSSH 9.2 on loopback.',
  input,
  secretFields: [],
  outputs: {
    files: 'How many files were copied.',
    bytes: 'Their size together.',
    deleted: 'How many files were removed from the target.',
    backup: 'Where what was replaced or removed is kept.',
  },
  needs: ['rsync', 'sync'],
  repeatable: false,
  readOnly: false,
  tellsUntouched: true,
  defaultTimeoutMs: null,
  describe: (asked) => {
    const order = { ...orderOf(asked, '/', 'ATTEMPT'), source: asked.source, target: asked.target };
    const shown = (args: readonly string[]) => ['rsync', ...args].map(quoted).join(' ');
    return [shown(copyArgs(order)), `prove that nothing differs: ${shown(proveArgs(order))}`];
  },
  preflight,
  probe,
  command: (asked, context) => ({ argv: workerArgv('files/rsync'), stdin: orderFor(asked, context) }),
});

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''").replaceAll('\n', '\\n')}'`;

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const order = orderOf(asked, context.folder, fileKey(context.key));
  try {
    const { examine } = await import('./examine.ts');
    const looked = await examine(order, { env: context.env, signal: context.signal });
    if (!looked.ok) return notReady(looked.error.reason, looked.error.remedy);
    const { transferred, bytes, deleted } = looked.value.stats;
    const would = `${fileCount(transferred)} (${inWords(bytes)}) would be copied from ${order.source}`;
    const uncovered = order.localTarget === null ? 'the room on the other host was not looked at' : null;
    return ready([would, `${deleted} would be removed from ${order.target}`], uncovered);
  } catch (error) {
    return notReady(`${order.source} to ${order.target}: ${reasonOf(error)}`, 'Remove the cause, then try again.');
  }
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const order = orderOf(asked, context.folder, fileKey(context.key));
  try {
    const { rsync } = await import('./rsync.ts');
    const proof = await rsync(proveArgs(order), { env: context.env, signal: context.signal });
    if (!proof.ok) return probed('unknown', proof.error.reason);
    const { count, changes } = proof.value;
    return count === 0
      ? probed('yes', `${order.target} is what ${order.source} is`)
      : probed('no', `${count} differ: ${some(changes)}`);
  } catch (error) {
    return probed('unknown', reasonOf(error));
  }
}
