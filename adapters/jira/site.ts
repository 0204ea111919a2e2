/** What Jira is asked: its platform API, and that of Service Management for comments on requests. */
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { type Ask, call, type Refusal, refusedInside } from '../support/api.ts';
import type { Rendered } from '../support/message.ts';
import { documentOf, wikiOf } from './body.ts';
import type { Input } from './input.ts';

const issue = z.looseObject({
  key: z.string(),
  fields: z.looseObject({ status: z.looseObject({ name: z.string() }) }),
});
const comments = z.looseObject({ comments: z.array(z.looseObject({ id: z.string(), body: z.unknown() })) });
const commented = z.looseObject({ id: z.union([z.string(), z.number()]) });
const transitions = z.looseObject({
  transitions: z.array(z.looseObject({ id: z.string(), name: z.string(), to: z.looseObject({ name: z.string() }) })),
});
const myself = z.looseObject({ displayName: z.string() });
const nothing = z.unknown();

export type Transitions = z.infer<typeof transitions>['transitions'];

const platform = ({ edition }: Input): string => (edition === 'cloud' ? '/rest/api/3' : '/rest/api/2');
const issuePath = (asked: Input): string => `${platform(asked)}/issue/${asked.issue}`;

export const findMyself = (asked: Input, context: AdapterContext) =>
  ask({ method: 'GET', url: `${platform(asked)}/myself` }, myself, asked, context);

/** The name of its status. */
export async function findStatus(asked: Input, context: AdapterContext): Promise<Result<string, Refusal>> {
  const found = await ask({ method: 'GET', url: `${issuePath(asked)}?fields=status` }, issue, asked, context);
  return found.ok ? ok(found.value.fields.status.name) : found;
}

/** The bodies of the newest comments: few, since each may be long, and ours is among them. */
export async function findComments(
  asked: Input,
  context: AdapterContext,
): Promise<Result<readonly unknown[], Refusal>> {
  const url = `${issuePath(asked)}/comment?orderBy=-created&maxResults=25`;
  const found = await ask({ method: 'GET', url }, comments, asked, context);
  return found.ok ? ok(found.value.comments.map(({ body }) => body)) : found;
}

export async function comment(
  asked: Input,
  rendered: Rendered,
  context: AdapterContext,
): Promise<Result<null, Refusal>> {
  const { visibility } = asked;
  const made = await (visibility === undefined
    ? ask(
        { method: 'POST', url: `${issuePath(asked)}/comment`, json: plainComment(asked, rendered) },
        commented,
        asked,
        context,
      )
    : ask(
        { method: 'POST', url: requestPath(asked), json: requestComment(visibility, rendered) },
        commented,
        asked,
        context,
      ));
  return made.ok ? ok(null) : made;
}

const plainComment = ({ edition }: Input, rendered: Rendered): unknown => ({
  body: edition === 'cloud' ? documentOf(rendered) : wikiOf(rendered),
});
const requestPath = ({ issue: key }: Input): string => `/rest/servicedeskapi/request/${key}/comment`;
const requestComment = (visibility: 'internal' | 'public', rendered: Rendered): unknown => ({
  body: wikiOf(rendered),
  public: visibility === 'public',
});

export async function findTransitions(asked: Input, context: AdapterContext): Promise<Result<Transitions, Refusal>> {
  const found = await ask({ method: 'GET', url: `${issuePath(asked)}/transitions` }, transitions, asked, context);
  return found.ok ? ok(found.value.transitions) : found;
}

export async function transit(id: string, asked: Input, context: AdapterContext): Promise<Result<null, Refusal>> {
  const { resolution } = asked;
  const fields = resolution === undefined ? {} : { fields: { resolution: { name: resolution } } };
  const json = { transition: { id }, ...fields };
  const made = await ask({ method: 'POST', url: `${issuePath(asked)}/transitions`, json }, nothing, asked, context);
  return made.ok ? ok(null) : made;
}

async function ask<T>(
  { method, url, json }: Omit<Ask, 'headers'>,
  shape: z.ZodMiniType<T>,
  asked: Input,
  context: AdapterContext,
): Promise<Result<T, Refusal>> {
  const { user, token, baseUrl } = asked;
  const login = `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
  const headers = { authorization: user === undefined ? `Bearer ${token}` : login };
  const answer = await call({ method, url: `${baseUrl}${url}`, headers, json }, asked, context);
  if (!answer.ok) return answer;
  const parsed = z.safeParse(shape, answer.value.json);
  if (parsed.success) return ok(parsed.data);
  return err(refusedInside(`the answer is not Jira's: ${JSON.stringify(answer.value.text.slice(0, 200))}`, false));
}
