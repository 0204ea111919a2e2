/**
 * `release/symlink`: goes back to a release by pointing the link at it. What is decided is recorded first, then the
 * rollout is halted, then the link is changed in one rename: stopped in between, a repeat goes on.
 */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import {
  type AdapterContext,
  defineAdapter,
  type Performed,
  type Preflight,
  type Probe,
} from '../../../src/ports/adapter.ts';
import { done, failed, notReady, probed, ready, untouched } from '../../support/answers.ts';
import { stands } from '../../support/durable.ts';
import type { Obstacle } from '../../support/programs.ts';
import { reasonOf } from '../../support/reason.ts';
import { stepOf } from '../../support/step-key.ts';
import { type Choice, choose } from './choose.ts';
import { type Input, input, type Order, orderOf } from './input.ts';
import { badMark, type Layout, layoutOf } from './layout.ts';
import { type ReleaseRecord, readRecord, recordFile, writeDurably, writeRecord } from './record.ts';
import { leadsSomewhere, pointLink } from './switch.ts';

export const adapter = defineAdapter<Input>({
  name: 'release/symlink',
  summary: 'Goes back to an earlier release by pointing the link to the current one at it, in one atomic step.',
  tested: 'Tested on local file systems.',
  input,
  secretFields: [],
  outputs: {
    release: 'The release that is current now.',
    previous: 'The release that was current before.',
    halt: 'The file that halts the rollout.',
  },
  needs: [],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 60_000,
  describe: (asked) => {
    const { link, releases, to, halt, quarantine } = orderOf(asked, '.');
    const release = to === 'previous' ? 'the release before the current one' : join(releases, to);
    return [
      `record in ${recordFile(link)} where it goes from and to`,
      ...(halt === null ? [] : [`write ${halt}, which halts the rollout`]),
      `point ${link} at ${release}, by a new link renamed over the old one`,
      ...(quarantine ? [`mark the release that is left with a file ${badMark}`] : []),
    ];
  },
  preflight,
  probe,
  perform,
});

interface Look {
  readonly order: Order;
  readonly layout: Layout;
  readonly record: ReleaseRecord | null;
  readonly choice: Choice;
}

function look(asked: Input, context: AdapterContext): Result<Look, Obstacle> {
  const order = orderOf(asked, context.folder);
  const layout = layoutOf(order);
  if (!layout.ok) return layout;
  const record = readRecord(order.link);
  if (!record.ok) return record;
  const choice = choose({ order, layout: layout.value, record: record.value, step: stepOf(context.key) });
  if (!choice.ok) return choice;
  if (leadsSomewhere(order, layout.value.current, choice.value.to))
    return ok({ order, layout: layout.value, record: record.value, choice: choice.value });
  const reason = `Release ${choice.value.to} has no folder ${layout.value.current?.below}, which ${order.link} leads to`;
  return err({ reason, remedy: 'Name another release as `to`.' });
}

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const looked = look(asked, context);
  if (!looked.ok) return notReady(looked.error.reason, looked.error.remedy);
  const { order, layout, choice } = looked.value;
  for (const folder of [dirname(order.link), ...(order.halt === null ? [] : [dirname(order.halt)])]) {
    try {
      await access(folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      return notReady(`${folder}: ${reasonOf(error)}`, 'Make the folder, or run as a user who may write there.');
    }
  }
  const going = `${layout.current?.release ?? 'no release'} is current; it would go to ${choice.to}`;
  return ready([choice.note === null ? going : `${going} (${choice.note})`]);
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  if (context.signal.aborted) return untouched('cancelled before anything was changed');
  const looked = look(asked, context);
  if (!looked.ok) return untouched(looked.error.reason, looked.error.remedy);
  try {
    return goBack(looked.value, stepOf(context.key));
  } catch (error) {
    const { order, choice } = looked.value;
    return failed(
      'error',
      `${order.link} was to point at ${choice.to}: ${reasonOf(error)}`,
      'Retry when it is mended.',
    );
  }
}

function goBack({ order, layout, record, choice }: Look, step: string): Performed {
  const { from, to } = choice;
  const at = new Date().toISOString();
  const left = [...new Set([...(record?.left ?? []), ...(from === null ? [] : [from])])].filter((name) => name !== to);
  if (!choice.recorded) {
    writeRecord(order.link, { schema: 'backout/release-record/v1', step, from, to, at, left });
  }
  if (order.halt !== null && !stands(order.halt)) {
    writeDurably(order.halt, `halted by backout (${step}) at ${at}: ${from} was backed out, ${to} is current\n`);
  }
  if (layout.current?.release !== to) pointLink(order, layout.current, to);
  if (order.quarantine && from !== null && from !== to && stands(join(order.releases, from))) {
    writeDurably(join(order.releases, from, badMark), `backed out by backout (${step}) at ${at}, to ${to}\n`);
  }
  const proof = layoutOf(order);
  const now = proof.ok ? (proof.value.current?.release ?? 'nothing') : proof.error.reason;
  if (now !== to) return failed('error', `${order.link} should point at ${to}, but it is ${now}`);
  const moved = layout.current?.release === to ? 'points at' : 'now points at';
  return done(`${order.link} ${moved} ${to}${choice.note === null ? '' : ` (${choice.note})`}`, {
    release: to,
    ...(from === null ? {} : { previous: from }),
    ...(order.halt === null ? {} : { halt: order.halt }),
  });
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const order = orderOf(asked, context.folder);
  const [layout, record] = [layoutOf(order), readRecord(order.link)];
  if (!layout.ok) return probed('unknown', layout.error.reason);
  if (!record.ok) return probed('unknown', record.error.reason);
  const own = record.value?.step === stepOf(context.key) ? record.value : null;
  const wanted = order.to === 'previous' ? own?.to : order.to;
  const now = layout.value.current?.release ?? 'nothing';
  if (wanted === undefined) return probed('no', `${order.link} points at ${now}; this step has not begun to change it`);
  if (order.halt !== null && !stands(order.halt)) return probed('no', `${order.halt} is not there`);
  return probed(now === wanted ? 'yes' : 'no', `${order.link} points at ${now}`);
}
