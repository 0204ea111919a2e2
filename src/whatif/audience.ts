/** Who hears what a telling step says, as far as the plan shows it. */
import type { PlannedStep } from '../plan/plan.ts';

/** What the adapters call their recipients. */
const recipientKeys = ['to', 'channel', 'issue', 'number', 'page', 'routingKey', 'url'];

/** `email duty-manager@example.com`; the step's name where it does not show whom it tells. */
export function audienceOf({ action, name }: PlannedStep): string {
  if (action.kind !== 'adapter') return name;
  const key = recipientKeys.find((each) => typeof action.input[each] === 'string' || Array.isArray(action.input[each]));
  const value = key === undefined ? undefined : action.input[key];
  const list = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
  const open = list.filter((each) => !each.includes('${{'));
  return open.length === 0 ? `${action.adapter}: ${name}` : `${action.adapter} ${open.join(', ')}`;
}
