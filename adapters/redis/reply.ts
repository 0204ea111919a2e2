/** Redis' wire format (RESP 2), read piece by piece. */

/** A refusal by the server, e.g. `NOAUTH Authentication required.` */
export interface Refusal {
  readonly refused: string;
}
export type Reply = string | number | null | Refusal | readonly Reply[];

export const isRefusal = (reply: Reply): reply is Refusal =>
  typeof reply === 'object' && reply !== null && 'refused' in reply;

interface Read {
  readonly reply: Reply;
  readonly next: number;
}

/** Undefined: it has not all come yet. Throws for what is no such format. */
export function readReply(buffer: Buffer, at = 0): Read | undefined {
  const end = buffer.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = buffer.toString('utf8', at + 1, end);
  const next = end + 2;
  switch (String.fromCharCode(buffer[at] ?? 0)) {
    case '+':
      return { reply: line, next };
    case '-':
      return { reply: { refused: line }, next };
    case ':':
      return { reply: Number(line), next };
    case '$':
      return readText(buffer, Number(line), next);
    case '*':
      return readList(buffer, Number(line), next);
    default:
      throw new Error('it does not speak as a Redis server does');
  }
}

function readText(buffer: Buffer, length: number, at: number): Read | undefined {
  if (length < 0) return { reply: null, next: at };
  if (buffer.length < at + length + 2) return undefined;
  return { reply: buffer.toString('utf8', at, at + length), next: at + length + 2 };
}

function readList(buffer: Buffer, length: number, at: number): Read | undefined {
  if (length < 0) return { reply: null, next: at };
  const list: Reply[] = [];
  let next = at;
  for (let n = 0; n < length; n += 1) {
    const read = readReply(buffer, next);
    if (read === undefined) return undefined;
    list.push(read.reply);
    next = read.next;
  }
  return { reply: list, next };
}

export function commandBytes(args: readonly string[]): Buffer {
  const parts = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`);
  return Buffer.from(`*${args.length}\r\n${parts.join('')}`);
}
