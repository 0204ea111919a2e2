/** The facts of an adapter for a terminal: `backout adapters NAME`. */
import type { AdapterFacts, FieldFacts } from './adapter-facts.ts';

export function adapterText(facts: AdapterFacts): string {
  const { name, summary, fields, outputs, needs, nature, again, timeout, tested } = facts;
  const given = Object.entries(outputs).map(([key, words]) => `  ${key}: ${words}`);
  const lines = [
    `${name}: ${summary}`,
    '',
    'Inputs (with:)',
    ...fields.map((field) => `  ${field.path} (${traits(field)}): ${field.description}`),
    ...(given.length === 0 ? [] : ['', 'Outputs', ...given]),
    '',
    ...(needs.length === 0 ? [] : [`Calls: ${needs.join(', ')}`]),
    nature.replaceAll('`', ''),
    again.replaceAll('`', ''),
    timeout === null ? 'Without a timeout of the step it has none.' : `Without a timeout of the step: ${timeout}.`,
    ...(tested === null ? [] : [tested]),
  ];
  return `${lines.join('\n')}\n`;
}

function traits({ kind, required, secret }: FieldFacts): string {
  return [kind.replaceAll('`', ''), ...(required ? ['required'] : []), ...(secret ? ['may be secret'] : [])].join('; ');
}
