/** Whether a file is meant as a change, however much is wrong with it. */
import type { Json } from '../../kernel/json.ts';
import { asMapping } from './written.ts';

export function isChange(data: Json): boolean {
  const { kind, steps, phases } = asMapping(data) ?? {};
  return kind === 'Change' || (kind !== 'Playbook' && steps !== undefined && phases === undefined);
}
