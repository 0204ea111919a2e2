/** Where in a zod schema a path leads, for messages and references. Knows the few kinds that hold others. */
import type { $ZodType, $ZodTypes } from 'zod/v4/core';

/** The schema of the value at `path`; `undefined` where it cannot be told. */
export function schemaAt(schema: $ZodType, path: readonly (string | number)[]): $ZodType | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return schema;
  for (const candidate of alternatives(schema)) {
    const inner = child(candidate, segment);
    const found = inner === undefined ? undefined : schemaAt(inner, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The keys that an object with this schema may have. */
export function keysOf(schema: $ZodType): readonly string[] {
  return alternatives(schema).flatMap((candidate) => {
    const { def } = (candidate as $ZodTypes)._zod;
    return def.type === 'object' ? Object.keys(def.shape) : [];
  });
}

/** What stands behind optional, nullable, default, pipe, lazy and union. */
export function alternatives(schema: $ZodType): readonly $ZodType[] {
  const { def } = (schema as $ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'nonoptional':
    case 'catch':
      return alternatives(def.innerType);
    case 'pipe':
      return alternatives(def.in);
    case 'lazy':
      return alternatives(def.getter());
    case 'union':
      return def.options.flatMap((option) => alternatives(option));
    default:
      return [schema];
  }
}

function child(schema: $ZodType, segment: string | number): $ZodType | undefined {
  const { def } = (schema as $ZodTypes)._zod;
  if (def.type === 'array') return def.element;
  if (def.type === 'object') return Object.hasOwn(def.shape, segment) ? def.shape[segment] : undefined;
  return def.type === 'record' ? def.valueType : undefined;
}
