/** The comment, once; then the status, proven. Each part is looked for before it is done. */
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { type Refusal, refusedInside } from '../support/api.ts';
import { holds, type Rendered } from '../support/message.ts';
import { textIn } from './body.ts';
import type { Input } from './input.ts';
import { comment, findComments, findStatus, findTransitions, type Transitions, transit } from './site.ts';

export interface Told {
  readonly how: 'commented' | 'commented before';
  readonly status: string;
}

export async function tell(asked: Input, rendered: Rendered, context: AdapterContext): Promise<Result<Told, Refusal>> {
  const before = await isThere(asked, rendered, context);
  if (!before.ok) return before;
  if (!before.value) {
    const made = await comment(asked, rendered, context);
    if (!made.ok) return made;
  }
  const status = await bring(asked, context);
  return status.ok ? ok({ how: before.value ? 'commented before' : 'commented', status: status.value }) : status;
}

export async function isThere(
  asked: Input,
  rendered: Pick<Rendered, 'reference'>,
  context: AdapterContext,
): Promise<Result<boolean, Refusal>> {
  const found = await findComments(asked, context);
  return found.ok ? ok(found.value.some((body) => holds(textIn(body), rendered))) : found;
}

async function bring(asked: Input, context: AdapterContext): Promise<Result<string, Refusal>> {
  const { status } = asked;
  const now = await findStatus(asked, context);
  if (!now.ok || status === undefined || same(now.value, status)) return now;
  const ways = await findTransitions(asked, context);
  if (!ways.ok) return ways;
  const way = wayTo(status, ways.value);
  if (way === undefined) return err(refusedInside(noWay(now.value, status, ways.value), false));
  const made = await transit(way, asked, context);
  if (!made.ok) return made;
  const then = await findStatus(asked, context);
  if (!then.ok || same(then.value, status)) return then;
  return err(refusedInside(`it shows ${then.value}, and not ${status}`, false));
}

export const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

export const wayTo = (status: string, ways: Transitions): string | undefined =>
  ways.find(({ to }) => same(to.name, status))?.id;

export function noWay(from: string, to: string, ways: Transitions): string {
  const known = [...new Set(ways.map((way) => way.to.name))].join(', ');
  return `from ${from} no transition leads to ${to}, only to ${known === '' ? 'none' : known}`;
}
