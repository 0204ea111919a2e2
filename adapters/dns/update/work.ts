/**
 * The work of `dns/update`, in a process of its own. Killed at any moment, the records are whole: an update is all or
 * nothing, what was there before is durable before it, and a repeat finds what is done already.
 */
import * as z from 'zod/mini';
import { formatDuration } from '../../../src/kernel/duration.ts';
import type { Trouble } from '../../support/access.ts';
import type { Setting } from '../../support/program.ts';
import { beforeAnyChange, type Report, type Work, WorkFailed, type WorkOrder } from '../../support/work.ts';
import { examine, type Scene } from './examine.ts';
import { type Input, input, markerOf, placeWords, targetOf, targetWords, wantedBy, withinMs } from './input.ts';
import { type Kept, keep, keptAt, putBack, setAside } from './kept.ts';
import { recordsAt, serialAt } from './look.ts';
import { type RecordSet, sameSet, setWords } from './records.ts';
import { sendUpdate, tryRights } from './send.ts';
import { settle } from './settle.ts';

export const work: Work = async (order: WorkOrder, report: Report) => {
  const asked = z.parse(input, order.input);
  const setting: Setting = { folder: order.folder };
  const marker = markerOf(asked, order.folder);
  if (asked.records !== 'previous') await change(asked, { marker, key: order.key }, setting, report);
  else await putPreviousBack(asked, marker, setting, report);
  return 0;
};

async function change(
  asked: Input,
  { marker, key }: { readonly marker: string; readonly key: string },
  setting: Setting,
  report: Report,
): Promise<void> {
  const { scene, what, kept } = await beforeAnyChange(async () => {
    const now = must(await examine(asked, setting));
    const name = targetWords(now.target);
    must(await tryRights(asked, now.target, now.now, setting));
    return { scene: now, what: name, kept: must(keep(marker, name, now.now, key)) };
  });
  report.line(`What ${what} was before is kept in ${marker} (recorded ${kept.since}): ${setWords(kept.set)}`);
  report.output('previous', kept.set.values.join(' '));
  await makeSo(asked, scene, wantedBy(asked, scene.now), setting, report);
}

async function putPreviousBack(asked: Input, marker: string, setting: Setting, report: Report): Promise<void> {
  const what = targetWords(targetOf(asked));
  const { kept, scene } = await beforeAnyChange(async () => {
    const standing = must(keptAt(marker, what));
    return { kept: standing, scene: must(await examine(asked, setting)) };
  });
  if (kept === undefined) return beforeAnyChange(() => alreadyBack(scene, must(putBack(marker, what)), marker, report));
  report.output('previous', kept.set.values.join(' '));
  await makeSo(asked, scene, kept.set, setting, report);
  setAside(marker);
  report.line(`${what} is what it was on ${kept.since}; ${marker} is set aside.`);
}

/** Nothing is kept: well where it is known that the records have been put back, and they still are so. */
function alreadyBack({ target, now }: Scene, done: Kept | undefined, marker: string, report: Report): void {
  const what = targetWords(target);
  if (done !== undefined && sameSet(done.set, now)) {
    report.line(`${what} was put back already, to what it was on ${done.since}: ${setWords(now)}`);
    report.output('values', now.values.join(' '));
    return;
  }
  const since = done === undefined ? '' : `; since they were put back last, they have changed to ${setWords(now)}`;
  throw new WorkFailed(
    `No old records of ${what} are kept in ${marker}${since}.`,
    `Nothing was changed. Say what there shall be: \`values\` instead of \`records: previous\` (now: ${setWords(now)}).`,
  );
}

async function makeSo(asked: Input, scene: Scene, wanted: RecordSet, setting: Setting, report: Report): Promise<void> {
  const { target, now, servers } = scene;
  if (sameSet(now, wanted)) report.line(`${targetWords(target)} is so already: ${setWords(now)}`);
  else await update(asked, scene, wanted, setting, report);
  const serial = await serialAt(target.primary, target.zone, setting);
  const wish = { target, records: wanted, serial: serial.ok ? serial.value : null };
  const settled = (at: Scene['servers'][number]) => report.line(`${placeWords(at)} answers so.`);
  const late = await settle(servers, wish, setting, { withinMs: withinMs(asked), settled });
  if (late.length > 0)
    throw new WorkFailed(
      `After ${formatDuration(withinMs(asked))} not all name servers answer ${setWords(wanted)} for ${targetWords(target)}: ${late.join('; ')}.`,
      'The primary has the records. See that the others take the zone over from it (rndc retransfer), then retry.',
    );
  report.output('values', wanted.values.join(' '));
  if (serial.ok) report.output('serial', String(serial.value));
}

/** The records themselves are the proof: an update that the server ignores ends with 0 all the same. */
async function update(asked: Input, { target, now }: Scene, wanted: RecordSet, setting: Setting, report: Report) {
  const sent = await sendUpdate(asked, target, now, wanted, setting);
  const after = await recordsAt(target.primary, target, setting);
  if (!after.ok || !sameSet(after.value, wanted)) {
    if (!sent.ok) throw failedBy(sent.error);
    const found = after.ok ? setWords(after.value) : after.error;
    throw new WorkFailed(
      `${placeWords(target.primary)} has taken the update and not done it: ${targetWords(target)} is ${found}.`,
      'See the log of the name server.',
    );
  }
  report.line(`${targetWords(target)} was ${setWords(now)}, is now ${setWords(wanted)}`);
  if (now.ttl === null) return;
  report.output('cachedFor', String(now.ttl));
  report.line(`Resolvers may still answer what was for ${formatDuration(now.ttl * 1_000)}.`);
}

function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Trouble },
): T {
  if (result.ok) return result.value;
  throw failedBy(result.error);
}

function failedBy({ reason, remedy, words }: Trouble): WorkFailed {
  const said = words === undefined || words === '' ? '' : `\n${words}`;
  return new WorkFailed(`${reason}.${said}`, remedy);
}
