import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeLine, origin, seal, sealAll } from '../../src/journal/chain.ts';
import { decodeEntry } from '../../src/journal/codec.ts';
import { genesis } from '../../src/journal/entry.ts';
import { canonicalJson } from '../../src/kernel/canonical-json.ts';
import { sha256 } from '../../src/kernel/sha256.ts';
import { sampleEvents, sampleLines } from './sample.ts';

test('an entry hashes the canonical text of itself without hash and signature', () => {
  for (const sign of [undefined, () => `${'A'.repeat(86)}==`]) {
    for (const { entry, line } of sealAll(sampleEvents, origin, sign)) {
      const { hash, sig, ...hashed } = entry;
      expect(sig === undefined).toBe(sign === undefined);
      expect(hash).toBe(sha256(canonicalJson(hashed)));
      expect(line).toBe(`${canonicalJson(entry)}\n`);
      expect(encodeLine(entry)).toBe(line);
    }
  }
});

test('entries link: the first to the genesis, each to the one before, numbered without a gap', () => {
  const entries = sealAll(sampleEvents, origin).map(({ entry }) => entry);
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(entries.map(({ prev }) => prev)).toEqual([genesis, ...entries.slice(0, 3).map(({ hash }) => hash)]);
});

test('one by one or in a batch gives the same chain', () => {
  let link = origin;
  const single = sampleEvents.map((event) => {
    const sealed = seal(event, link);
    link = sealed.entry;
    return sealed.line;
  });
  expect(single).toEqual(sampleLines());
});

test('what was written is what is read, whatever text an event holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.dictionary(fc.string(), fc.string()), (reason, change) => {
      const began = { ...sampleEvents[0], reason, change } as never;
      const { entry, line } = seal(began, origin);
      expect(decodeEntry(line)?.event).toEqual(JSON.parse(JSON.stringify(entry.event)));
      expect(line.indexOf('\n')).toBe(line.length - 1);
    }),
  );
});

test('a line that is no entry decodes to nothing', () => {
  const [line] = sampleLines();
  for (const text of [
    '',
    '[]',
    'null',
    '1',
    '{}',
    line?.replace('"v":1', '"v":2'),
    line?.replace('"seq":1', '"seq":"1"'),
  ]) {
    expect(decodeEntry(text ?? '')).toBeUndefined();
  }
});
