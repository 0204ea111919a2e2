/** What is said where another run holds the system: never a command that would mean some other run. */
import { expect, test } from '@jest/globals';
import { heldFault } from '../../src/cli/hold-system.ts';

const record = {
  run: '',
  pid: 7,
  host: 'ops1',
  login: 'anna',
  sudoUser: null,
  since: '2026-11-22T04:00:00Z',
};

test('a holder that has no run yet is named, and no run is to be stopped', () => {
  const holder = { record, sight: 'alive' } as unknown as Parameters<typeof heldFault>[1];
  const { message, remedy } = heldFault('shop', holder, undefined, []);
  expect(message).toContain('another run of shop has not ended: it is just being begun, begun by anna');
  expect(remedy).toBe('Wait a moment, then look: backout status');
});

test('a rehearsal that is just being begun is looked for among the rehearsals', () => {
  const holder = { record, sight: 'alive', mode: 'rehearsal' } as unknown as Parameters<typeof heldFault>[1];
  const { message, remedy } = heldFault('shop', holder, undefined, []);
  expect(message).toContain('another rehearsal of shop has not ended: it is just being begun');
  expect(remedy).toBe('Wait a moment, then look: backout rehearsals');
});
