/** Where the signing key is: `BACKOUT_SIGNING_KEY` names its file, else `signing-key.pem` in the home, else none. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Sign } from '../../journal/chain.ts';
import { signer } from '../../journal/signature.ts';
import { Fault } from '../../kernel/fault.ts';
import { readIfThere } from './durable-file.ts';
import { errorCode } from './file-system.ts';

type Environment = { readonly [name: string]: string | undefined };

/** `undefined`: entries are not signed. Throws a Fault (`usage`) where a key was named that cannot be used. */
export function findSigner(homePath: string, env: Environment): Sign | undefined {
  const named = env.BACKOUT_SIGNING_KEY || undefined;
  const path = named ?? keyIn(homePath);
  const pem = readKey(path);
  if (pem !== undefined) return signer(pem, path);
  if (named === undefined) return undefined;
  throw new Fault(
    'usage',
    `The signing key ${path} is not there`,
    'Correct --signing-key, or correct or unset BACKOUT_SIGNING_KEY.',
  );
}

/** Whoever takes a run up signs without naming the key. */
export function hasKeyAtHand(homePath: string, env: Environment): boolean {
  return Boolean(env.BACKOUT_SIGNING_KEY) || existsSync(keyIn(homePath));
}

const keyIn = (homePath: string): string => join(homePath, 'signing-key.pem');

function readKey(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch (error) {
    const message = `The signing key ${path} cannot be read (${errorCode(error)})`;
    throw new Fault('usage', message, 'Make it readable for the user who runs backouts.', { cause: error });
  }
}
