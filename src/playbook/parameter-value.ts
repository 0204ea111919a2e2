/** Whether a value suits the declaration of its parameter. */
import type { Json } from '../kernel/json.ts';
import { acceptableValue } from './acceptable-value.ts';
import type { ParameterContent } from './content.ts';

type Rules = Omit<ParameterContent, 'enum'> & { readonly enum?: ParameterContent['enum'] | undefined };

/** What is wrong with `value`, as the end of a sentence that begins with it. */
export function parameterFault(rules: Rules, value: Json): string | undefined {
  const type = rules.type ?? 'string';
  const fits = type === 'integer' ? Number.isSafeInteger(value) : typeof value === type;
  if (!fits) return `is not ${typeNames[type]}`;
  if (rules.enum !== undefined && !rules.enum.includes(value as string | number | boolean)) {
    return `is none of ${rules.enum.map((item) => JSON.stringify(item)).join(', ')}`;
  }
  if (typeof value === 'number') return rangeFault(rules, value);
  if (typeof value !== 'string') return undefined;
  if (rules.pattern !== undefined && !new RegExp(rules.pattern).test(value)) {
    return `does not match its pattern ${rules.pattern}`;
  }
  return acceptableValue(value);
}

function rangeFault({ min, max }: Rules, value: number): string | undefined {
  if (min !== undefined && value < min) return `is below ${min}, the smallest allowed`;
  return max !== undefined && value > max ? `is above ${max}, the largest allowed` : undefined;
}

/** The value that `text`, as given on a command line, stands for; `undefined`: it is none of that type. */
export function parseParameter(type: ParameterContent['type'], text: string): Json | undefined {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (type !== 'number' && type !== 'integer') return text;
  const written = type === 'integer' ? /^[+-]?\d+$/ : /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
  const number = Number(text);
  return written.test(text) && Number.isFinite(number) ? number : undefined;
}

export const typeNames = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
} as const;
