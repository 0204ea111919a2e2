/**
 * The verifier of a journal (P8): fed line by line, constant memory.
 * Owns: what is intact, open, closed, damaged, and where. Does not own: reading files, exit codes, words for people
 * beyond the reason.
 *
 * What it can know: any edit, removal or reordering of entries breaks the chain. A cut tail does not: only a later
 * head (`head`) or a closing entry shows it, so an intact journal without one is "open", never "complete". Who can
 * write the whole file can also write a whole new chain: only signatures, a known head or a copy elsewhere show that.
 * A signature is not part of the hash, so without the public key an edited signature goes unnoticed.
 */
import { Fault } from '../kernel/fault.ts';
import { type Link, origin } from './chain.ts';
import { typeOfHashed } from './codec.ts';
import { type Damage, type DamageKind, explain, LineChecker } from './line-check.ts';
import { type CheckSignature, signatureCheck } from './signature.ts';

export interface VerifierOptions {
  /** A hash that must be some entry's: known from a closing message, a report or a copy. */
  readonly head?: string;
  /** With it every entry must bear a good signature. */
  readonly publicKeyPem?: string;
}

export interface Verdict {
  /** `closed`: intact, and the last entry is the run's end. `open`: intact, but more may have followed. */
  readonly verdict: 'closed' | 'open' | 'damaged';
  /** Number of the damaged line; null where none is, or where the damage is a missing head. */
  readonly line: number | null;
  readonly kind: DamageKind | null;
  /** One clause on the damage; null where there is none. */
  readonly reason: string | null;
  /** Intact entries from the first one on. */
  readonly entries: number;
  /** The hash of the last intact entry; null where there is none. */
  readonly head: string | null;
  /** The entry that has the hash asked for, and how many intact ones follow it; null where not asked or not found. */
  readonly headFoundAt: number | null;
  readonly followedBy: number | null;
  /** How many intact entries bear a signature, and whether these were checked. */
  readonly signed: number;
  readonly signaturesChecked: boolean;
  /** Bytes of an unfinished last line: a crash while writing, no damage. Nothing that counts was in it. */
  readonly tornBytes: number;
}

export interface Verifier {
  /** The next line, without its newline. `false`: damage was found, the rest need not be read. */
  push(line: Uint8Array | string): boolean;
  /** `tail`: what stands after the last newline. */
  finish(tail?: Uint8Array | string): Verdict;
}

/** Throws a Fault (`usage`) where the head or the key is no such thing. */
export function createVerifier(options: VerifierOptions = {}): Verifier {
  return new ChainVerifier(options);
}

class ChainVerifier implements Verifier {
  readonly #wanted: string | undefined;
  readonly #check: CheckSignature | undefined;
  #link: Link = origin;
  #damage: Damage | null = null;
  #foundAt: number | null = null;
  #signed = 0;
  readonly #checker = new LineChecker();

  constructor({ head, publicKeyPem }: VerifierOptions) {
    this.#wanted = head === undefined ? undefined : parseHead(head);
    this.#check = publicKeyPem === undefined ? undefined : signatureCheck(publicKeyPem);
  }

  push(line: Uint8Array | string): boolean {
    if (this.#damage !== null) return false;
    const bytes = toBuffer(line);
    const checked = this.#checker.check(bytes, this.#link);
    this.#damage = checked === null ? explain(bytes, this.#link) : this.#signatureDamage(checked);
    if (checked === null || this.#damage !== null) return false;
    this.#link = { seq: this.#link.seq + 1, hash: checked.hash };
    if (checked.signature !== null) this.#signed += 1;
    if (checked.hash === this.#wanted) this.#foundAt = this.#link.seq;
    return true;
  }

  finish(tail: Uint8Array | string = ''): Verdict {
    const rest = toBuffer(tail);
    const ended = typeOfHashed(this.#checker.hashedText()) === 'run.ended';
    if (this.#damage === null && this.#isEntryAndMore(rest)) {
      this.#damage = { kind: 'unfinished', reason: 'the entry ends with another byte than a newline: it was edited' };
    }
    const line = this.#damage === null ? null : this.#link.seq + 1;
    const damage = this.#damage ?? this.#headDamage();
    return {
      ...this.#facts(),
      verdict: damage !== null ? 'damaged' : ended ? 'closed' : 'open',
      line,
      kind: damage?.kind ?? null,
      reason: damage?.reason ?? null,
      tornBytes: line === null ? rest.length : 0,
    };
  }

  #facts(): Pick<Verdict, 'entries' | 'head' | 'headFoundAt' | 'followedBy' | 'signed' | 'signaturesChecked'> {
    const { seq, hash } = this.#link;
    return {
      entries: seq,
      head: seq === 0 ? null : hash,
      headFoundAt: this.#foundAt,
      followedBy: this.#foundAt === null ? null : seq - this.#foundAt,
      signed: this.#signed,
      signaturesChecked: this.#check !== undefined,
    };
  }

  #signatureDamage({ hash, signature }: { hash: string; signature: string | null }): Damage | null {
    if (this.#check === undefined) return null;
    if (signature === null) return { kind: 'unsigned', reason: 'the entry is not signed, though a key was given' };
    if (this.#check(hash, signature)) return null;
    return { kind: 'signature', reason: 'the signature is not by the owner of the key that was given' };
  }

  #headDamage(): Damage | null {
    if (this.#wanted === undefined || this.#foundAt !== null) return null;
    const reason = `no entry has the hash ${this.#wanted}: the journal was cut before it, or is another one`;
    return { kind: 'head', reason };
  }

  /** A write that was cut short leaves the beginning of an entry, never a whole one with something behind it. */
  #isEntryAndMore(tail: Buffer): boolean {
    return tail.length > 0 && this.#checker.check(tail.subarray(0, -1), this.#link) !== null;
  }
}

function parseHead(head: string): string {
  const hash = head.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new Fault('usage', `The head "${head}" is not a hash`, 'Give the 64 hexadecimal digits that a report shows.');
}

function toBuffer(bytes: Uint8Array | string): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes, 'utf8');
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
