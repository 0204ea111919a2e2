/** The bytes that the launcher reads for one step; their form is described in supervisor.pl. */
import type { ProcessSpec } from '../../ports/step-process.ts';

export function encodeRequest(id: number, spec: ProcessSpec): Buffer {
  const env = Object.entries(spec.env);
  const fields = [
    String(id),
    spec.dir,
    spec.key,
    spec.cwd,
    String(spec.maxOutputBytes),
    spec.stdin === null ? 'empty' : 'fed',
    spec.stdin ?? '',
    String(spec.argv.length),
    ...spec.argv,
    String(env.length),
    ...env.flat(),
    ...spec.redact,
  ];
  const parts: Buffer[] = [];
  for (const field of fields) {
    const bytes = Buffer.from(field);
    parts.push(lengthOf(bytes.length), bytes);
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([lengthOf(length), ...parts]);
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
