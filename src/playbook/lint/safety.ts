/** Rules about values: how they are checked, where secrets stand, and what becomes of text in shells. */

import type { StepSite } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import { hasExpression } from '../template.ts';
import type { LintRule, Weakness } from './rule.ts';
import { secretsInShell } from './shell-secrets.ts';
import { adapterOf } from './steps.ts';

const loosePattern: LintRule = {
  name: 'loose-pattern',
  asks: 'The pattern of a parameter is for the whole value.',
  why: 'A pattern that may match a part lets every value pass that has a good part somewhere.',
  remedy: 'Begin it with ^ and end it with $.',
  from: { low: 'warning' },
  find: ({ content }) =>
    Object.entries(content.parameters ?? {}).flatMap(([name, { pattern }]) => {
      if (pattern === undefined || (pattern.startsWith('^') && pattern.endsWith('$'))) return [];
      const message = `the pattern of parameter ${name} may match a part of the value: ${pattern}`;
      return [{ path: ['parameters', name, 'pattern'], message }];
    }),
};

const unused: LintRule = {
  name: 'unused-value',
  asks: 'Every parameter and secret is used.',
  why: 'Whoever starts the backout believes to have said something; what they meant stands elsewhere, fixed.',
  remedy: 'Use it, or remove it.',
  from: { medium: 'note' },
  find: ({ content, document, facts }) =>
    (['parameters', 'secrets'] as const).flatMap((key) => {
      const name = key === 'parameters' ? 'params' : 'secrets';
      return Object.keys(content[key] ?? {})
        .filter((each) => facts.change?.outputs.has(each) !== true && !isUsed(document.source.text, name, each))
        .map((each) => ({ path: [key, each], message: `${key}.${each} is used nowhere` }));
    }),
};

/** Looks at the text of the file, comments too: rather one that is missed than one that is said wrongly. */
function isUsed(text: string, scope: string, name: string): boolean {
  const members = [`\\.${name}(?!\\w)`, `\\[\\s*(['"])${name}\\1`, `\\[(?!\\s*['"])`].join('|');
  return new RegExp(`\\b${scope}(?:${members})|\\bin\\s+${scope}\\b`).test(text);
}

/** `dbPassword`, `API_TOKEN`, but not `tokenFile`: what a name is about stands last. */
const secretName = /(?:passw(?:or)?d|passphrase|secret|token|credentials?|(?:api|private|access)[_-]?key)$/i;

const secretParameter: LintRule = {
  name: 'secret-as-parameter',
  asks: 'Secrets are no parameters.',
  why: 'Parameters stand in the plan, the journal, the report and the list of processes; secrets in none of them.',
  remedy: 'Move it to secrets: { NAME: { env: VARIABLE } }, and write ${{ secrets.NAME }}.',
  from: { low: 'warning' },
  find: ({ content }) =>
    Object.entries(content.parameters ?? {}).flatMap(([name, { type }]) => {
      if (!secretName.test(name) || (type !== undefined && type !== 'string')) return [];
      return [
        { path: ['parameters', name], message: `parameter ${name} seems to be a secret, but is stored and shown` },
      ];
    }),
};

const writtenSecret: LintRule = {
  name: 'secret-in-playbook',
  asks: 'No secret is written into the playbook.',
  why: 'The playbook is kept, copied, reviewed and attached to the change: everybody who reads it has the secret.',
  remedy: 'Move it to secrets: { NAME: { env: VARIABLE } }, and write ${{ secrets.NAME }}.',
  from: { low: 'warning' },
  find: ({ document, sites, adapters }) =>
    sites.flatMap((site) => {
      const inputs = adapterOf(adapters, site.step)?.secretFields ?? [];
      return [
        ...writtenInShell(document, site),
        ...writtenIn(document, site, 'env', Object.keys(site.step.env ?? {})),
        ...writtenIn(document, site, 'with', inputs),
      ];
    }),
};

/** In `run`, and in the `run` of `verify`. */
function writtenInShell(document: PlaybookDocument, { step, id, path }: StepSite): readonly Weakness[] {
  const texts = [
    { at: [...path, 'run'], run: step.run },
    { at: [...path, 'verify', 'run'], run: step.verify?.run },
  ];
  return texts.flatMap(({ at, run = '' }) =>
    secretsInShell(run).map(({ line, what }) => {
      const { range } = document.place(at);
      const where = run.includes('\n') ? ` (line ${line + 1} of its run)` : '';
      return { path: at, step: id, message: `step ${id}: ${what} is written out${where}`, place: { range } };
    }),
  );
}

/** The line is not shown: what stands in it would be in every log of lint. */
function writtenIn(
  document: PlaybookDocument,
  { step, id, path }: StepSite,
  key: 'env' | 'with',
  fields: readonly string[],
): readonly Weakness[] {
  return fields.flatMap((field) => {
    const inside = key === 'env' ? [field] : field.split('.');
    const value = inside.reduce<unknown>((found, part) => memberOf(found, part), step[key]);
    if (!secretName.test(field) || typeof value !== 'string' || value === '' || hasExpression(value)) return [];
    const at = [...path, key, ...inside];
    const { range } = document.place(at);
    return [{ path: at, step: id, message: `${field} of step ${id} is written out`, place: { range } }];
  });
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

/** Programs that read their argument as program text once more. */
const rereading = /(?:^|[\s;&|(])(?:eval|ssh|let|trap|xargs|su|watch|(?:ba|da|z|k)?sh\s+(?:-\w+\s+)*-\w*c)(?=\s)/;

const readTwice: LintRule = {
  name: 'read-twice',
  asks: 'No value reaches a program that reads its text once more, such as eval, ssh or sh -c.',
  why: 'Values are safe in shell text, but not in the text that such a program makes of it: there they become commands.',
  remedy: 'Pass the value in env: and quote it in the inner text, or use an adapter.',
  from: { low: 'warning' },
  find: ({ document, sites }) =>
    sites.flatMap(({ step: { run }, id, path }) => {
      if (run === undefined || !hasExpression(run)) return [];
      let references = 0;
      return run.split('\n').flatMap((line) => {
        const index = references;
        references += line.split('${{').length - 1;
        const program = hasExpression(line) ? rereading.exec(line)?.[0].trim() : undefined;
        if (program === undefined) return [];
        const name = program.replace(/^[;&|(]+\s*/, '');
        const message = `step ${id}: ${name} reads its text once more, and a value in it may become a command`;
        const place = document.placeOfExpression([...path, 'run'], index);
        return [{ path: [...path, 'run'], step: id, message, place }];
      });
    }),
};

export const safetyRules: readonly LintRule[] = [loosePattern, unused, secretParameter, writtenSecret, readTwice];
