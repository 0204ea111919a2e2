import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openHome } from '../../../src/runtime/home/home.ts';
import { createJournal, openJournal } from '../../../src/runtime/home/journal-file.ts';
import { createRunFolder } from '../../../src/runtime/home/run-folder.ts';
import { findSigner } from '../../../src/runtime/home/signing-key.ts';
import { verifyFile } from '../../../src/runtime/home/verify-file.ts';
import { sampleEvents } from '../../journal/sample.ts';
import { temporaryFolder } from './scratch.ts';

const pair = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

test('a key in the home signs every entry, also after a resume', () => {
  const home = openHome(temporaryFolder(), {});
  expect(findSigner(home.path, {})).toBeUndefined();
  writeFileSync(join(home.path, 'signing-key.pem'), pair.privateKey);
  const sign = findSigner(home.path, {});
  const run = createRunFolder(home, Date.now(), () => new Uint8Array(10));
  const first = createJournal(run, { sign });
  first.append(sampleEvents.slice(0, 2));
  first.close();
  const { journal } = openJournal(run, { sign });
  journal.append(sampleEvents.slice(2));
  journal.close();
  const verdict = verifyFile(run.journal, { publicKeyPem: pair.publicKey });
  expect(verdict).toMatchObject({ verdict: 'closed', signed: 4, signaturesChecked: true });
});

test('BACKOUT_SIGNING_KEY goes before the home, and must be there and be a key', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'other.pem');
  const env = { BACKOUT_SIGNING_KEY: path };
  expect(() => findSigner(folder, env)).toThrow(`The signing key ${path} is not there`);
  writeFileSync(path, 'nonsense');
  expect(() => findSigner(folder, env)).toThrow(`The signing key ${path} is not a key in PEM form`);
  writeFileSync(path, pair.privateKey);
  expect(findSigner(folder, env)?.(new Uint8Array(32))).toMatch(/^[A-Za-z0-9+/]{86}==$/);
  mkdirSync(join(folder, 'signing-key.pem'));
  expect(() => findSigner(folder, {})).toThrow('cannot be read (EISDIR)');
});
