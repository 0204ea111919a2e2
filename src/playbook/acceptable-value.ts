/** Which values may be handed to a process: what the kernel passes in one environment variable or argument. */

/** Linux takes 128 KiB for one variable, its name included. */
export const maxValueBytes = 120 * 1024;

/** Why `text` cannot be a value of the environment or an argument; `undefined` when it can. */
export function acceptableValue(text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character, which no program can be given';
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxValueBytes) return undefined;
  return `has ${bytes.toLocaleString('en-US')} bytes, more than the 120 KiB that a program can be given in one value; pass a file`;
}
