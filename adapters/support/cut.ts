/**
 * The text within a receiver's limit. What is cut is said, with how much is missing. `sizeOf` weighs a character as
 * the receiver counts it (escaped, or in bytes); by default UTF-16 units.
 */
export function cut(text: string, limit: number, sizeOf: (character: string) => number = unitsOf): string {
  if (text.length * heaviest <= limit) return text;
  const room = limit - noteRoom;
  let size = 0;
  let kept = 0;
  let within = 0;
  for (const character of text) {
    size += sizeOf(character);
    if (size > limit) return `${text.slice(0, within)}${note(text.length - within)}`;
    kept += character.length;
    if (size <= room) within = kept;
  }
  return text;
}

const unitsOf = (character: string): number => character.length;
/** No receiver's escape makes one unit longer than this (`\u0000`). */
const heaviest = 6;
const noteRoom = 40;
const note = (missing: number): string => ` … (${missing} characters cut)`;
