/** Text that others wrote, made safe inside Markdown and inside the HTML that it may become. */
import { visible, visibleCode } from './visible.ts';

/** One line that means nothing to Markdown, wherever in a line it stands. */
export function escapedMarkdown(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*[\]|~]|(?<!\w)_|_(?!\w)/g, '\\$&');
}

/** The same where it begins a line: neither a heading nor a list nor a rule. */
export function escapedLine(text: string): string {
  return escapedMarkdown(text.trim())
    .replace(/^([#+=-])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/** A fence that nothing inside can close. */
export function fencedMarkdown(lines: readonly string[]): string {
  const runs = lines.join('\n').match(/`+/g) ?? [];
  const longest = runs.reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines.map(visibleCode), fence].join('\n');
}
