/** Values that stand in for a parameter that is not given: they suit its declaration, or there are none. */
import type { ParameterContent } from '../playbook/content.ts';
import { parameterFault, parseParameter } from '../playbook/parameter-value.ts';
import { sampleOf } from './pattern-sample.ts';

/** Documentation addresses (RFC 2606, RFC 5737), and the other forms that adapters ask for. */
const usualTexts = [
  'example',
  '/srv/example',
  'https://example.com',
  'example.com',
  'example.com:443',
  '192.0.2.1',
  'user@example.com',
  '1',
  '30s',
  '2026-01-01T00:00:00Z',
  'example:/srv/example',
  'OPS-1',
  'CHG0000001',
  'a'.repeat(32),
  'one,two,three',
];

/** Values that suit the declaration, as text, the likeliest first. */
export function standIns(parameter: ParameterContent): readonly string[] {
  const { type = 'string', pattern, min, max } = parameter;
  const sample = pattern === undefined ? undefined : sampleOf(pattern);
  const texts = [...usualTexts, ...(sample === undefined ? [] : [sample])];
  const numbers = [1, min ?? 1, max ?? 1, 0].map(String);
  const all =
    parameter.enum?.map(String) ??
    { string: texts, integer: numbers, number: numbers, boolean: ['true', 'false'] }[type];
  return [...new Set(all)].filter((text) => {
    const value = parseParameter(type, text);
    return value !== undefined && parameterFault(parameter, value) === undefined;
  });
}
