/** An event of the Events API v2, within its limits. Pure. */
import { sha256 } from '../../src/kernel/sha256.ts';
import { cut } from '../support/cut.ts';
import type { Fact, Rendered } from '../support/message.ts';
import { actionOf, type Input, severityOf } from './input.ts';

const summaryLimit = 1_024;
const keyLimit = 255;
const textLimit = 20_000;
const valueLimit = 2_000;
const mostFacts = 50;

/** One alert a step by default, whichever attempt: an alert that is open is not opened again by a retry. */
export function dedupKeyOf({ dedupKey }: Pick<Input, 'dedupKey'>, key: string): string {
  const made = `backout.${key.replace(/\.\d+$/, '')}`;
  return dedupKey ?? (made.length <= keyLimit ? made : `backout.${sha256(made)}`);
}

export function eventOf(asked: Input, rendered: Rendered, key: string): unknown {
  const action = actionOf(asked);
  const event = { routing_key: asked.routingKey, event_action: action, dedup_key: dedupKeyOf(asked, key) };
  if (action !== 'trigger') return event;
  const payload = {
    summary: cut(rendered.title, summaryLimit),
    source: cut(asked.source || asked.system || 'backout', valueLimit),
    severity: severityOf(asked),
    class: 'backout',
    custom_details: detailsOf(rendered),
  };
  return { ...event, client: 'backout', payload };
}

function detailsOf({ notice, text, facts, reference }: Rendered): { readonly [name: string]: string } {
  const kept = facts.slice(0, mostFacts);
  const missing = facts.length - kept.length;
  const own: readonly Fact[] = [
    { label: 'Notice', value: notice ?? '' },
    { label: 'Text', value: cut(text, textLimit) },
    ...kept.map(({ label, value }) => ({ label: cut(label, keyLimit), value: cut(value, valueLimit) })),
    { label: 'Left out', value: missing === 0 ? '' : `${missing} more facts cut` },
    { label: 'Reference', value: reference },
  ];
  return Object.fromEntries(own.filter(({ value }) => value !== '').map(({ label, value }) => [label, value]));
}
