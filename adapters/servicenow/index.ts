/** `servicenow`: a note on an incident or a change, its closing, or a new incident (Table API). */
import {
  type AdapterContext,
  defineAdapter,
  type Performed,
  type Preflight,
  type Probe,
} from '../../src/ports/adapter.ts';
import { withRetries } from '../support/again.ts';
import { done, failed, notReady, probed, ready } from '../support/answers.ts';
import type { Refusal } from '../support/api.ts';
import { describeMessage } from '../support/describe-message.ts';
import { render } from '../support/message.ts';
import { hostOf } from '../support/secure-url.ts';
import { type Input, input } from './input.ts';
import { missingColumns, notesHidden, stateOf } from './record.ts';
import { findRecord, tell } from './table.ts';

export const adapter = defineAdapter<Input>({
  name: 'servicenow',
  summary: 'Writes a note on a ServiceNow incident or change, closes it, or opens an incident (Table API).',
  tested:
    'Tested against a stand-in of the Table API with its documented answers, not against an instance: its own rules, rights and states are yours to try.',
  input,
  secretFields: ['password', 'token'],
  outputs: { number: 'The number of the record.', sysId: 'Its sys_id.', state: 'Its state, in words.' },
  needs: [],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `${asked.number === undefined ? 'open an incident' : `write ${asked.note} on ${asked.number}`} at ${hostOf(asked.baseUrl)}`,
    ...(asked.state === undefined ? [] : [`state: ${asked.state}`]),
    ...(asked.closeCode === undefined ? [] : [`close code: ${asked.closeCode}`]),
    ...Object.entries(asked.set ?? {}).map(([column, value]) => `${column}: ${value.replaceAll(/\s+/g, ' ')}`),
    ...describeMessage(asked),
  ],
  preflight,
  probe,
  perform,
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const found = await findRecord(asked, context);
  const where = hostOf(asked.baseUrl);
  if (!found.ok) return notReady(`${where}: ${found.error.reason}`, remedyFor(found.error));
  const uncovered = 'whether the account may write is not tried';
  if (asked.number === undefined) return ready([`${where} lets the account read ${asked.table}`], uncovered);
  if (found.value !== undefined) return ready([`${asked.number} is there: ${stateOf(found.value)}`], uncovered);
  const reason = `${where}: there is no ${asked.number} in ${asked.table}, or this account may not see it`;
  return notReady(reason, 'Correct `number` and `table`, or give the account the role that reads it.');
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const found = await findRecord(asked, context);
  if (!found.ok) return probed('unknown', found.error.reason);
  if (found.value === undefined) return probed('no', `there is no ${asked.number ?? 'incident of this message'}`);
  const number = found.value.number.value;
  if (asked.number === undefined) return probed('yes', `${number} was opened by this message`);
  if (notesHidden(found.value, asked)) return probed('unknown', `${number} shows no ${asked.note} to this account`);
  return Object.keys(missingColumns(found.value, asked, render(asked, context))).length === 0
    ? probed('yes', `${number} has the message, ${stateOf(found.value)}`)
    : probed('no', `${number} has not all of it, ${stateOf(found.value)}`);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const rendered = render(asked, context);
  const told = await withRetries(context.signal, () => tell(asked, rendered, context));
  if (!told.ok) {
    const what = asked.number ?? 'a new incident';
    return failed(
      'error',
      `ServiceNow, ${what} at ${hostOf(asked.baseUrl)}: ${told.error.reason}. ${remedyFor(told.error)}`,
    );
  }
  const { record, how } = told.value;
  const hidden =
    how === 'updated' && notesHidden(record, asked) ? `; its ${asked.note} are not shown to this account` : '';
  return done(`ServiceNow: ${record.number.value} ${how}, ${stateOf(record)}${hidden}`, {
    number: record.number.value,
    sysId: record.sys_id.value,
    state: stateOf(record),
  });
}

function remedyFor({ status, reason, again }: Refusal): string {
  if (status === 401) return 'Correct `user` and `password`, or `token`.';
  if (status === 403) return 'Give the account the role that it needs (itil), or see which rule refuses it.';
  if (status === 404) return 'Correct `baseUrl`, `table` and `number`.';
  if (status === null) return 'See that this machine reaches the instance, or tell the Service Desk by telephone.';
  if (again) return 'ServiceNow has trouble: try again later, or tell the Service Desk by telephone.';
  if (/^there is no/.test(reason)) return 'Correct `number` and `table`, or give the account the role that reads it.';
  if (/shows|do not show/.test(reason)) return 'See which columns the account may write and what the state needs.';
  return 'Look at the instance: is it awake, and is `baseUrl` the instance itself?';
}
