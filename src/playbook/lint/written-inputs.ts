/** The texts in an adapter's input, and what the adapter declares of the field that each stands in. */
import type { Path } from '../content.ts';

export interface InputText {
  /** Where it stands in the input. */
  readonly inside: Path;
  /** The field, with dots. */
  readonly name: string;
  /** A text, a number, or a list of such. */
  readonly value: unknown;
  /** The field is a secret, may have one inside (`headers`, `json`, `body`), or has none. */
  readonly declared: 'secret' | 'inside' | 'none';
}

export function inputTexts(input: unknown, secretFields: readonly string[]): readonly InputText[] {
  return [...texts(input, [], secretFields)];
}

function* texts(value: unknown, inside: Path, secretFields: readonly string[]): Generator<InputText> {
  if (isScalar(value) || (Array.isArray(value) && value.every(isScalar))) {
    const name = inside.filter((part) => typeof part === 'string').join('.');
    yield { inside, name, value, declared: declaredOf(name, secretFields) };
  } else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) {
      yield* texts(member, [...inside, Array.isArray(value) ? Number(key) : key], secretFields);
    }
}

const isScalar = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

/** Text that is sent as it stands: a secret may be a part of it, but it is none as a whole. */
const messages: ReadonlySet<string> = new Set(['body', 'text', 'message']);

function declaredOf(name: string, secretFields: readonly string[]): InputText['declared'] {
  if (secretFields.includes(name)) return messages.has(name) ? 'inside' : 'secret';
  return secretFields.some((field) => name.startsWith(`${field}.`)) ? 'inside' : 'none';
}
