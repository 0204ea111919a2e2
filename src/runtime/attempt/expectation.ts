/** Whether what a verification printed is what the playbook expects. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Expectation, TextExpectation } from '../../plan/plan.ts';

const readAtMost = 1024 * 1024;

/** Why the expectation does not hold; undefined when it does. `folder` holds the spooled output. */
export function disappointment(expect: Expectation, exitCode: number | null, folder: string): string | undefined {
  if (exitCode !== expect.exitCode) return `exit code ${exitCode ?? 'none'} instead of ${expect.exitCode}`;
  return ofText('stdout', expect.stdout, folder) ?? ofText('stderr', expect.stderr, folder);
}

function ofText(name: 'stdout' | 'stderr', expected: TextExpectation | null, folder: string): string | undefined {
  if (expected === null) return undefined;
  const text = spooledText(`${folder}/${name}`);
  const seen = JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  if (expected.equals !== null && text.trimEnd() !== expected.equals.trimEnd()) {
    return `${name} is ${seen} instead of ${JSON.stringify(expected.equals)}`;
  }
  if (expected.contains !== null && !text.includes(expected.contains)) {
    return `${name} is ${seen} and does not contain ${JSON.stringify(expected.contains)}`;
  }
  if (expected.matches !== null && !new RegExp(expected.matches, 'm').test(text)) {
    return `${name} is ${seen} and does not match /${expected.matches}/`;
  }
  return undefined;
}

/** The first MiB of a spooled output; nothing where the program printed nothing. */
function spooledText(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const chunk = Buffer.alloc(readAtMost);
    return chunk.toString('utf8', 0, readSync(file, chunk, 0, readAtMost, 0));
  } finally {
    closeSync(file);
  }
}
