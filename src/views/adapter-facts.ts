/**
 * What there is to know of an adapter, from the adapter itself: what the reference page and `backout adapters NAME`
 * show. Pure.
 */
import * as z from 'zod/mini';
import type { Adapter } from '../ports/adapter.ts';

export interface FieldFacts {
  /** Dotted for members of a mapping. */
  readonly path: string;
  /** `text`, `duration`, `1 to 65535`, `list of texts`, … */
  readonly kind: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly description: string;
}

export interface AdapterFacts {
  readonly name: string;
  readonly summary: string;
  readonly tested: string | null;
  readonly fields: readonly FieldFacts[];
  readonly outputs: { readonly [name: string]: string };
  readonly needs: readonly string[];
  /** What it does to the world, and how it is carried out. */
  readonly nature: string;
  /** When it is done again by itself after a crash. */
  readonly again: string;
  /** `10m`; null: no limit. */
  readonly timeout: string | null;
}

interface Rule {
  readonly type?: string | readonly string[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly anyOf?: readonly Rule[] | undefined;
  readonly items?: Rule | undefined;
  readonly properties?: { readonly [name: string]: Rule } | undefined;
  readonly required?: readonly string[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly description?: string | undefined;
  readonly pattern?: string | undefined;
}

const rule: z.ZodMiniType<Rule> = z.lazy(() =>
  z.looseObject({
    type: z.optional(z.union([z.string(), z.array(z.string())])),
    const: z.optional(z.unknown()),
    enum: z.optional(z.array(z.unknown())),
    anyOf: z.optional(z.array(rule)),
    items: z.optional(rule),
    properties: z.optional(z.record(z.string(), rule)),
    required: z.optional(z.array(z.string())),
    minimum: z.optional(z.number()),
    maximum: z.optional(z.number()),
    description: z.optional(z.string()),
    pattern: z.optional(z.string()),
  }),
);

export function adapterFacts(adapter: Adapter): AdapterFacts {
  const { name, summary, tested = null, outputs, needs, defaultTimeoutMs } = adapter;
  const schema = z.toJSONSchema(adapter.input, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  const fields = fieldsOf(z.parse(rule, schema), '', new Set(adapter.secretFields));
  const timeout = defaultTimeoutMs === null ? null : inUnits(defaultTimeoutMs);
  return { name, summary, tested, fields, outputs, needs, nature: natureOf(adapter), again: againOf(adapter), timeout };
}

function natureOf({ readOnly, command }: Adapter): string {
  const how = command === undefined ? 'inside the engine' : 'in a process of its own, which outlives the engine';
  return readOnly ? `It only looks, ${how}; a dry run does it for real.` : `It acts, ${how}.`;
}

function againOf({ repeatable, probe }: Adapter): string {
  if (repeatable) return 'Where its end is not known it is simply done again.';
  const asked = "Where its end is not known the step's `onUnknown` decides";
  return probe === undefined ? `${asked}; it cannot be probed.` : `${asked}; \`probe\` asks the system itself.`;
}

function fieldsOf(
  { properties = {}, required = [], anyOf = [], items }: Rule,
  within: string,
  secrets: ReadonlySet<string>,
): readonly FieldFacts[] {
  const own = Object.entries(properties).flatMap(([name, member]) => {
    const path = `${within}${name}`;
    const secret = [...secrets].some((field) => path === field || path.startsWith(`${field}.`));
    const description = member.description ?? '';
    const field = { path, kind: kindOf(member), required: required.includes(name), secret, description };
    return [field, ...fieldsOf(member, `${path}.`, secrets)];
  });
  const inner = [...anyOf, ...(items === undefined ? [] : [items])].flatMap((one) => fieldsOf(one, within, secrets));
  const seen = new Set<string>();
  return [...own, ...inner].filter(({ path }) => !seen.has(path) && seen.add(path));
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true, false',
  number: 'number',
  integer: 'whole number',
  object: 'mapping',
  null: 'empty',
};

function kindOf(given: Rule): string {
  if (given.const !== undefined) return `\`${String(given.const)}\``;
  if (given.enum !== undefined) return given.enum.map((value) => `\`${String(value)}\``).join(', ');
  const { type, minimum, maximum } = given;
  if (minimum !== undefined && maximum !== undefined) return rangeOf(minimum, maximum);
  if (given.anyOf !== undefined) return [...new Set(given.anyOf.map(kindOf))].join(' or ');
  if (given.type === 'array') return `list of ${plural(kindOf(given.items ?? {}))}`;
  if (given.pattern?.includes('ms|s|m|h|d') === true) return 'duration';
  return [type ?? 'any']
    .flat()
    .map((name) => kinds[name] ?? 'any')
    .join(' or ');
}

/** Limits that are only there to have one are not shown. */
const rangeOf = (least: number, most: number): string => (most <= 65_535 ? `${least} to ${most}` : 'whole number');

const plural = (kind: string): string => (/^(?:text|number|mapping|whole number)$/.test(kind) ? `${kind}s` : kind);

function inUnits(ms: number): string {
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return `${ms / 1_000}s`;
}
