/** The bytes that the launcher reads for one step; their form is described in supervisor.pl. */
import type { ProcessSpec } from '../../ports/step-process.ts';

export function encodeRequest(id: number, spec: ProcessSpec): Buffer {
  const env = Object.entries({ ...spec.env, BACKOUT_ATTEMPT: spec.key });
  const command = pack([spec.cwd, String(spec.argv.length), ...spec.argv, ...env.flat()]);
  const fed = spec.stdin === null ? 'empty' : 'fed';
  const about = [String(id), spec.dir, spec.key, String(spec.maxOutputBytes), fed, spec.stdin ?? ''];
  return pack([pack([...about, command, ...spec.redact])]);
}

/** Each field with its length before it. */
function pack(fields: readonly (string | Buffer)[]): Buffer {
  const parts: Buffer[] = [];
  for (const field of fields) {
    const bytes = typeof field === 'string' ? Buffer.from(field) : field;
    parts.push(lengthOf(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(bytes);
  return length;
}

/** Why it cannot be handed to a program at all; null where it can. The kernel ends every string at a NUL. */
export function unpassable(spec: ProcessSpec): string | null {
  const strings = [...spec.argv, spec.cwd, ...Object.entries(spec.env).flat()];
  if (strings.some((text) => text.includes('\0')))
    return 'an argument or a variable holds a NUL character, which no program can be given';
  return null;
}
