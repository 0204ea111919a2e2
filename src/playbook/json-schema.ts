/** The playbook's schema → JSON Schema draft-07, which editors read; `tools/docs.mjs` writes it into the source. */
import * as z from 'zod/mini';
import { playbookSchema } from './schema.ts';

type Definition = { readonly [key: string]: unknown };
type Whole = Definition & { readonly definitions?: { readonly [name: string]: Definition } };

/** Made from the definition that validates; `accepts` asks its stored copy. */
export function buildJsonSchema(): object {
  const schema: Whole = z.toJSONSchema(playbookSchema(), { target: 'draft-07', io: 'input', unrepresentable: 'any' });
  const { step, contingency } = schema.definitions ?? {};
  return {
    ...schema,
    definitions: { ...schema.definitions, step: oneAction(step), contingency: oneAction(contingency) },
  };
}

/** Told to editors only: the rules tell it better to people. */
function oneAction(definition: Definition | undefined): Definition {
  return { ...definition, oneOf: ['uses', 'run', 'script', 'manual'].map((action) => ({ required: [action] })) };
}
