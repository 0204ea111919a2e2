/** What CHANGE means in a call: the path of a change's file, or the id under which a ledger is kept. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Fault } from '../../kernel/fault.ts';
import { nearest } from '../../playbook/suggest.ts';
import type { Home } from '../../runtime/home/home.ts';
import { hasLedger, ledgerFolder, listLedgers } from '../../runtime/home/ledger.ts';

export type MeantChange = { readonly file: string } | { readonly id: string };

/** A path is what leads to a file, or to a folder with a change.yaml in it. */
export function meantChange(text: string, cwd: string): MeantChange {
  const path = resolve(cwd, text);
  const inside = resolve(path, 'change.yaml');
  if (existsSync(inside)) return { file: inside };
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return { file: path };
  if (!/\.ya?ml$/.test(text)) return { id: text };
  throw new Fault(
    'usage',
    `the change ${path} cannot be read: there is no such file`,
    'Give the path of a change file.',
  );
}

/** Throws a Fault (usage) where nothing was ever recorded of the change. */
export function refuseUnknown(home: Home, id: string): void {
  if (hasLedger(ledgerFolder(home, id))) return;
  const known = listLedgers(home);
  const meant = nearest(id, known);
  const others = known.length === 0 ? 'No change has a ledger here.' : `There are: ${known.slice(0, 12).join(', ')}.`;
  const remedy = meant === undefined ? others : `Did you mean ${meant}?`;
  throw new Fault('usage', `nothing is recorded of a change ${id} in ${home.path}`, remedy);
}
