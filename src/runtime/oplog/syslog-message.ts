/** RFC 5424: one syslog message. The text is UTF-8 behind a BOM, as section 6.4 asks; values are escaped (6.3.3). */
import type { LogLevel, LogRecord } from './log-record.ts';

/** Facility 16, local0: for an organisation's own use. */
const facility = 16;
const severities: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6 };
/** RFC 5426: what a UDP receiver must take is 480 bytes, what it should take 2,048. */
const mostBytes = 2_048;

export interface SyslogSender {
  readonly host: string;
  readonly pid: number;
}

export function syslogMessage(record: LogRecord, sender: SyslogSender): Buffer {
  const priority = facility * 8 + severities[record.level];
  const header = [`<${priority}>1`, record.time, word(sender.host, 255), 'backout', sender.pid, word(record.type, 32)];
  const text = record.message.toWellFormed().replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
  const message = Buffer.from(`${header.join(' ')} ${structured(record)} \ufeff${text}`);
  return message.length <= mostBytes ? message : cutAt(message, mostBytes);
}

/** A header field: printable ASCII without spaces; `-` where there is none. */
function word(text: string, most: number): string {
  const kept = text.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, most);
  return kept === '' ? '-' : kept;
}

/** 32473 is the number that RFC 5612 keeps for examples and unregistered use. */
function structured({ run, system, mode, seq, step, attempt, exitCode }: LogRecord): string {
  const fields = { run, system, mode, seq, step, attempt, exitCode };
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${escaped(String(value))}"`],
  );
  return `[backout@32473 ${pairs.join(' ')}]`;
}

function escaped(value: string): string {
  return value
    .toWellFormed()
    .replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
    .replaceAll(/["\\\]]/g, '\\$&');
}

/** Never in the middle of a character. */
function cutAt(message: Buffer, most: number): Buffer {
  let end = most;
  while (end > 0 && ((message[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return message.subarray(0, end);
}
