/** Rules about values: how they are checked, where secrets stand, and what becomes of text in shells. */
import { readTwice } from './read-twice.ts';
import type { LintRule } from './rule.ts';
import { isSecretName } from './secret-names.ts';
import { writtenSecret } from './written-secrets.ts';

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

const secretParameter: LintRule = {
  name: 'secret-as-parameter',
  asks: 'Secrets are no parameters.',
  why: 'Parameters stand in the plan, the journal, the report and the list of processes; secrets in none of them.',
  remedy: 'Move it to secrets: { NAME: { env: VARIABLE } }, and write ${{ secrets.NAME }}.',
  from: { low: 'warning' },
  find: ({ content }) =>
    Object.entries(content.parameters ?? {}).flatMap(([name, { type }]) => {
      if (!isSecretName(name) || (type !== undefined && type !== 'string')) return [];
      return [
        { path: ['parameters', name], message: `parameter ${name} seems to be a secret, but is stored and shown` },
      ];
    }),
};

export const safetyRules: readonly LintRule[] = [loosePattern, unused, secretParameter, writtenSecret, readTwice];
