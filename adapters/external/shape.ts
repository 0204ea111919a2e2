/** Is a value that somebody else's module exports an adapter? Says everything that is wrong with it at once. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { Adapter } from '../../src/ports/adapter.ts';

const action = z.custom<() => unknown>((value) => typeof value === 'function', 'must be a function');

const shape = z
  .object({
    name: z.string().check(z.minLength(1)),
    summary: z.string(),
    input: z.custom(
      (value) => typeof value === 'object' && value !== null && '_zod' in value && '~standard' in value,
      'must be a zod 4 schema',
    ),
    secretFields: z.array(z.string()),
    outputs: z.record(z.string(), z.string()),
    needs: z.array(z.string()),
    repeatable: z.boolean(),
    readOnly: z.boolean(),
    tellsUntouched: z.optional(z.boolean()),
    defaultTimeoutMs: z.nullable(z.number().check(z.positive())),
    describe: action,
    preflight: action,
    probe: z.optional(action),
    command: z.optional(action),
    perform: z.optional(action),
  })
  .check(
    z.refine(
      (adapter) => (adapter.command === undefined) !== (adapter.perform === undefined),
      'must have exactly one of `command` and `perform`',
    ),
  );

export function asAdapter(value: unknown): Result<Adapter, string> {
  const parsed = z.safeParse(shape, value);
  // The shape was checked above; what its functions take and give cannot be.
  if (parsed.success) return ok(value as Adapter);
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  return err(faults.join('; '));
}
