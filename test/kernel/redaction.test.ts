/** P9: a secret does not leave in any form that programs commonly print it in. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { minimumSecretLength, redact, secretForms } from '../../src/kernel/redaction.ts';

const secret = fc.oneof(
  fc.string({ minLength: 6, maxLength: 80 }),
  fc.string({ unit: 'grapheme', minLength: 6, maxLength: 30 }),
  fc.string({ unit: fc.constantFrom('a', "'", '"', '\\', '/', ' ', '+', '&', '$', '<', '%', '\n', 'é'), minLength: 6 }),
);
/** Stars would let a replacement complete a secret that is made of them. */
const usable = secret.filter(
  (text) => text.replace(/[\r\n]+$/, '').length >= minimumSecretLength && !text.includes('*'),
);
const around = fc.uint8Array({ maxLength: 20 });

/** What a receiver would look for in text that holds the secret in this encoding, whatever stands around it. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  'base64 alone': (text) => Buffer.from(text).toString('base64'),
  'base64url alone': (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  HEX: (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'URL component': encodeURIComponent,
  'URL component, lower': (text) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  'URL form': (text) => new URLSearchParams({ '': text }).toString().slice(1),
  'whole URL': encodeURI,
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'shell, single quotes': (text) => text.replaceAll("'", "'\\''"),
  'shell, double quotes': (text) => text.replace(/[$`"\\]/g, '\\$&'),
  "Python's shlex": (text) => text.replaceAll("'", `'"'"'`),
};

describe('P9: any secret, in any surroundings', () => {
  test.each(Object.entries(encodings))('%s', (_, encode) => {
    void fc.assert(
      fc.property(usable, fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (text, before, behind) => {
        const form = encode(text.toWellFormed());
        fc.pre(form.length >= minimumSecretLength);
        expect(redact(`${before} ${form} ${behind}`, secretForms([text]))).not.toContain(form);
      }),
      { numRuns: 300 },
    );
  });

  test.each(['base64', 'base64url'] as const)(
    '%s of a text that holds it: what depends on the secret alone is gone',
    (encoding) => {
      void fc.assert(
        fc.property(usable, around, around, (text, before, behind) => {
          const bytes = Buffer.from(text.toWellFormed());
          const encoded = Buffer.concat([before, bytes, behind]).toString(encoding);
          const left = redact(encoded, secretForms([text]));
          const first = Math.ceil((before.length * 8) / 6);
          const end = Math.floor(((before.length + bytes.length) * 8) / 6);
          expect(left).not.toContain(encoded.slice(first, end));
        }),
        { numRuns: 300 },
      );
    },
  );

  test.each([
    ['base64', 76, '\n'],
    ['base64', 76, '\r\n'],
    ['base64', 64, '\n'],
    ['base64url', 76, '\n'],
    ['hex', 60, '\n'],
  ] as const)('%s of a text that holds it, wrapped at %i by %j', (encoding, width, end) => {
    void fc.assert(
      fc.property(usable, fc.uint8Array({ maxLength: 100 }), around, (text, before, behind) => {
        const bytes = Buffer.from(text.toWellFormed());
        const encoded = Buffer.concat([before, bytes, behind]).toString(encoding);
        const bits = encoding === 'hex' ? 4 : 6;
        const first = Math.ceil((before.length * 8) / bits);
        const last = Math.floor(((before.length + bytes.length) * 8) / bits);
        const wrap = (to: number) => encoded.slice(0, to).replace(new RegExp(`.{${width}}(?=.)`, 'g'), `$&${end}`);
        const wrapped = wrap(encoded.length);
        const left = redact(wrapped, secretForms([text]));
        const inside = wrapped.slice(wrap(first).length, wrap(last).length).trim();
        fc.pre(inside.length >= minimumSecretLength);
        for (const line of inside.split(end).filter((part) => part.length > 3)) expect(left).not.toContain(line);
        expect(left).not.toContain(inside);
      }),
      { numRuns: 300 },
    );
  });

  test('redacting twice changes nothing more', () => {
    void fc.assert(
      fc.property(usable, fc.string(), (text, other) => {
        const forms = secretForms([text]);
        const once = redact(`${other}${text}${other}`, forms);
        expect(redact(once, forms)).toBe(once);
      }),
    );
  });
});

describe('forms', () => {
  test('longest first, each once, none short enough to turn up in innocent text', () => {
    void fc.assert(
      fc.property(fc.array(secret, { maxLength: 4 }), (secrets) => {
        const forms = secretForms(secrets);
        expect(new Set(forms).size).toBe(forms.length);
        expect([...forms].sort((a, b) => b.length - a.length).map((form) => form.length)).toEqual(
          forms.map((form) => form.length),
        );
        for (const form of forms) expect(form.length).toBeGreaterThanOrEqual(minimumSecretLength);
      }),
    );
  });

  test('the shortest secret has safe forms at each alignment', () => {
    const forms = secretForms(['s3cr3t']);
    for (const before of ['', 'x', 'xy']) {
      const encoded = Buffer.from(`${before}s3cr3t, and more`).toString('base64');
      expect(redact(encoded, forms)).toContain('***');
    }
  });

  test('no secrets, no forms; an innocent text stays as it is', () => {
    expect(secretForms([])).toEqual([]);
    expect(secretForms(['', 'short'])).toEqual([]);
    expect(redact('nothing to hide', [])).toBe('nothing to hide');
    expect(redact('nothing to hide', secretForms(['hunter22']))).toBe('nothing to hide');
  });

  test('a key file: with and without its last newline, each of its lines, and wrapped base64', () => {
    const key = `-----BEGIN KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(4)}-----END KEY-----\n`;
    const forms = secretForms([key]);
    expect(redact(key, forms)).toBe('***');
    expect(redact(key.trimEnd(), forms)).toBe('***');
    expect(redact(`> ${key.replaceAll('\n', '\n> ')}`, forms)).not.toMatch(/MIIE|BEGIN/);
    const wrapped = execFileSync('base64', { input: key, encoding: 'utf8' });
    for (const line of wrapped.trim().split('\n')) expect(redact(wrapped, forms)).not.toContain(line);
  });

  test.each([
    ['printf %q of a shell', `pa ss'"$x`, `pa\\ ss\\'\\"\\$x`],
    ["Python's json", 'pässwört', 'p\\u00e4ssw\\u00f6rt'],
    ['the same in capitals', 'pässwört', 'p\\u00E4ssw\\u00F6rt'],
    ["Go's json", 'a<b>&cdef', 'a\\u003cb\\u003e\\u0026cdef'],
    ["PHP's json", 'a/b/cdefg', 'a\\/b\\/cdefg'],
    ['spaces as plus', 'pass word/1', 'pass+word%2F1'],
    ["Python's quote", 'pass word/1', 'pass%20word/1'],
    ["$'…'", 'pass\nword', 'pass\\nword'],
  ])('%s', (_, text, shown) => {
    expect(redact(`x=${shown};`, secretForms([text]))).toBe('x=***;');
  });
});
