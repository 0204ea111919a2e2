/** What a host answered: lines that begin with @NONCE, and between them the program's output, byte for byte. */

export interface Output {
  /** All that the program wrote. */
  readonly bytes: number;
  /** The last of it. */
  readonly text: string;
}

export interface Answer {
  /** Our text has arrived there and runs. */
  readonly here: boolean;
  /** The word that tells the end: `ended`, `gone`, `withdrawn`, `refused`, `never`, `was`, `left`; null: none came. */
  readonly word: string | null;
  readonly detail: string;
  readonly out: Output;
  readonly err: Output;
}

const nothing: Output = { bytes: 0, text: '' };

export function readAnswer(bytes: Buffer, nonce: string): Answer {
  let answer: Answer = { here: false, word: null, detail: '', out: nothing, err: nothing };
  const mark = Buffer.from(`\n@${nonce} `);
  for (let at = bytes.indexOf(mark); at >= 0; ) {
    const next = bytes.indexOf(mark, at + mark.length);
    answer = withPart(answer, bytes.subarray(at + mark.length, next < 0 ? bytes.length : next));
    at = next;
  }
  return answer;
}

function withPart(answer: Answer, part: Buffer): Answer {
  const end = part.indexOf(0x0a);
  const line = part.subarray(0, end < 0 ? part.length : end).toString('utf8');
  const space = line.indexOf(' ');
  const [word, detail] = space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1).trim()];
  if (word === 'here') return { ...answer, here: true };
  if (word === 'done' || end < 0) return answer;
  if (word !== 'out' && word !== 'err') return { ...answer, here: true, word, detail };
  return { ...answer, [word]: { bytes: Number(detail), text: part.subarray(end + 1).toString('utf8') } };
}
