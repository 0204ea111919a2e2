/** The little that a ledger keeps of a change's file: its path, its id, and what each step says. Checks nothing else. */
import type { ChangeFile } from '../../journal/ledger-event.ts';
import { Fault } from '../../kernel/fault.ts';
import { stepDefinitions } from '../../playbook/change/definitions.ts';
import { asMapping, asText } from '../../playbook/change/written.ts';
import { readPlaybook } from '../../playbook/read.ts';
import { readBounded } from '../load-plan.ts';

export interface ChangeSource {
  readonly id: string;
  readonly source: ChangeFile;
}

export async function readChangeSource(file: string): Promise<ChangeSource> {
  const read = await readPlaybook(file, readBounded(file, 'change'));
  const [fault] = read.ok ? [] : read.error;
  const data = read.ok ? asMapping(read.value.data) : undefined;
  const id = asText(data?.id);
  if (data?.kind === 'Change' && id !== undefined) return { id, source: { file, steps: stepDefinitions(data) } };
  const why = fault?.message ?? (id === undefined ? 'it has no id' : 'it has not kind: Change');
  throw new Fault('usage', `${file} is no change: ${why}`, `See all that is wrong: backout derive ${file}`);
}
