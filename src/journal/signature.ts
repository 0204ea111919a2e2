/** Ed25519 over the hash of an entry: who holds only the public key can tell that the chain was not rewritten (P8). */
import type { KeyObject } from 'node:crypto';
import { Fault } from '../kernel/fault.ts';
import { nodeCrypto } from '../kernel/sha256.ts';
import type { Sign } from './chain.ts';

/** `pem`: a PKCS #8 ed25519 private key. `name`: what to call it in a message, e.g. its path. */
export function signer(pem: string, name: string): Sign {
  const key = keyOf(
    () => nodeCrypto().createPrivateKey(pem),
    `The signing key ${name}`,
    'openssl genpkey -algorithm ed25519',
  );
  return (hash) => nodeCrypto().sign(null, hash, key).toString('base64');
}

/** Says whether a base64 signature over the bytes of a hash (hexadecimal) is by the owner of the public key. */
export type CheckSignature = (hash: string, signature: string) => boolean;

export function signatureCheck(publicKeyPem: string): CheckSignature {
  const key = keyOf(
    () => nodeCrypto().createPublicKey(publicKeyPem),
    'The public key',
    'openssl pkey -in signing-key.pem -pubout',
  );
  return (hash, signature) => {
    const bytes = Buffer.from(signature, 'base64');
    // Base64 has spare bits at its end: one text alone stands for the bytes, any other is an edit.
    if (bytes.toString('base64') !== signature) return false;
    return nodeCrypto().verify(null, Buffer.from(hash, 'hex'), key, bytes);
  };
}

function keyOf(read: () => KeyObject, name: string, howToMake: string): KeyObject {
  const remedy = `Make one with: ${howToMake}`;
  let key: KeyObject;
  try {
    key = read();
  } catch (error) {
    throw new Fault('usage', `${name} is not a key in PEM form`, remedy, { cause: error });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new Fault('usage', `${name} is of type ${key.asymmetricKeyType ?? 'unknown'}, not ed25519`, remedy);
}
