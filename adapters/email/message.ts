/** The message as it is sent. Pure. */
import type { SendMailOptions } from 'nodemailer';
import { sha256 } from '../../src/kernel/sha256.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { modeMarkOf } from '../support/mode-mark.ts';
import type { Input } from './input.ts';

/** Derived from the attempt's key, so that a message sent again after a crash is recognised as the same one. */
export function messageId(key: string, from: string): string {
  const domain = /@([^\s<>@]+?)>?$/.exec(from)?.[1] ?? 'backout.invalid';
  return `<${sha256(key).slice(0, 32)}.backout@${domain}>`;
}

/** P10: what is not a real run says so in the subject and in the first line. */
export function messageOf(
  asked: Input,
  context: Pick<AdapterContext, 'key' | 'mode'> & Partial<Pick<AdapterContext, 'env'>>,
): SendMailOptions {
  const { key } = context;
  const marked = modeMarkOf(context);
  return {
    from: asked.from,
    to: [...asked.to],
    ...(asked.cc === undefined ? {} : { cc: [...asked.cc] }),
    ...(asked.replyTo === undefined ? {} : { replyTo: asked.replyTo }),
    subject: marked === null ? asked.subject : `[${marked.mark}] ${asked.subject}`,
    text: marked === null ? asked.text : `${marked.notice}\n\n${asked.text}`,
    messageId: messageId(key, asked.from),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Backout-Key': key },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
