/** A name that may not be one says what may, and a number beyond all bounds is told once. */
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const lint = async (text: string): Promise<string> => {
  const site = new Site(text);
  return (await site.call(['lint', 'playbook.yaml'])).stdout;
};

test.each([
  ['Big DB', 'big-db'],
  ['42-restore_Größe', 'restore-gro-e'],
  ['7', 'restore-db'],
])('the id %p', async (id, near) => {
  const said = await lint(`name: x\nphases: { restore: [{ id: '${id}', run: x }] }\n`);
  expect(said).toContain('must be lower-case letters, digits and dashes, beginning with a letter');
  expect(said).toContain(`  Write for example ${near}.\n`);
});

test('the name of a role', async () => {
  const said = await lint('name: x\nroles: { Change Manager: { name: A } }\nphases: { restore: [{ run: x }] }\n');
  expect(said).toContain('  Write for example change-manager.\n');
});

test.each([['1e99'], ['-1e99']])('maxParallel: %s is told once', async (value) => {
  const said = await lint(`name: x\nmaxParallel: ${value}\nphases: { restore: [{ run: x }] }\n`);
  expect(said.match(/must be a whole number from 1 to 1000/g)).toHaveLength(1);
  expect(said).toContain('1 error,');
});
