/** Why the schema refuses a playbook. Loaded only when it does: the schema is costly to build. */
import * as z from 'zod/mini';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { PlaybookContent } from './content.ts';
import type { PlaybookDocument } from './document.ts';
import { pruned } from './prune.ts';
import { playbookSchema } from './schema.ts';
import { describeIssue, flatten } from './schema-issues.ts';

export interface Refusal {
  readonly diagnostics: readonly Diagnostic[];
  /** What is left without the refused values. */
  readonly content: PlaybookContent;
}

export function refusal(document: PlaybookDocument): Refusal {
  const schema = playbookSchema();
  const parsed = z.safeParse(schema, document.data);
  if (parsed.success) return { diagnostics: [], content: parsed.data };
  const issues = flatten(parsed.error.issues);
  return {
    diagnostics: issues.flatMap((issue) => describeIssue(document, schema, document.data, [], issue)),
    content: pruned(document.data, issues),
  };
}
