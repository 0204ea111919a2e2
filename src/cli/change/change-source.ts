/** The little that a ledger keeps of a change's file: its path, its id, what each step says, and its frame. Checks nothing else. */
import { dirname, resolve } from 'node:path';
import type { ChangeFile } from '../../journal/ledger-event.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Json } from '../../kernel/json.ts';
import { frameDefinition, stepDefinitions, stepNeeds } from '../../playbook/change/definitions.ts';
import { asMapping, asText } from '../../playbook/change/written.ts';
import { readPlaybook } from '../../playbook/read.ts';
import { readBounded } from '../load-playbook.ts';
import type { LoadedChange } from './load-change.ts';

export interface ChangeSource {
  readonly id: string;
  readonly source: ChangeFile;
}

export async function readChangeSource(file: string): Promise<ChangeSource> {
  const read = await readPlaybook(file, readBounded(file, 'change'));
  const [fault] = read.ok ? [] : read.error;
  const data = read.ok ? asMapping(read.value.data) : undefined;
  const id = asText(data?.id);
  if (data?.kind === 'Change' && id !== undefined) {
    const written = asText(data.frame);
    const frame = written === undefined ? null : await readFrame(resolve(dirname(file), written));
    return { id, source: changeFile(file, data, frame) };
  }
  const why = fault?.message ?? (id === undefined ? 'it has no id' : 'it has not kind: Change');
  throw new Fault('usage', `${file} is no change: ${why}`, `See all that is wrong: backout derive ${file}`);
}

/** A pipeline is not stopped because the frame cannot be read: whoever derives the way back is. */
async function readFrame(path: string): Promise<Json | undefined> {
  try {
    const read = await readPlaybook(path, readBounded(path, 'playbook'));
    return read.ok ? read.value.data : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** The same of a change that was read and checked as a whole. */
export const sourceOfLoaded = ({ file, change, frame }: LoadedChange): ChangeFile =>
  changeFile(file, change.document.data, frame?.document.data ?? null);

const changeFile = (file: string, data: Json, frame: Json | undefined): ChangeFile => ({
  file,
  steps: stepDefinitions(data),
  needs: stepNeeds(data),
  ...(frame === undefined ? {} : { frame: frame === null ? null : frameDefinition(frame) }),
});
