/** `key=value` lines that a step writes to the file named by BACKOUT_OUTPUT. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { redact } from '../../kernel/redaction.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

type Outputs = { readonly [key: string]: string };
const largest = 1024 * 1024;
const keyPattern = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** What a step wrote, or why it cannot be taken: P9 keeps secrets out of the journal. */
export function readOutputs(path: string, forms: readonly string[]): Result<Outputs, string> {
  let text: string;
  try {
    const stat = statSync(path);
    // Opening a pipe would hold the whole engine up.
    if (!stat.isFile()) return err('BACKOUT_OUTPUT is no plain file any more');
    if (stat.size > largest) return err(`the outputs are larger than ${largest} bytes`);
    text = readFileSync(path, 'utf8');
  } catch {
    return ok({});
  }
  return parseOutputs(text, forms);
}

export function parseOutputs(text: string, forms: readonly string[]): Result<Outputs, string> {
  const outputs: Record<string, string> = {};
  for (const [n, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const equals = line.indexOf('=');
    const key = line.slice(0, equals).trim();
    if (equals < 1 || !keyPattern.test(key)) return err(`line ${n + 1} of the outputs is not key=value`);
    outputs[key] = line.slice(equals + 1);
  }
  return acceptOutputs(outputs, forms);
}

export function acceptOutputs(outputs: Outputs, forms: readonly string[]): Result<Outputs, string> {
  for (const [key, value] of Object.entries(outputs)) {
    if (holdsSecret(value, forms)) return err(`the output ${key} holds a secret; secrets do not leave the step`);
  }
  return ok(outputs);
}

const dropped = 'an output held a secret, and was not kept\n';

/** P9: what was refused is not kept either. What replaces it is refused again by an engine that comes after a crash. */
export function dropSecretOutputs(folder: string, forms: readonly string[]): void {
  if (forms.length === 0 || !existsSync(folder)) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (name !== 'output' && !name.endsWith('/output')) continue;
    const stat = statSync(path);
    if (!stat.isFile()) continue;
    if (stat.size > largest || holdsSecret(readFileSync(path, 'utf8'), forms)) writeFileSync(path, dropped);
  }
}

function holdsSecret(text: string, forms: readonly string[]): boolean {
  return redact(text, forms) !== text;
}
