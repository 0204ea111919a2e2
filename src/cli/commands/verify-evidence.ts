/** `backout rehearsals verify`: is this evidence what backout has written, and does it count today? */
import { resolve } from 'node:path';
import { readEvidence } from '../../runtime/home/evidence.ts';
import { lookAtHome } from '../../runtime/home/home.ts';
import { visible } from '../../views/visible.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';
import type { SignatureState } from '../rehearsal/belief.ts';
import { evidenceKey, keyFrom } from '../rehearsal/evidence-key.ts';
import { type Judged, judge } from '../rehearsal/judge.ts';

/** Exit 0: genuine, also where it does not count any more. Exit 7: it is not. */
export const run: CommandRun = async (call, surface) => {
  const home = lookAtHome(call.flag('home'), surface.env);
  const key = call.flag('key');
  const check = key === undefined ? evidenceKey(home, surface) : keyFrom(key, surface);
  const file = readEvidence(resolve(surface.cwd, call.args[0] ?? ''));
  const found = judge(file, undefined, { home, now: Date.now(), check });
  const unsigned =
    key !== undefined && found.forged === null && found.signature === 'none' ? 'nobody has signed it' : null;
  const forged = found.forged ?? unsigned;
  if (call.has('json')) {
    const { statement, path, why, signature } = found;
    const signed = signature === 'checked';
    surface.out(
      `${JSON.stringify({ path, genuine: forged === null, forged, counts: why === null, why, signed, signature, statement }, null, 2)}\n`,
    );
  } else surface.out(`${words(found, forged)}\n`);
  return forged === null ? exit.backedOut : exit.damaged;
};

const likeJournal = 'Genuine: it says what the journal of its run says';

function heldWords(signature: SignatureState): string {
  if (signature === 'checked') return 'Genuine, signed';
  if (signature === 'none') return `${likeJournal}; nobody has signed it`;
  return `${likeJournal}. Its signature was not checked: no key is here, give one with --key FILE`;
}

function words({ path, statement, why, signature }: Judged, forged: string | null): string {
  if (forged !== null || statement === undefined) return `${visible(path)}: not to be believed: ${forged}.`;
  const { run, result, environment, kind, finishedOn, expiresOn } = statement.predicate;
  const until = `It counts until ${expiresOn.slice(0, 10)}, for the plan as it was then.`;
  const counts = why === null ? until : `It does not count as a rehearsal of the plan: ${why}.`;
  const what = kind === 'drill' ? 'Drill' : 'Rehearsal';
  return `${heldWords(signature)}. ${what} ${run} in ${visible(environment)}, ended ${finishedOn}: ${result}. ${counts}`;
}
