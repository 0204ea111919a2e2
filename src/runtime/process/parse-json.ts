/**
 * Reading the small files that supervisors write. By hand: a schema library would cost every start more than all of
 * the reading.
 */

/** The value, or `undefined` where the text is not JSON (a file cut short by a crash). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type Fields = { readonly [name: string]: unknown };

/** The value's fields; none where it is no object. */
export function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export const isNumber = (value: unknown): value is number => typeof value === 'number';
export const isText = (value: unknown): value is string => typeof value === 'string';
