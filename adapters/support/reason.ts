/** What the world answered, in one line that an operator understands at 3 a.m. */

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  ECONNRESET: 'the connection was cut by the other side',
  EPIPE: 'the connection was cut by the other side',
  ETIMEDOUT: 'no answer: the connection timed out',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up: the name server does not answer',
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  EXDEV: 'it lies on another file system',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EBUSY: 'it is in use (a mount point?)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed: give its authority as `ca`',
  SELF_SIGNED_CERT_IN_CHAIN: 'a certificate in the chain is self-signed: give its authority as `ca`',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate could not be verified: give its authority as `ca`',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host name',
};

/** A field of whatever was thrown: by its shape, for an error of another realm is no `instanceof Error`. */
export function fieldOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null && name in error ? Reflect.get(error, name) : undefined;
}

export function codeOf(error: unknown): string | undefined {
  const code = fieldOf(error, 'code');
  if (typeof code === 'string') return code;
  const errors = fieldOf(error, 'errors');
  const inner = Array.isArray(errors) ? errors[0] : fieldOf(error, 'cause');
  return inner === undefined ? undefined : codeOf(inner);
}

const silent =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(?:HOST|NET)(?:UNREACH|DOWN)|EAI_AGAIN|HPE_|ERR_SSL_|CERT_HAS_EXPIRED)/;

/** The other side refused, hung up or spoke nonsense: nothing that a playbook could say better. */
export function isUnanswered(error: unknown): boolean {
  return silent.test(codeOf(error) ?? '');
}

/** One line; the code in parentheses where we have words of our own. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const known = code === undefined ? undefined : words[code];
  if (known !== undefined) return `${known} (${code})`;
  const message = fieldOf(error, 'message');
  const text = typeof message === 'string' ? message : String(error);
  return oneLine(text === '' ? (code ?? 'no reason given') : text);
}

export function oneLine(message: string): string {
  return message.replaceAll(/\s*[\r\n]+\s*/g, ' ').trim();
}

/** Where the first complaint is the cause and the others follow from it. */
export function firstLine(output: string): string {
  return output.trimStart().split('\n')[0]?.trim() ?? '';
}

/** The last lines of what a program said. */
export function lastLines(output: string, count = 5): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
