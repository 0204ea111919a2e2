/**
 * A decision as a file: what it may hold, and who posted it. The poster is the file's owner as the system knows it;
 * the file's own word counts only as a claim. So a file is refused that others could have written (group- or
 * world-writable), that has a second name, or that is no plain file.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod/mini';
import type { Decision, Person } from '../../engine/protocol.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { errorCode } from './file-system.ts';
import { loginOf } from './login.ts';

const maxBytes = 64 * 1024;
const text = z.nullable(z.string().check(z.maxLength(4_000)));
const by = z.object({ login: z.string(), sudoUser: text, claimed: text, host: z.string() });
const common = { by, reason: text };
const ofStep = { ...common, step: z.string().check(z.maxLength(200)) };

const decisionSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('decision.stop'),
    ...common,
    inFlight: z.enum(['finish', 'cancel']),
    urgent: z.boolean(),
  }),
  z.strictObject({ type: z.literal('decision.pause'), ...common }),
  z.strictObject({ type: z.literal('decision.resume'), ...common }),
  z.strictObject({ type: z.literal('decision.reopen'), ...common }),
  z.strictObject({ type: z.literal('decision.abandon'), ...common }),
  z.strictObject({ type: z.literal('decision.confirm'), ...ofStep }),
  z.strictObject({ type: z.literal('decision.reject'), ...ofStep }),
  z.strictObject({ type: z.literal('decision.retry'), ...ofStep }),
  z.strictObject({ type: z.literal('decision.skip'), ...ofStep }),
]);

/** The decision of a file with its measured poster, or why it is none. */
export function readDecision(path: string): Result<Decision, string> {
  const file = readOwned(path);
  if (!file.ok) return file;
  const parsed = decisionSchema.safeParse(parse(file.value.text));
  if (!parsed.success) return err(`The decision cannot be read: ${z.prettifyError(parsed.error).split('\n')[0]}`);
  return ok({ ...parsed.data, by: measured(parsed.data.by, file.value.uid) });
}

/** Root may act for somebody (sudo) and is believed when it says for whom. */
function measured(claim: Person, uid: number): Person {
  return { ...claim, login: loginOf(uid), sudoUser: uid === 0 ? claim.sudoUser : null, host: hostname() };
}

interface OwnedText {
  readonly uid: number;
  readonly text: string;
}

const writableByOthers = 0o022;

function readOwned(path: string): Result<OwnedText, string> {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile() || stat.nlink !== 1) return err('The decision is not a plain file with one name.');
      if ((stat.mode & writableByOthers) !== 0) return err('The decision could have been written by somebody else.');
      if (stat.size > maxBytes) return err(`The decision is too long: ${stat.size} bytes.`);
      return ok({ uid: stat.uid, text: readFileSync(fd, 'utf8') });
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return err(`The decision cannot be read (${errorCode(error)}).`);
  }
}

function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
