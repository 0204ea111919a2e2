/** The public library is a promise: a name comes or goes only on purpose. */
import { expect, test } from '@jest/globals';

test('backout exports these names', async () => {
  const library = await import('../../src/index.ts');
  expect(Object.keys(library).sort()).toEqual([
    'Fault',
    'createVerifier',
    'decide',
    'historyOf',
    'initialState',
    'makeRunView',
    'outstanding',
    'planDigest',
    'replay',
    'truthOf',
  ]);
});
