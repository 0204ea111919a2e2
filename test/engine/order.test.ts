/** A step that is left out takes no order away: what stands below it still waits for what stands above it. */
import { describe, expect, test } from '@jest/globals';
import { aPlan } from '../support/plan-builder.ts';
import { Rig } from './rig.ts';

const excluded = { condition: false } as const;

describe('a step between two others that is left out', () => {
  test('by its `if`, when the plan is made', () => {
    const rig = new Rig(aPlan({ restore: [{ id: 'stop-app' }, { id: 'extra', ...excluded }, { id: 'restore-db' }] }));
    expect([rig.status('stop-app'), rig.status('restore-db')]).toEqual(['running', 'pending']);
    rig.succeed('stop-app');
    expect(rig.status('restore-db')).toBe('running');
  });

  test('does not let what is below it begin after what is above it has failed', () => {
    const rig = new Rig(aPlan({ restore: [{ id: 'stop-app' }, { id: 'extra', ...excluded }, { id: 'restore-db' }] }));
    rig.fail('stop-app');
    expect([rig.end, rig.status('restore-db')]).toEqual(['failed', 'pending']);
  });

  test('several in a row, also the first of the phase', () => {
    const sketches = [
      { id: 'a', ...excluded },
      { id: 'b' },
      { id: 'c', ...excluded },
      { id: 'd', ...excluded },
      { id: 'e' },
    ];
    const rig = new Rig(aPlan({ restore: sketches }));
    expect([rig.status('b'), rig.status('e')]).toEqual(['running', 'pending']);
    rig.succeed('b');
    expect(rig.status('e')).toBe('running');
  });

  test('by a person, before it was due', () => {
    const rig = new Rig(aPlan({ restore: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }));
    rig.say('skip', 'b');
    expect([rig.status('b'), rig.status('c')]).toEqual(['skipped', 'pending']);
    rig.succeed('a');
    expect(rig.status('c')).toBe('running');
  });

  test('a failed step that a person leaves out lets the next one begin', () => {
    const rig = new Rig(aPlan({ restore: [{ id: 'a' }, { id: 'b', onFailure: 'ask' }, { id: 'c' }] }));
    rig.succeed('a');
    rig.fail('b');
    rig.say('skip', 'b');
    expect(rig.status('c')).toBe('running');
  });

  test('where two needed it, each of what it needed counts', () => {
    const rig = new Rig(
      aPlan({
        restore: [
          { id: 'a', needs: [] },
          { id: 'b', needs: [] },
          { id: 'both', needs: ['a', 'b'], ...excluded },
          { id: 'c', needs: ['both'] },
        ],
      }),
    );
    rig.succeed('a');
    expect(rig.status('c')).toBe('pending');
    rig.succeed('b');
    expect(rig.status('c')).toBe('running');
  });
});
