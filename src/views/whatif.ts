/** A what-if examination in each of its forms. */
import type { Plan } from '../plan/plan.ts';
import type { WhatIf } from '../whatif/what-if.ts';
import type { TextOptions } from './step-line.ts';
import { stepsLeftOut } from './whatif-head.ts';
import { whatIfHtml } from './whatif-html.ts';
import { whatIfMarkdown } from './whatif-markdown.ts';
import { whatIfText } from './whatif-text.ts';

/** Steps that are taken as included because nothing that was given decides their `if`. */
export interface Undecided {
  readonly steps: readonly string[];
  /** Those of them whose `if` no value that was tried makes true. */
  readonly neverTrue: readonly string[];
  /** No values that were tried include the others all at once. */
  readonly exclusive: boolean;
}

export interface WhatIfDocument extends WhatIf {
  readonly plan: Plan;
  readonly digest: string;
  /** Values that stand in for parameters that were not given. */
  readonly assumed: { readonly [name: string]: string };
  readonly undecided: Undecided;
}

export const whatIfFormats = ['text', 'md', 'html', 'json'] as const;
export type WhatIfFormat = (typeof whatIfFormats)[number];

/** In parts, to be written one after the other. */
export function whatIfPage(document: WhatIfDocument, format: WhatIfFormat, options: TextOptions): Iterable<string> {
  switch (format) {
    case 'text':
      return [whatIfText(document, options)];
    case 'md':
      return [whatIfMarkdown(document)];
    case 'html':
      return [whatIfHtml(document)];
    case 'json':
      return jsonParts(document);
  }
}

const rowsAtOnce = 500;

/** The rows of a large plan with many messages are more than one string can hold. */
function* jsonParts(document: WhatIfDocument): Generator<string> {
  const { rows } = document;
  const whole = JSON.stringify(jsonOf({ ...document, rows: [] }), null, 2);
  // At the top level alone a key stands two spaces in.
  const [head = '', tail = ''] = whole.split('\n  "rows": [],\n');
  yield `${head}\n  "rows": [`;
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const texts = rows
      .slice(from, from + rowsAtOnce)
      .map((row) => JSON.stringify(row, null, 2).replaceAll('\n', '\n    '));
    yield `${from === 0 ? '' : ','}\n    ${texts.join(',\n    ')}`;
  }
  yield `${rows.length === 0 ? '' : '\n  '}],\n${tail}\n`;
}

function jsonOf({ plan, digest, assumed, undecided, untroubled, rows, findings }: WhatIfDocument) {
  const leftOut = stepsLeftOut(plan);
  const head = { format: 'backout/whatif/v1', playbook: plan.name, system: plan.system, digest };
  return { ...head, definition: plan.definition ?? null, assumed, undecided, leftOut, untroubled, rows, findings };
}
