/** Bytes → text, or why they are no playbook: size, encoding and stray control characters are settled before YAML. */
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { Source } from './source.ts';

/** A playbook is written by people; far beyond this it is the wrong file. */
export const maxPlaybookBytes = 1_048_576;

export function decodePlaybook(file: string, bytes: Uint8Array): Result<Source, Diagnostic> {
  const refuse = (rule: string, message: string, remedy: string): Result<Source, Diagnostic> =>
    err({ severity: 'error', rule, message: `${file} ${message}`, remedy });
  if (bytes.length > maxPlaybookBytes) {
    return refuse(
      'too-large',
      'has more bytes than a playbook may have (1 MiB)',
      'Check that this is the playbook, and not a dump or an archive.',
    );
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return refuse('not-utf-8', 'is UTF-16 text, not UTF-8', 'Save it as UTF-8.');
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) return refuse('binary', `is no text: byte ${nul + 1} is NUL`, 'Name a YAML file in UTF-8.');
  try {
    return controlled(new Source(file, new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return refuse('not-utf-8', 'is not UTF-8 text', 'Save it as UTF-8.');
  }
}

/** YAML forbids control characters; in a message they could also deceive a terminal. */
function controlled(source: Source): Result<Source, Diagnostic> {
  const at = source.text.search(/[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/);
  if (at < 0) return ok(source);
  const code = (source.text.codePointAt(at) ?? 0).toString(16).padStart(4, '0').toUpperCase();
  const { range, sourceLine } = source.place(at, at + 1);
  return err({
    severity: 'error',
    rule: 'control-character',
    message: `the control character U+${code} is not allowed in a playbook`,
    remedy: `Remove it, or write it as "\\x${code.slice(2)}" in a double-quoted string.`,
    range,
    sourceLine: sourceLine.replaceAll(/[\x00-\x08\x0b-\x1f\x7f]/g, '?'),
  });
}
