/**
 * Whether data suits the playbook's JSON Schema. Only yes or no: a no is explained by the zod schema, which takes
 * 20 ms and 7 MiB to build and is loaded only then. Knows the keywords that the stored rules use, which are that
 * schema without what is said to people; a test shows that both always agree.
 */
import { storedRules } from './generated/stored-rules.ts';

interface Rules {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Rules[];
  readonly properties?: { readonly [key: string]: Rules };
  readonly additionalProperties?: boolean | Rules;
  readonly propertyNames?: Rules;
  readonly required?: readonly string[];
  readonly items?: Rules;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly definitions?: { readonly [name: string]: Rules };
}

let stored: Rules | undefined;
const patterns = new Map<string, RegExp>();

function wholeSchema(): Rules {
  // A cast beside a parse: the text is made from `buildJsonSchema`.
  stored ??= JSON.parse(storedRules) as Rules;
  return stored;
}

/** The keys that a step of a playbook may have. */
export function stepKeys(): readonly string[] {
  return Object.keys(wholeSchema().definitions?.step?.properties ?? {});
}

export function acceptsPlaybook(data: unknown): boolean {
  return accepts(wholeSchema(), data);
}

function accepts(rules: Rules, value: unknown): boolean {
  if (rules.$ref !== undefined) return accepts(definition(rules.$ref), value);
  if (rules.anyOf !== undefined) return rules.anyOf.some((rule) => accepts(rule, value));
  if ('const' in rules && value !== rules.const) return false;
  if (rules.enum !== undefined && !rules.enum.includes(value)) return false;
  if (typeof rules.type !== 'object') return acceptsType(rules, rules.type, value);
  return rules.type.some((type) => acceptsType(rules, type, value));
}

function acceptsType(rules: Rules, type: string | undefined, value: unknown): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) && acceptsMembers(rules, value);
    case 'array':
      return Array.isArray(value) && acceptsItems(rules, value);
    case 'string':
      return typeof value === 'string' && acceptsText(rules, value);
    case 'integer':
      return Number.isSafeInteger(value) && acceptsNumber(rules, Number(value));
    case 'number':
      return typeof value === 'number' && acceptsNumber(rules, value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    default:
      return true;
  }
}

function definition(reference: string): Rules {
  return wholeSchema().definitions?.[reference.slice('#/definitions/'.length)] ?? { enum: [] };
}

function acceptsMembers(rules: Rules, value: object): boolean {
  if (rules.required?.some((key) => !Object.hasOwn(value, key)) === true) return false;
  for (const [key, member] of Object.entries(value)) {
    const known = rules.properties !== undefined && Object.hasOwn(rules.properties, key);
    const rule = known ? rules.properties?.[key] : rules.additionalProperties;
    if (rule === false || (typeof rule === 'object' && !accepts(rule, member))) return false;
    if (rules.propertyNames !== undefined && !accepts(rules.propertyNames, key)) return false;
  }
  return true;
}

function acceptsItems({ items, minItems }: Rules, value: readonly unknown[]): boolean {
  if (minItems !== undefined && value.length < minItems) return false;
  return items === undefined || value.every((item) => accepts(items, item));
}

function acceptsText({ minLength, maxLength, pattern }: Rules, value: string): boolean {
  if (minLength !== undefined && value.length < minLength) return false;
  if (maxLength !== undefined && value.length > maxLength) return false;
  return pattern === undefined || expression(pattern).test(value);
}

function expression(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(pattern);
  patterns.set(pattern, known);
  return known;
}

function acceptsNumber({ minimum, maximum }: Rules, value: number): boolean {
  return (minimum === undefined || value >= minimum) && (maximum === undefined || value <= maximum);
}
