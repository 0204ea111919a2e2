/** An adapter's input as JSON Schema, and walks over it. */
import * as z from 'zod/mini';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { Adapter } from './adapter.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly items?: Schema;
}

export async function inputSchemaOf(adapter: Adapter): Promise<Schema> {
  const made: unknown = z.toJSONSchema(adapter.input, { target: 'draft-7', io: 'input' });
  return z.parse(schema, made);
}

const schema: z.ZodMiniType<Schema> = z.looseObject({
  description: z.optional(z.string()),
  properties: z.optional(
    z.record(
      z.string(),
      z.lazy(() => schema),
    ),
  ),
  items: z.optional(z.lazy(() => schema)),
}) as z.ZodMiniType<Schema>;

export interface Field {
  /** Dotted. */
  readonly path: string;
  readonly description: string | undefined;
}

/** Every named field, nested ones too. */
export function fieldsOf({ properties = {}, items }: Schema, within = ''): readonly Field[] {
  const below = Object.entries(properties).flatMap(([name, field]) => {
    const path = `${within}${name}`;
    return [{ path, description: field.description }, ...fieldsOf(field, `${path}.`)];
  });
  return items === undefined ? below : [...below, ...fieldsOf(items, within)];
}

/** All texts at and below a dotted path. */
export function textsAt(input: JsonObject, path: string): readonly string[] {
  const value = path.split('.').reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), input);
  return value === undefined ? [] : textsIn(value);
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
