/** A message in Slack's Block Kit, within its limits. Pure. Text is escaped: nothing in it mentions or links. */
import { cut } from '../support/cut.ts';
import { type Fact, plainText, type Rendered } from '../support/message.ts';

const headerLimit = 150;
const sectionLimit = 3_000;
const fieldLimit = 2_000;
const fieldsPerSection = 10;
const mostFields = 40;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replaceAll(/[&<>]/g, (one) => entities[one] ?? one);
const sizeOf = (character: string): number => (entities[character] ?? character).length;
const fitted = (text: string, limit: number): string => escaped(cut(text, limit, sizeOf));

/** `verbatim`: Slack looks for no channel names and mentions in it. */
const words = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });
const section = (text: string) => ({ type: 'section', text: words(fitted(text, sectionLimit)) });

export function payload(rendered: Rendered): { readonly text: string; readonly blocks: readonly unknown[] } {
  const { title, notice, text, facts, reference } = rendered;
  const long = title.length > headerLimit;
  return {
    text: fitted(plainText(rendered), sectionLimit),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(title, headerLimit), emoji: false } },
      ...(notice === null ? [] : [section(notice)]),
      ...(long ? [section(title)] : []),
      ...(text.trim() === '' ? [] : [section(text)]),
      ...sectionsOf(facts),
      { type: 'context', elements: [words(fitted(reference, fieldLimit))] },
    ],
  };
}

function sectionsOf(facts: readonly Fact[]): readonly unknown[] {
  const kept = facts.slice(0, mostFields);
  const missing = facts.length - kept.length;
  const fields = kept.map(({ label, value }) => words(fitted(`*${label}*\n${value}`, fieldLimit)));
  const sections: unknown[] = [];
  for (let at = 0; at < fields.length; at += fieldsPerSection) {
    sections.push({ type: 'section', fields: fields.slice(at, at + fieldsPerSection) });
  }
  return missing === 0 ? sections : [...sections, section(`… (${missing} more facts cut)`)];
}
