/** A statement as it is kept: in a DSSE envelope where a key signs it, else as plain JSON. */
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Sign } from '../chain.ts';
import type { CheckSignature } from '../signature.ts';
import { asStatement, type Statement } from './statement.ts';

export const payloadType = 'application/vnd.in-toto+json';

export interface ReadEvidence {
  readonly statement: Statement;
  /** It bears a signature, whoever made it: only `isSignedBy` proves one. */
  readonly signed: boolean;
  /** Is one of its signatures by the owner of that key? False where it has none. */
  readonly isSignedBy: (check: CheckSignature) => boolean;
}

/** DSSE's pre-authentication encoding: what is signed is the type and the payload, each with its length. */
export function preAuthentication(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

export function sealEvidence(statement: Statement, sign: Sign | undefined): string {
  const payload = Buffer.from(canonicalJson(statement));
  if (sign === undefined) return `${JSON.stringify(statement, null, 2)}\n`;
  const envelope = {
    payloadType,
    payload: payload.toString('base64'),
    signatures: [{ sig: sign(preAuthentication(payloadType, payload)) }],
  };
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

/** Undefined: it is no evidence of a rehearsal, or damaged. */
export function openEvidence(text: string): ReadEvidence | undefined {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('payload' in value)) {
    const statement = asStatement(value);
    return statement === undefined ? undefined : { statement, signed: false, isSignedBy: () => false };
  }
  if (!('payloadType' in value) || value.payloadType !== payloadType || typeof value.payload !== 'string')
    return undefined;
  const payload = Buffer.from(value.payload, 'base64');
  const statement = asStatement(parsed(payload.toString('utf8')));
  if (statement === undefined) return undefined;
  const signed = preAuthentication(payloadType, payload).toString('hex');
  const signatures = signaturesOf(value);
  return {
    statement,
    signed: signatures.length > 0,
    isSignedBy: (check) => signatures.some((signature) => check(signed, signature)),
  };
}

function signaturesOf(envelope: object): readonly string[] {
  const list: unknown = 'signatures' in envelope ? envelope.signatures : [];
  if (!Array.isArray(list)) return [];
  return list.flatMap((each: unknown) =>
    typeof each === 'object' && each !== null && 'sig' in each && typeof each.sig === 'string' ? [each.sig] : [],
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
