/** The schema of `lint:`: what a playbook says of the rules that it is judged by. Their names are known to lint alone. */
import * as z from 'zod/mini';
import { idText, listOf, mapOf } from './schema-parts.ts';

const levels = ['off', 'note', 'warning', 'error'] as const;

export const lintSchema = () =>
  mapOf('Rules of `backout lint` that are set for this playbook, by name, each with the reason.', idText(), setting());

function setting() {
  return z.strictObject(
    {
      level: z
        .enum([...levels], { error: 'must be off, note, warning or error' })
        .check(z.meta({ description: 'How much it weighs.' })),
      reason: z
        .string({ error: 'must be text' })
        .check(z.regex(/\S/, 'must say why'), z.meta({ description: 'Why; `lint` shows it.' })),
      steps: listOf('Only in these steps. Default: everywhere.', idText()),
    },
    { error: "must be a mapping, such as { level: off, reason: 'why' }" },
  );
}
