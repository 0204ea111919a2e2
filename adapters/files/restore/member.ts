/** Where a member of an archive will stand in the tree. Pure. */

export interface Place {
  /** Below the tree; a folder's ends with `/`. Empty: the tree itself, or above what is left out. */
  readonly name: string;
  /** Would be written outside the tree. */
  readonly outside: boolean;
}

/** A part that is empty, `.` or `..`. */
const oddPart = /(?:^|\/)\.{0,2}\/|(?:^|\/)\.{1,2}$/;

/** `strip`: how many leading folders are left out. */
export function placeOf(member: string, strip: number): Place {
  const below = member.startsWith('./') ? member.slice(2) : member;
  // As nearly all are, of perhaps a million: nothing in it to take out.
  if (strip === 0 && below !== '' && !oddPart.test(below)) return { name: below, outside: false };
  const parts = member.split('/').filter((part, index) => part !== '' || index === 0);
  const kept = parts.slice(strip).filter((part) => part !== '.');
  const name = kept.join('/');
  return {
    name: name !== '' && member.endsWith('/') ? `${name}/` : name,
    outside: member.startsWith('/') || parts.includes('..'),
  };
}
