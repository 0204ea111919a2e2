/** An attempt that is performed inside the engine: short, and ended by its abort signal. */

import { nothingSeen } from '../../engine/nothing-seen.ts';
import type { FailureClass } from '../../engine/protocol.ts';
import { redact } from '../../kernel/redaction.ts';
import type { AdapterContext, Performed } from '../../ports/adapter.ts';
import type { Undated } from '../../ports/effects.ts';
import { worded } from './attempt-end.ts';
import { aborted } from './limit.ts';
import { acceptOutputs } from './outputs.ts';
import type { Stage } from './process-stage.ts';
import type { ResolvedPerformance } from './resolve.ts';
import { type Answer, repeatUntil, type Series } from './until.ts';

/** How long an adapter may take to notice that it is to end. */
const noticeMs = 2_000;

export async function performStage(stage: Stage, resolved: ResolvedPerformance): Promise<Undated> {
  const began = stage.wall.now();
  const performed = await performAll(stage, resolved);
  const durationMs = stage.wall.now() - began;
  return outcomeOfPerformance(stage, performed, durationMs);
}

function performAll(stage: Stage, resolved: ResolvedPerformance): Promise<Performed | 'deaf'> {
  const { until } = stage.step;
  if (until === null) return performOnce(stage, resolved);
  return repeatUntil(until, stage.wall, stage.limit.signal, async () => {
    const value = await performOnce(stage, resolved);
    return { answer: answerOf(value), final: value === 'deaf', value };
  }).then(performedOf);
}

const answers = { check: 'bad', error: 'error', inconclusive: 'inconclusive' } as const;

function answerOf(performed: Performed | 'deaf'): Answer {
  if (performed === 'deaf') return 'error';
  return performed.ok ? 'good' : answers[performed.class];
}

/** A series that did not hold has its own class and words, and those of its last answer where that was none. */
function performedOf({ value, shortfall }: Series<Performed | 'deaf'>): Performed | 'deaf' {
  if (shortfall === null || value === 'deaf') return value;
  if (value.ok) return { ok: false, ...shortfall };
  return { ...value, class: shortfall.class, reason: `${shortfall.reason}, the last: ${value.reason}` };
}

/** `deaf`: it did not end although it was told to; what it does now is unknown. */
export async function performOnce(
  stage: Stage,
  { adapter, input, env }: ResolvedPerformance,
): Promise<Performed | 'deaf'> {
  const { setting, key, limit } = stage;
  const context: AdapterContext = { signal: limit.signal, key, folder: setting.plan.folder, mode: setting.mode, env };
  const work = (
    adapter.perform?.(input, context) ?? Promise.reject(new Error(`${adapter.name} cannot be performed`))
  ).catch(thrown);
  const limitReached = aborted(limit.signal);
  const first = await Promise.race([work, limitReached.promise]);
  limitReached.stop();
  if (first !== undefined) return first;
  return Promise.race([work, new Promise<'deaf'>((resolve) => setTimeout(() => resolve('deaf'), noticeMs).unref())]);
}

function thrown(error: unknown): Performed {
  return { ok: false, class: 'error', reason: error instanceof Error ? error.message : String(error) };
}

function outcomeOfPerformance(stage: Stage, performed: Performed | 'deaf', durationMs: number): Undated {
  const { setting, step, attempt, limit } = stage;
  const at = { step: step.id, attempt };
  const said = (reason: string) => worded(reason, setting.forms, { durationMs });
  if (performed === 'deaf')
    return { type: 'step.unknown', ...at, end: said('it was told to end and did not'), survivors: [] };
  if (!performed.ok && limit.reached === 'timed-out') {
    return { type: 'step.timed-out', ...at, end: said(`it reached its timeout: ${performed.reason}`) };
  }
  if (!performed.ok && limit.reached === 'cancelled')
    return { type: 'step.cancelled', ...at, end: said('it was ended by a stop') };
  if (!performed.ok) {
    const lastWords =
      performed.lastWords === undefined ? null : redact(performed.lastWords, setting.forms).slice(-2_048);
    return {
      type: 'step.failed',
      ...at,
      class: classOf(stage, performed),
      end: { ...said(performed.reason), lastWords },
    };
  }
  const outputs = acceptOutputs(performed.outputs ?? {}, setting.forms);
  if (!outputs.ok) return { type: 'step.failed', ...at, class: 'output', end: said(outputs.error) };
  const end = { ...nothingSeen, durationMs, outputs: outputs.value };
  return { type: step.verify === null ? 'step.succeeded' : 'step.performed', ...at, end };
}

/** Of a series an earlier try may have changed something, of an attempt that is done again what did it first. */
function classOf({ step, intentBoot }: Stage, performed: Extract<Performed, { readonly ok: false }>): FailureClass {
  return performed.untouched === true && step.until === null && intentBoot === null ? 'untouched' : performed.class;
}
