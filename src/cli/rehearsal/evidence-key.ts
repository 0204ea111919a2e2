/** The key that evidence must be signed with here: `evidence-key.pem` in the home, else the one that signs journals. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type CheckSignature, signatureCheck } from '../../journal/signature.ts';
import { Fault } from '../../kernel/fault.ts';
import { readIfThere } from '../../runtime/home/durable-file.ts';
import type { Home } from '../../runtime/home/home.ts';
import type { Surface } from '../invocation.ts';

/** Undefined: no key is known here. A private key is good for it too: its public half is used. */
export function evidenceKey(
  home: Home,
  surface: Pick<Surface, 'env' | 'cwd'>,
  signingKey?: string,
): CheckSignature | undefined {
  const named = signingKey === undefined ? surface.env.BACKOUT_SIGNING_KEY : resolve(surface.cwd, signingKey);
  const files = [keyFile(home), named, join(home.path, 'signing-key.pem')];
  for (const file of files) {
    const pem = file === undefined || file === '' ? undefined : readIfThere(file);
    if (pem !== undefined) return signatureCheck(pem);
  }
  return undefined;
}

const keyFile = (home: Home): string => join(home.path, 'evidence-key.pem');

/** Then nothing is believed that it has not signed: whoever can write the home can write a journal too. */
export const hasEvidenceKey = (home: Home): boolean => existsSync(keyFile(home));

/** `--key FILE`. */
export function keyFrom(file: string, surface: Surface): CheckSignature {
  const pem = readIfThere(resolve(surface.cwd, file));
  if (pem === undefined)
    throw new Fault('usage', `The key ${file} is not there`, 'Give the path of a public key (PEM).');
  return signatureCheck(pem);
}
