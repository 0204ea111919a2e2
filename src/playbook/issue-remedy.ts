/** What to write instead of what a schema refuses, where that can be told. */
import type { $ZodIssue } from 'zod/v4/core';

export function remedyOf(issue: $ZodIssue, found: unknown): string | undefined {
  if (issue.code === 'invalid_format') return idRemedy(issue.message, found);
  const wantsText = issue.code === 'invalid_type' && issue.expected === 'string';
  if (wantsText && /must be text|must be lower|Invalid input/.test(issue.message) && typeof found !== 'object') {
    return `Quote it as it is meant: '${String(found)}'.`;
  }
  const seconds = wantsText && typeof found === 'number' && /duration/.test(issue.message);
  return seconds ? `Write the unit: ${found}s for seconds, ${found}m for minutes.` : undefined;
}

/** `phrase`: why it was refused; undefined where it is about no id. */
export function idRemedy(phrase: string, found: unknown): string | undefined {
  if (!phrase.startsWith('must be lower-case letters')) return undefined;
  const near = nearId(String(found));
  return `Write for example ${near === '' ? 'restore-db' : near}.`;
}

const longestNear = 60;

function nearId(text: string): string {
  const plain = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const words = plain.replaceAll(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+/, '');
  return words.slice(0, longestNear).replace(/-+$/, '');
}
