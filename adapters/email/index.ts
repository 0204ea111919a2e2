/** `email`: a message over SMTP. Tried again on what may pass; its Message-ID lets a receiver drop a second one. */
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { type AdapterContext, defineAdapter, type Performed, type Preflight } from '../../src/ports/adapter.ts';
import { type Stumble, withRetries } from '../support/again.ts';
import { done, failed, notReady, ready } from '../support/answers.ts';
import { describeText } from '../support/describe-text.ts';
import { codeOf, fieldOf, oneLine, reasonOf } from '../support/reason.ts';
import { type Input, input, portOf } from './input.ts';
import { messageId, messageOf } from './message.ts';
import { converse } from './transport.ts';

export const adapter = defineAdapter<Input>({
  name: 'email',
  summary: 'Sends an e-mail over SMTP, with STARTTLS and login where told.',
  tested: 'Tested on a loopback SMTP server, with and without TLS and login.',
  input,
  secretFields: ['password'],
  outputs: { messageId: 'The Message-ID.', accepted: 'The addresses that the server accepted.' },
  needs: [],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 60_000,
  describe: (asked) => [
    `e-mail through ${asked.host}:${portOf(asked)}${asked.user === undefined ? '' : ` as ${asked.user}`}`,
    `from ${asked.from} to ${[...asked.to, ...(asked.cc ?? [])].join(', ')}`,
    `subject: ${asked.subject}`,
    ...describeText(asked.text),
  ],
  preflight,
  perform,
});

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const server = `${asked.host}:${portOf(asked)}`;
  try {
    await converse(asked, context, (transport) => transport.verify());
    const login = asked.user === undefined ? '' : ` and lets ${asked.user} log in`;
    return ready([`${server} speaks SMTP${login}`], 'no message is sent, so the recipients are not tried');
  } catch (error) {
    return notReady(`${server}: ${saidBy(error)}`, remedyFor(error));
  }
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const sent = await withRetries(context.signal, () => send(asked, context));
  const server = `${asked.host}:${portOf(asked)}`;
  if (!sent.ok) return failed('error', `E-mail to ${asked.to.join(', ')} through ${server}: ${sent.error.reason}`);
  const { accepted, rejected } = sent.value;
  if (rejected.length > 0) {
    return failed('error', `${server} refused ${rejected.join(', ')}, and accepted ${accepted.join(', ')}`);
  }
  return done(`sent to ${accepted.join(', ')} through ${server}`, {
    messageId: messageId(context.key, asked.from),
    accepted: accepted.join(', '),
  });
}

interface Sent {
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
}

async function send(asked: Input, context: AdapterContext): Promise<Result<Sent, Stumble>> {
  try {
    const { accepted, rejected } = await converse(asked, context, (transport) =>
      transport.sendMail(messageOf(asked, context)),
    );
    return ok({ accepted: (accepted ?? []).map(String), rejected: (rejected ?? []).map(String) });
  } catch (error) {
    const again = !context.signal.aborted && mayPass(error);
    return err({ reason: context.signal.aborted ? 'cancelled' : saidBy(error), again, retryAfterMs: null });
  }
}

function codeIn(error: unknown): number | undefined {
  const code = fieldOf(error, 'responseCode');
  return typeof code === 'number' ? code : undefined;
}

/** 4xx is "not now"; no answer at all is a broken connection; a login or certificate that is refused stays refused. */
function mayPass(error: unknown): boolean {
  const code = codeIn(error);
  if (code !== undefined) return code >= 400 && code < 500;
  const kind = codeOf(error) ?? '';
  return !['EAUTH', 'ETLS', 'ENOENT'].includes(kind) && !/certificate/.test(saidBy(error));
}

function saidBy(error: unknown): string {
  const response = fieldOf(error, 'response');
  return typeof response === 'string' ? oneLine(response) : reasonOf(error);
}

function remedyFor(error: unknown): string {
  const code = codeIn(error);
  if (code === 535 || code === 534 || code === 530) return 'Correct `user` and `password`.';
  if (/certificate/.test(saidBy(error))) return 'Give the authority that signed its certificate as `ca`.';
  return 'Correct `host` and `port`, or see to the mail server.';
}
