/** Proves on nginx itself that access is as it was asked for: its answers, and its workers. */
import { resolve } from 'node:path';
import { formatDuration } from '../../../src/kernel/duration.ts';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext } from '../../../src/ports/adapter.ts';
import { type Trouble, trouble, unproven } from '../../support/access.ts';
import { exchange } from '../../support/http-client.ts';
import { waitFor } from '../../support/wait.ts';
import type { Input } from './input.ts';

const everyMs = 50;
/** In a row: while old workers and new ones both accept, one answer says nothing. */
const answersNeeded = 3;

/** What `check` answered; null where none is given. */
export async function proveByAnswer(asked: Input, context: AdapterContext): Promise<Result<string | null, Trouble>> {
  const { check, within, access } = asked;
  if (check === undefined) return ok(null);
  const wanted = asked.expect[access];
  const heard = { inRow: 0, last: '' };
  const look = async () => {
    heard.last = await answerOf(asked, check, context);
    heard.inRow = heard.last === `status ${wanted}` ? heard.inRow + 1 : 0;
    return heard.inRow >= answersNeeded ? true : undefined;
  };
  const good = await waitFor(look, { withinMs: within, everyMs, signal: context.signal });
  if (good === true) return ok(`${check} answers ${wanted}`);
  if (context.signal.aborted) return trouble(`${check}: cancelled`, 'Try again.');
  return unproven(
    `${check} is not ${access}: ${heard.last} instead of ${wanted}, for ${formatDuration(within)}`,
    `${access === 'closed' ? closedRemedy(asked) : 'See what nginx passes the request to, and its error_log'}; or correct \`check\` and \`expect\`.`,
  );
}

const closedRemedy = ({ flag }: Input): string =>
  flag === undefined
    ? 'See that the include stands in the `server` that answers'
    : `See that the \`server\` that answers has \`if (-f ${flag}) { return 503; }\`, and that nginx's workers may enter the folder of the flag`;

async function answerOf(asked: Input, url: string, context: AdapterContext): Promise<string> {
  const answer = await exchange({
    method: 'GET',
    url,
    headers: asked.headers ?? {},
    body: null,
    redirects: 'keep',
    ca: asked.ca === undefined ? null : resolve(context.folder, asked.ca),
    timeoutMs: Math.max(1_000, asked.within),
    signal: context.signal,
  });
  return answer.ok ? `status ${answer.value.status}` : answer.error.reason;
}

/** For `probe`: one look. */
export async function answersAsAsked(asked: Input, context: AdapterContext): Promise<boolean | null> {
  if (asked.check === undefined) return null;
  return (await answerOf(asked, asked.check, context)) === `status ${asked.expect[asked.access]}`;
}
