import { sizeOfTree, type TreeSize } from '../../support/tree/walk.ts';

/** What `find` says of each: `f1024` is a file of 1,024 bytes; what else there is (`l`, `p`, …) counts without its size. */
const each = String.raw`%y%s\n`;

/** As `sizeOfTree` says; by `find`, which needs a fifth of the time where there are very many, if there is one here. */
export async function measured(root: string): Promise<TreeSize> {
  const { execa } = await import('execa');
  const { failed, stdout } = await execa('find', [root, '!', '-type', 'd', '-printf', each], {
    reject: false,
    stdin: 'ignore',
    maxBuffer: 1_000_000_000,
  });
  if (failed) return sizeOfTree(root);
  const leaves = stdout.split('\n').filter((leaf) => leaf !== '');
  const bytes = leaves.reduce((sum, leaf) => sum + (leaf.startsWith('f') ? Number(leaf.slice(1)) : 0), 0);
  return { files: leaves.length, bytes };
}
