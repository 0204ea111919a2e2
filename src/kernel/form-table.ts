/**
 * Where the forms of secrets stand in a text. A form that an encoder may have wrapped is found with line breaks in it,
 * one between two characters, wherever the encoder happened to break; a line of fewer than 6 characters is not looked
 * for. spool.pl finds the same on a stream.
 */
export interface FormTable {
  /** The length of the form at that place, 0 where there is none. */
  at(text: string, index: number): number;
  /** The next place from there on that may hold one; -1 where there is none. */
  next(text: string, from: number): number;
}

/** How much of a form finds its places; every form is at least as long as the shortest. */
const longestHead = 6;

/** `forms`: not empty; the first one that fits wins. */
export function formTable(forms: readonly string[]): FormTable {
  const size = Math.min(longestHead, ...forms.map((form) => form.length));
  const byHead = new Map<string, string[]>();
  for (const form of forms) {
    for (const head of headsOf(form, size)) {
      const known = byHead.get(head);
      if (known === undefined) byHead.set(head, [form]);
      else known.push(form);
    }
  }
  const heads = new RegExp([...byHead.keys()].map(escaped).join('|'), 'g');
  return {
    at: (text, index) => lengthAt(byHead.get(text.slice(index, index + size)) ?? [], text, index),
    next: (text, from) => {
      heads.lastIndex = from;
      return heads.exec(text)?.index ?? -1;
    },
  };
}

/** What base64, base64url and hex are made of, and many a secret itself. */
function mayBeWrapped(form: string): boolean {
  return /^[\w+/=-]+$/.test(form);
}

function headsOf(form: string, size: number): ReadonlySet<string> {
  const heads = new Set([form.slice(0, size)]);
  if (!mayBeWrapped(form)) return heads;
  for (let before = 1; before < size; before++) {
    for (const end of ['\n', '\r\n'])
      heads.add(`${form.slice(0, before)}${end}${form.slice(before, size)}`.slice(0, size));
  }
  return heads;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function lengthAt(forms: readonly string[], text: string, index: number): number {
  for (const form of forms) {
    const length = text.startsWith(form, index) ? form.length : wrappedLength(form, text, index);
    if (length > 0) return length;
  }
  return 0;
}

function wrappedLength(form: string, text: string, index: number): number {
  if (!mayBeWrapped(form)) return 0;
  let at = index;
  for (let n = 0; n < form.length; n++) {
    if (n > 0) at += breakAt(text, at);
    if (text[at] !== form[n]) return 0;
    at += 1;
  }
  return at - index;
}

function breakAt(text: string, at: number): number {
  if (text[at] === '\n') return 1;
  return text[at] === '\r' && text[at + 1] === '\n' ? 2 : 0;
}
