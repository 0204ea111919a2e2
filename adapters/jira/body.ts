/** A comment in Jira's two languages: a document (Cloud) and wiki text (Server, and requests). Pure. */
import { fittedText, type Rendered } from '../support/message.ts';

/** Jira's own limit is 32,767. */
const sizeLimit = 30_000;
/** Characters; the first with which the document fits is taken. */
const rooms: readonly number[] = [20_000, 5_000, 1_000];

/** Atlassian Document Format. Text stands in text nodes: nothing in it mentions or links. */
export function documentOf(rendered: Rendered): unknown {
  for (const room of rooms) {
    const made = { type: 'doc', version: 1, content: paragraphsOf(fittedText(rendered, room)) };
    if (JSON.stringify(made).length <= sizeLimit) return made;
  }
  const { title, reference } = rendered;
  const short = fittedText({ ...rendered, title, text: '', facts: [], reference }, 500);
  return { type: 'doc', version: 1, content: paragraphsOf(short) };
}

const paragraphsOf = (text: string): readonly unknown[] =>
  text.split(/\n{2,}/).map((paragraph) => ({ type: 'paragraph', content: linesOf(paragraph) }));

function linesOf(paragraph: string): readonly unknown[] {
  return paragraph
    .split('\n')
    .flatMap((line, at) => [
      ...(at === 0 ? [] : [{ type: 'hardBreak' }]),
      ...(line === '' ? [] : [{ type: 'text', text: line }]),
    ]);
}

/** What begins macros, mentions, links, images, tables and emphasis. A backslash cannot escape itself: it breaks lines. */
const special = /[{}[\]!|*^~\\]/g;
const escaped = (text: string): string => text.replaceAll(special, (one) => (one === '\\' ? '&#92;' : `\\${one}`));

export const wikiOf = (rendered: Rendered): string =>
  escaped(fittedText(rendered, sizeLimit, (character) => escaped(character).length));

/** Deeper than any document that people write. */
const deepest = 100;

/** The text of a comment as Jira gives it: wiki text, or every text node of a document in a line of its own. */
export function textIn(body: unknown, depth = 0): string {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null || depth > deepest) return '';
  if (Array.isArray(body)) return body.map((one) => textIn(one, depth + 1)).join('\n');
  const text = 'text' in body && typeof body.text === 'string' ? [body.text] : [];
  const below = 'content' in body ? [textIn(body.content, depth + 1)] : [];
  return [...text, ...below].join('\n');
}
