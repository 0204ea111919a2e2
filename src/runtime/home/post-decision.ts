/** The side of the inbox of whoever decides: posts, waits for the engine's answer, withdraws when none comes. */
import { rmSync, unlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Decision } from '../../engine/protocol.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { runId } from '../../kernel/run-id.ts';
import type { Answer } from '../../ports/inbox.ts';
import { randomBytes } from '../random-bytes.ts';
import { readIfThere, writeDurably } from './durable-file.ts';
import { errorCode } from './file-system.ts';
import { orUnusable } from './home.ts';
import { inboxFileMode, inboxPath } from './inbox-files.ts';

/** `withdrawn`: no engine took it, and none will. `unanswered`: one took it and has not answered. */
export type NoAnswer = 'withdrawn' | 'unanswered';

const lookMs = 25;

/** `by` is for the claims in it; the engine measures the login itself, from the owner of the file. */
export async function postDecision(
  folder: string,
  decision: Decision,
  timeoutMs: number,
): Promise<Result<Answer, NoAnswer>> {
  const id = runId(Date.now(), randomBytes(10));
  const posted = inboxPath(folder, id, 'posted');
  orUnusable(folder, () => writeDurably(posted, `${JSON.stringify(decision)}\n`, inboxFileMode));
  const answer = await waitForAnswer(folder, id, timeoutMs);
  if (answer !== undefined) return ok(answer);
  if (withdraw(posted)) return err('withdrawn');
  const late = await waitForAnswer(folder, id, timeoutMs);
  return late === undefined ? err('unanswered') : ok(late);
}

/** `false`: an engine has taken it. */
function withdraw(posted: string): boolean {
  try {
    unlinkSync(posted);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function waitForAnswer(folder: string, id: string, timeoutMs: number): Promise<Answer | undefined> {
  const path = inboxPath(folder, id, 'answer');
  const end = performance.now() + timeoutMs;
  for (;;) {
    const text = readIfThere(path);
    const answer = text === undefined ? undefined : parseAnswer(text);
    if (answer !== undefined) {
      rmSync(path, { force: true });
      return answer;
    }
    if (performance.now() >= end) return undefined;
    await sleep(lookMs);
  }
}

const answerSchema = z.object({ accepted: z.boolean(), message: z.string(), seq: z.nullable(z.int()) });

/** `undefined` where the text is no answer. */
function parseAnswer(text: string): Answer | undefined {
  try {
    const parsed = answerSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
