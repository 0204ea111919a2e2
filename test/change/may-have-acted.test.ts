/** Of which failed steps nobody can say that they have done nothing. */
import { describe, expect, test } from '@jest/globals';
import { mayHaveActed } from '../../src/cli/change/may-have-acted.ts';
import type { HostEnd, RunEvent } from '../../src/engine/protocol.ts';
import { fatesOf } from '../../src/plan/derive/executed.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { changeOf, playbookOf, textOf } from './model.ts';

async function planOf(text: string): Promise<Plan> {
  const made = await makePlan(await playbookOf(text), {
    folder: '/',
    playbookFile: '/playbook.yaml',
    playbookDigest: '',
    params: {},
    paramsFile: {},
    adapters: new Map(),
    scripts: new Map(),
  });
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value;
}

const plain = `name: shop
phases:
  restore: [{ id: one, run: x, contingency: [{ id: other, run: x }] }]
`;
const end = { exitCode: 1, signal: null, reason: null, lastWords: null, outputs: {}, stdout: null, stderr: null };
const event = (type: string, more: object = {}): RunEvent =>
  ({
    type,
    at: 1,
    step: 'one',
    attempt: 1,
    end: { ...end, durationMs: 1, late: false },
    ...more,
  }) as unknown as RunEvent;
const failed = (kind: string): RunEvent => event('step.failed', { class: kind });
const host = (more: Partial<HostEnd>): RunEvent =>
  event('step.hosts-ended', {
    hosts: [
      { host: 'a', outcome: 'failed', exitCode: 1, reason: null, lastWords: null, durationMs: 1, held: false, ...more },
    ],
  });

const acted = async (...events: readonly RunEvent[]): Promise<boolean> =>
  mayHaveActed(await planOf(plain), [event('step.started'), ...events]).has('one');

describe('nothing was done', () => {
  test.each(['exit', 'spawn', 'preparation', 'untouched', 'rejected'])('it failed: %s', async (kind) => {
    expect(await acted(failed(kind))).toBe(false);
  });

  test.each([{}, { outcome: 'unreachable', exitCode: null } as const])('on no host: %o', async (ended) => {
    expect(await acted(host(ended), failed('exit'))).toBe(false);
  });
});

describe('something was perhaps done', () => {
  test.each(['verify', 'signal', 'error', 'check', 'inconclusive', 'unanswered', 'output'])('%s', async (kind) => {
    expect(await acted(failed(kind))).toBe(true);
  });

  test.each(['step.performed', 'step.timed-out', 'step.cancelled', 'step.unknown'])('%s', async (type) => {
    expect(await acted(event(type), failed('exit'))).toBe(true);
  });

  test.each([
    { outcome: 'succeeded', exitCode: 0 },
    { outcome: 'timed-out', exitCode: null },
    { outcome: 'cancelled', exitCode: null },
    { outcome: 'unknown', exitCode: null },
    { outcome: 'failed', exitCode: null },
    { outcome: 'unreachable', exitCode: null, held: true },
  ] as const)('on a host: %o', async (ended) => {
    expect(await acted(host({}), host(ended), failed('exit'))).toBe(true);
  });

  test('a contingency of it was begun', async () => {
    expect(await acted(failed('exit'), event('step.started', { step: 'other' }))).toBe(true);
  });
});

test('a step that is atomic is taken back as perhaps partial when it may have acted', async () => {
  const step = { id: 's0', needs: undefined, back: 'undo', atomic: true, progress: 'failed' } as const;
  const change = await changeOf(textOf([step]));
  const fate = (more: object) =>
    fatesOf(change, { steps: new Map([['s0', { progress: 'failed', outputs: {}, ...more }]]), params: {} }).get('s0');
  expect(fate({})).toEqual({ kind: 'left-out', why: 'atomic' });
  expect(fate({ mayHaveActed: true })).toMatchObject({ kind: 'taken-back', partial: true, doubted: true });
});
