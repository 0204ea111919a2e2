/**
 * P8: any edit, removal, reordering is found, a cut tail by whoever holds a later head.
 * Planted faults that these tests were seen to catch: the hash not compared; `prev` not compared; `seq` not compared;
 * canonical form not asked for; a torn tail taken for damage; a whole entry without newline taken for torn.
 */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createVerifier, type Verdict, type VerifierOptions } from '../../src/journal/audit.ts';
import { origin, seal } from '../../src/journal/chain.ts';
import { genesis } from '../../src/journal/entry.ts';
import { signer } from '../../src/journal/signature.ts';
import { canonicalJson } from '../../src/kernel/canonical-json.ts';
import { sha256 } from '../../src/kernel/sha256.ts';
import { referenceVerdict } from './reference.ts';
import { sampleEvents, sampleLines } from './sample.ts';

// Generous, for a machine that is busy with other things.
jest.setTimeout(30_000);

const lines = sampleLines();
const whole = Buffer.from(lines.join(''));

function verify(journal: Buffer, options: VerifierOptions = {}): Verdict {
  const verifier = createVerifier(options);
  let start = 0;
  for (let end = journal.indexOf(10); end >= 0; end = journal.indexOf(10, start)) {
    if (!verifier.push(journal.subarray(start, end))) return verifier.finish();
    start = end + 1;
  }
  return verifier.finish(journal.subarray(start));
}

function agrees(journal: Buffer): Verdict {
  const verdict = verify(journal);
  const { verdict: word, line, entries } = verdict;
  expect({ verdict: word, line, entries }).toEqual(referenceVerdict(journal));
  return verdict;
}

describe('an untouched journal', () => {
  test('is closed when its last entry is the end of the run', () => {
    expect(agrees(whole)).toMatchObject({ verdict: 'closed', entries: 4, tornBytes: 0, reason: null, signed: 0 });
  });

  test('is open, not closed, at every entry before', () => {
    for (let kept = 0; kept < 4; kept++) {
      const head = kept === 0 ? null : JSON.parse(lines[kept - 1] ?? '').hash;
      expect(agrees(Buffer.from(lines.slice(0, kept).join('')))).toMatchObject({
        verdict: 'open',
        entries: kept,
        head,
      });
    }
  });

  test('is open again when a decision reopened it', () => {
    const last = JSON.parse(lines[3] ?? '');
    const by = { login: 'ops', sudoUser: null, claimed: null, host: 'h' };
    const { line } = seal({ type: 'decision.reopen', at: last.event.at, by, reason: 'again' }, last);
    expect(agrees(Buffer.from(whole + line))).toMatchObject({ verdict: 'open', entries: 5 });
  });

  test('a change that calls itself `run.ended` closes nothing', () => {
    expect(agrees(Buffer.from(lines[0] ?? '')).verdict).toBe('open');
  });
});

describe('a journal that somebody touched', () => {
  test('every other value of every byte: found, on the line where it is', () => {
    const misjudged: object[] = [];
    let line = 1;
    for (let at = 0; at < whole.length; at++) {
      for (const flip of [1, 2, 0x20, 0x80]) {
        const edited = Buffer.from(whole);
        edited[at] = (edited[at] ?? 0) ^ flip;
        const { verdict, line: found } = verify(edited);
        if (verdict !== 'damaged' || found !== line) misjudged.push({ at, flip, verdict, found, line });
      }
      if (whole[at] === 10) line += 1;
    }
    expect(misjudged).toEqual([]);
  });

  test('cut at every offset: a torn line is no damage, and what is whole counts', () => {
    for (let length = 0; length < whole.length; length++) {
      const { verdict, entries, tornBytes } = agrees(whole.subarray(0, length));
      const kept = whole.subarray(0, length).lastIndexOf(10) + 1;
      expect({ verdict, tornBytes }).toEqual({ verdict: 'open', tornBytes: length - kept });
      expect(entries).toBe(whole.subarray(0, kept).filter((byte) => byte === 10).length);
    }
  });

  test('a piece removed, doubled, moved or put in: as the slow reference says, and never closed', () => {
    const edit = fc.tuple(fc.nat(whole.length), fc.nat(60), fc.nat(whole.length), fc.uint8Array({ maxLength: 3 }));
    fc.assert(
      fc.property(edit, ([from, length, to, noise]) => {
        const piece = whole.subarray(from, from + length);
        const without = Buffer.concat([whole.subarray(0, from), whole.subarray(from + length)]);
        const edited = Buffer.concat([without.subarray(0, to), piece, noise, without.subarray(to)]);
        const { verdict } = agrees(edited);
        if (!edited.subarray(0, whole.length).equals(whole)) expect(verdict).not.toBe('closed');
      }),
      { numRuns: 2_000 },
    );
  });

  test('lines removed or in another order', () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 });
    fc.assert(
      fc.property(order, (kept) => {
        const { verdict } = agrees(Buffer.from(kept.map((index) => lines[index]).join('')));
        const isBeginning = kept.every((index, place) => index === place);
        expect(verdict).toBe(isBeginning ? (kept.length === 4 ? 'closed' : 'open') : 'damaged');
      }),
    );
  });

  test.each([
    ['blank', '\n', 'the line is blank'],
    ['not-json', '{"event":\n', 'the line is not JSON'],
    ['shape', '{"v":1}\n', 'the line has not the members of a journal entry'],
    ['version', '{"v":2}\n', 'the entry has format version 2; this program reads version 1'],
    ['sequence', lines[2], 'entry 3 stands where entry 2 is due: removed, added or moved'],
    ['link', strange({ seq: 2, prev: genesis }), 'the entry does not follow the one before'],
    [
      'content',
      lines[1]?.replace('restore-db', 'restore-xx'),
      'the entry was edited: its content does not give its hash',
    ],
    [
      'not-canonical',
      lines[1]?.replace(',"prev"', ', "prev"'),
      'the entry is not in canonical form: its text was edited',
    ],
  ])('%s is named, with its line', (kind, second, reason) => {
    const verdict = agrees(Buffer.from(`${lines[0]}${second}`));
    expect(verdict).toMatchObject({ verdict: 'damaged', line: 2, kind, entries: 1 });
    expect(verdict.reason).toContain(reason);
  });

  test('an entry made anew with a key twice, whose hash fits the bytes, is not canonical', () => {
    const [, second] = lines;
    const hashed = (second ?? '')
      .trim()
      .replace(/"hash":"[0-9a-f]{64}",/, '')
      .replace('"at":', '"at":1,"at":');
    const forged = hashed.replace(',"prev"', `,"hash":"${sha256(hashed)}","prev"`);
    expect(agrees(Buffer.from(`${lines[0]}${forged}\n`))).toMatchObject({ verdict: 'damaged', line: 2 });
  });

  test('a last entry whose newline was replaced is not taken for torn', () => {
    const verdict = agrees(Buffer.from(`${whole.toString().slice(0, -1)}x`));
    expect(verdict).toMatchObject({ verdict: 'damaged', line: 4, kind: 'unfinished' });
  });
});

describe('--head', () => {
  const hashes = lines.map((line) => String(JSON.parse(line).hash));

  test('is any entry of the chain, and says how many follow', () => {
    for (const [index, head] of hashes.entries()) {
      const found = { verdict: 'closed', headFoundAt: index + 1, followedBy: 3 - index };
      expect(verify(whole, { head })).toMatchObject(found);
      expect(verify(whole, { head: ` ${head.toUpperCase()} ` })).toMatchObject(found);
    }
  });

  test('shows a cut tail', () => {
    const cut = verify(Buffer.from(lines.slice(0, 2).join('')), { head: hashes[3] ?? '' });
    expect(cut).toMatchObject({ verdict: 'damaged', line: null, kind: 'head', entries: 2, headFoundAt: null });
    expect(cut.reason).toContain(hashes[3]);
  });

  test('that is no hash is a fault of the call', () => {
    expect(() => createVerifier({ head: 'abc' })).toThrow('The head "abc" is not a hash');
  });
});

describe('signatures', () => {
  const pem = (pair: ReturnType<typeof generateKeyPairSync>, which: 'publicKey' | 'privateKey'): string => {
    const type = which === 'publicKey' ? 'spki' : 'pkcs8';
    return String(pair[which].export({ type, format: 'pem' } as never));
  };
  const ours = generateKeyPairSync('ed25519');
  const theirs = generateKeyPairSync('ed25519');
  const signed = sampleLines(signer(pem(ours, 'privateKey'), 'key.pem'));
  const journal = Buffer.from(signed.join(''));
  const publicKeyPem = pem(ours, 'publicKey');

  test('are counted without the key and checked with it', () => {
    expect(agrees(journal)).toMatchObject({ verdict: 'closed', signed: 4, signaturesChecked: false });
    expect(verify(journal, { publicKeyPem })).toMatchObject({ verdict: 'closed', signed: 4, signaturesChecked: true });
  });

  test('by another key, missing, or edited are damage', () => {
    const key = { publicKeyPem };
    expect(verify(journal, { publicKeyPem: pem(theirs, 'publicKey') })).toMatchObject({ line: 1, kind: 'signature' });
    expect(verify(whole, key)).toMatchObject({ line: 1, kind: 'unsigned' });
    const mixed = Buffer.from(`${signed[0]}${seal(sampleEvents[1] as never, JSON.parse(signed[0] ?? '')).line}`);
    expect(verify(mixed, key)).toMatchObject({ line: 2, kind: 'unsigned', entries: 1 });
    const at = journal.indexOf('"sig":"') + 10;
    const edited = Buffer.from(journal);
    edited[at] = edited[at] === 65 ? 66 : 65;
    expect(verify(edited, key)).toMatchObject({ verdict: 'damaged', line: 1, kind: 'signature' });
  });

  test('every byte of a signed journal counts when the key is known', () => {
    fc.assert(
      fc.property(fc.nat(journal.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const edited = Buffer.from(journal);
        edited[at] = (edited[at] ?? 0) ^ flip;
        expect(verify(edited, { publicKeyPem }).verdict).toBe('damaged');
      }),
      { numRuns: 500 },
    );
  });

  test('a key of another kind, or none, is a fault of the call', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    expect(() => createVerifier({ publicKeyPem: pem(rsa, 'publicKey') })).toThrow('is of type rsa, not ed25519');
    expect(() => signer('nonsense', 'key.pem')).toThrow('The signing key key.pem is not a key in PEM form');
  });
});

/** A second entry whose own hash fits, with other members than are due. */
function strange(change: { readonly seq: number; readonly prev: string }): string {
  const { hash: _hash, ...entry } = JSON.parse(lines[1] ?? '');
  const hashed = { ...entry, ...change };
  return `${canonicalJson({ ...hashed, hash: sha256(canonicalJson(hashed)) })}\n`;
}

test('an empty journal is open: a run that died before its first entry', () => {
  expect(agrees(Buffer.alloc(0))).toMatchObject({ verdict: 'open', entries: 0, head: null });
  expect(origin.hash).toBe(genesis);
});
