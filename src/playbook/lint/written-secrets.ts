/** The rule about secrets that are written into the playbook. Never shows one: neither the value nor its line. */
import type { AdapterTable } from '../adapter-facts.ts';
import type { Path } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import { hasExpression } from '../template.ts';
import type { Linted, LintRule, Weakness } from './rule.ts';
import { isHookName, isSecretHeader, isSecretName } from './secret-names.ts';
import { isNoSecret, secretInText, secretsInShell } from './shell-secrets.ts';
import { type WrittenAction, writtenActions } from './written-actions.ts';
import { type InputText, inputTexts } from './written-inputs.ts';

interface Found {
  readonly path: Path;
  readonly message: string;
}

export const writtenSecret: LintRule = {
  name: 'secret-in-playbook',
  asks: 'No secret is written into the playbook.',
  why: 'The playbook is kept, copied, reviewed and attached to the change: everybody who reads it has the secret.',
  remedy: 'Move it to secrets: { NAME: { env: VARIABLE } }, and write ${{ secrets.NAME }}.',
  from: { low: 'warning' },
  find: (linted) => [
    ...writtenActions(linted).flatMap((action) =>
      [
        ...(['run', 'stdin'] as const).flatMap((key) => inShell(action, key)),
        ...inText(action, 'args', inWords(action.args)),
        ...inText(action, 'manual', secretInText(action.manual ?? '')),
        ...inEnvironment(action),
        ...inInput(action, linted.adapters),
      ].map((found) => weakness(linted.document, found, action.step)),
    ),
    ...inParameters(linted),
  ],
};

/** The line is not shown: what stands in it would be in every log of lint. */
function weakness(document: PlaybookDocument, { path, message }: Found, step?: string): Weakness {
  const { range } = document.place(path);
  return { path, message, place: { range }, ...(step === undefined ? {} : { step }) };
}

function inShell(action: WrittenAction, key: 'run' | 'stdin'): readonly Found[] {
  const text = String(action[key] ?? '');
  return secretsInShell(text).map(({ line, what }) => {
    const where = text.includes('\n') ? ` (line ${line + 1} of its ${key})` : '';
    return { path: [...action.path, key], message: `${action.subject}: ${what} is written out${where}` };
  });
}

function inText({ subject, path }: WrittenAction, key: string, what: string | undefined): readonly Found[] {
  return what === undefined ? [] : [{ path: [...path, key], message: `${subject}: ${what} is written out` }];
}

/** A program's arguments, read as the line that they would be. */
function inWords(words: readonly unknown[] = []): string | undefined {
  const line = words.map((word) => (/\s/.test(String(word)) ? `"${word}"` : String(word))).join(' ');
  return secretsInShell(` ${line}`)[0]?.what;
}

function inEnvironment({ env = {}, subject, path, paths }: WrittenAction): readonly Found[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const at = [...(paths?.env ?? [...path, 'env']), name];
    const isSecret = isSecretName(name) || (isHookName(name) && isAddress(String(value)));
    const isWritten = (isSecret && isLiteral(value)) || secretInText(String(value)) !== undefined;
    return isWritten ? [{ path: at, message: `${name} of ${subject} is written out` }] : [];
  });
}

function inInput(action: WrittenAction, adapters: AdapterTable): readonly Found[] {
  const { uses = '', subject, path, paths } = action;
  return inputTexts(action.with, adapters.get(uses)?.secretFields ?? []).flatMap((text) => {
    if (!isWrittenIn(text)) return [];
    const at = [...(paths?.with ?? [...path, 'with']), ...text.inside];
    return [{ path: at, message: `${text.name} of ${subject} is written out` }];
  });
}

function isWrittenIn({ inside, value, declared }: InputText): boolean {
  const isSecret = declared === 'secret' || (declared === 'inside' && isSecretHeader(lastName(inside)));
  const values = Array.isArray(value) ? value : [value];
  if (isSecret && values.some((each) => isLiteral(each) && !isBareHost(String(each)))) return true;
  return Array.isArray(value) ? inWords(value) !== undefined : secretInText(String(value)) !== undefined;
}

/** `http://localhost:8080/`: there is nothing in it that could be a secret. */
const isBareHost = (text: string): boolean => /^https?:\/\/[^/?#]*\/?$/i.test(text);

const lastName = (inside: Path): string => String(inside.findLast((part) => typeof part === 'string') ?? '');

function isLiteral(value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const text = String(value);
  return text !== '' && !hasExpression(text) && !isNoSecret(text);
}

const isAddress = (text: string): boolean => /^https:\/\/[^/?#]+\/./i.test(text);

function inParameters({ content, document }: Linted): readonly Weakness[] {
  const defaults = Object.entries(content.parameters ?? {}).map(([name, parameter]) => ({
    path: ['parameters', name, 'default'],
    message: `the default of parameter ${name} has a secret in it`,
    value: parameter.default,
  }));
  const rehearsed = Object.entries(content.rehearsal?.parameters ?? {}).map(([name, value]) => ({
    path: ['rehearsal', 'parameters', name],
    message: `the value of parameter ${name} in rehearsals has a secret in it`,
    value,
  }));
  return [...defaults, ...rehearsed].flatMap(({ path, message, value }) =>
    secretInText(String(value ?? '')) === undefined ? [] : [weakness(document, { path, message })],
  );
}
