/** P1, the access gate: what is restored behind closed access, and what must be proven before it is opened. */
import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../src/plan/plan.ts';
import { aPlan, aStep } from '../support/plan-builder.ts';
import { anna, Rig, start } from './rig.ts';

const minute = 60_000;

function shop(changes: Partial<Plan> = {}): Rig {
  return new Rig(
    aPlan(
      {
        'disable-access': [{ id: 'close', onFailure: 'ask' }],
        restore: [{ id: 'restore', onFailure: 'continue' }],
        'health-checks': [
          { id: 'page', onFailure: 'ask', needs: [] },
          { id: 'data', onFailure: 'ask', needs: [] },
        ],
        'enable-access': [{ id: 'open' }, { id: 'banner' }],
        announce: [{ id: 'tell' }],
        escalate: [{ id: 'alarm' }],
      },
      changes,
    ),
  );
}

describe('restore', () => {
  test('waits for access to be closed', () => {
    const rig = shop();
    expect([rig.status('close'), rig.status('restore')]).toEqual(['running', 'pending']);
    rig.succeed('close');
    expect(rig.status('restore')).toBe('running');
  });

  test('goes ahead when a person leaves closing out, and the run says so', () => {
    const rig = shop();
    rig.fail('close');
    expect([rig.status('close'), rig.status('restore')]).toEqual(['waiting', 'pending']);
    rig.say('skip', 'close');
    expect(rig.status('restore')).toBe('running');
    rig.succeed('restore', 'page', 'data', 'open', 'banner', 'tell');
    expect(rig.end).toBe('succeeded-with-exceptions');
    expect(rig.truth).toBe('access open, data restored, health proven');
  });

  test('never begins when closing has failed', () => {
    const rig = new Rig(aPlan({ 'disable-access': [{ id: 'close' }], restore: [{ id: 'restore' }] }));
    rig.fail('close');
    expect([rig.status('restore'), rig.end]).toEqual(['pending', 'failed']);
  });
});

describe('a clock that was set back while no engine ran', () => {
  const attached = { type: 'engine.attached', by: anna, boot: 'b2', pid: 2, notes: [] } as const;

  test('makes passes of unknown age: the checks are asked again before access is opened', () => {
    const rig = shop();
    rig.succeed('close', 'restore', 'page');
    rig.hear({ ...attached, clockBehindMs: 60 * minute });
    rig.succeed('data');
    expect([rig.status('page'), rig.status('open')]).toEqual(['running', 'pending']);
    rig.succeed('page');
    expect(rig.status('open')).toBe('running');
  });

  test('an engine whose clock went on believes them', () => {
    const rig = shop();
    rig.succeed('close', 'restore', 'page');
    rig.hear(attached);
    rig.succeed('data');
    expect([rig.status('page'), rig.status('open')]).toEqual(['succeeded', 'running']);
  });
});

describe('a gate of which every step turns out to be left out', () => {
  const asked = (...ids: readonly string[]) => ids.map((id) => ({ id, condition: 'x', needs: [] }));
  const unfulfilled = (rig: Rig, ...steps: readonly string[]) => {
    for (const step of steps) rig.hear({ type: 'step.excluded', step, because: 'x' });
  };

  test('lets no restore pass', () => {
    const rig = new Rig(
      aPlan({ 'disable-access': asked('a', 'b'), restore: [{ id: 'restore' }] }),
      'real',
      [],
      ['a', 'b'],
    );
    unfulfilled(rig, 'a');
    expect([rig.status('restore'), rig.end]).toEqual(['pending', null]);
    unfulfilled(rig, 'b');
    expect([rig.status('restore'), rig.end]).toEqual(['pending', 'failed']);
    expect(rig.state.context.failure).toEqual({ step: 'b', reason: 'every step of disable-access was left out' });
  });

  test('lets no opening pass', () => {
    const rig = new Rig(aPlan({ 'health-checks': asked('a'), 'enable-access': [{ id: 'open' }] }), 'real', [], ['a']);
    unfulfilled(rig, 'a');
    expect([rig.status('open'), rig.end]).toEqual(['pending', 'failed']);
  });

  test.each<readonly [string, Plan]>([
    [
      'a step that remains',
      aPlan({ 'disable-access': [{ id: 'close' }, ...asked('a')], restore: [{ id: 'restore' }] }),
    ],
    ['a reason', aPlan({ 'disable-access': asked('a'), restore: [{ id: 'restore' }] }, { withoutClosing: 'meant' })],
  ])('passes with %s', (_what, plan) => {
    const rig = new Rig(plan, 'real', [], ['a']);
    unfulfilled(rig, 'a');
    if (rig.status('close') === 'running') rig.succeed('close');
    expect(rig.status('restore')).toBe('running');
  });
});

describe('opening', () => {
  test('waits for every check', () => {
    const rig = shop();
    rig.succeed('close', 'restore', 'page');
    expect(rig.status('open')).toBe('pending');
    rig.succeed('data');
    expect(rig.status('open')).toBe('running');
  });

  test('never begins after a failed check', () => {
    const rig = new Rig(aPlan({ 'health-checks': [{ id: 'page' }], 'enable-access': [{ id: 'open' }] }));
    rig.fail('page');
    expect([rig.status('open'), rig.end, rig.truth]).toEqual([
      'pending',
      'failed',
      'access unknown, data untouched, health failing',
    ]);
  });

  test('goes ahead when a person leaves a check out by name; health is then not proven', () => {
    const rig = shop();
    rig.succeed('close', 'restore', 'page');
    rig.fail('data');
    rig.say('skip', 'data');
    expect(rig.status('open')).toBe('running');
    rig.succeed('open', 'banner', 'tell');
    expect([rig.end, rig.truth]).toEqual(['succeeded-with-exceptions', 'access open, data restored, health unknown']);
  });

  test('a pass counts for validFor, to the millisecond; then the check runs again', () => {
    const rig = shop();
    rig.succeed('close', 'restore', 'page', 'data');
    rig.now = start + 5 * minute;
    rig.succeed('open');
    expect(rig.status('banner')).toBe('running');

    const later = shop();
    later.succeed('close', 'restore', 'page', 'data');
    later.now = start + 5 * minute + 1;
    later.succeed('open');
    expect(['banner', 'page', 'data'].map((id) => later.status(id))).toEqual(['pending', 'running', 'running']);
    later.succeed('page', 'data');
    expect(later.status('banner')).toBe('running');
  });

  test('a contingency that opens asks for fresh proof too', () => {
    const rig = new Rig(
      aPlan({
        'health-checks': [{ id: 'page' }],
        'enable-access': [{ id: 'open', contingency: [aStep('enable-access', { id: 'open-by-hand' })] }],
      }),
    );
    rig.succeed('page');
    rig.now += 6 * minute;
    rig.fail('open');
    expect([rig.status('open-by-hand'), rig.status('page')]).toEqual(['pending', 'running']);
    rig.succeed('page');
    expect(rig.status('open-by-hand')).toBe('running');
  });

  test('a restore that is done again makes every check run again, whatever the clock says', () => {
    const rig = shop();
    rig.succeed('close');
    rig.fail('restore');
    rig.succeed('page');
    rig.say('retry', 'restore');
    rig.succeed('data');
    expect(rig.status('restore')).toBe('running');
    rig.succeed('restore');
    expect([rig.status('page'), rig.status('data'), rig.status('open')]).toEqual(['running', 'running', 'pending']);
  });

  test('checks that can never be fresh together end the run', () => {
    const rig = new Rig(
      aPlan(
        { 'health-checks': [{ id: 'page' }, { id: 'data' }], 'enable-access': [{ id: 'open' }] },
        { validForMs: 1_000 },
      ),
    );
    for (let n = 0; n < 20 && rig.end === null; n += 1) {
      rig.now += 2_000;
      for (const id of ['page', 'data'].filter((check) => rig.status(check) === 'running')) rig.succeed(id);
    }
    expect([rig.end, rig.status('open')]).toEqual(['failed', 'pending']);
    expect(rig.state.context.failure?.reason).toMatch(
      'has lapsed 3 times: the checks take longer than validFor allows',
    );
  });

  test('many slow opening steps are not held against the checks', () => {
    const opening = Array.from({ length: 8 }, (_, n) => ({ id: `open-${n}` }));
    const rig = new Rig(aPlan({ 'health-checks': [{ id: 'page' }], 'enable-access': opening }));
    rig.succeed('page');
    for (const { id } of opening) {
      rig.now += 6 * minute;
      rig.succeed(id, 'page');
    }
    expect(rig.end).toBe('succeeded');
  });
});
