/**
 * Delivery to receivers that cannot tell a second message from a first: chat webhooks. A message twice is better than
 * none, so what was not answered is sent again, and then says that it may be the second.
 */
import type { Result } from '../../src/kernel/result.ts';
import type { AdapterContext } from '../../src/ports/adapter.ts';
import { withRetries } from './again.ts';
import type { Refusal } from './api.ts';
import type { Rendered } from './message.ts';

export async function deliver<T>(
  rendered: Rendered,
  { signal }: Pick<AdapterContext, 'signal'>,
  send: (rendered: Rendered) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> {
  let current = rendered;
  return withRetries(signal, async () => {
    const sent = await send(current);
    if (!sent.ok && sent.error.doubtful) current = repeated(rendered);
    return sent;
  });
}

function repeated(rendered: Rendered): Rendered {
  const reference = `${rendered.reference}, sent again: the try before was not answered, so you may see it twice`;
  return { ...rendered, reference };
}
