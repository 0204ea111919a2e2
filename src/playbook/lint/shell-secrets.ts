/**
 * Secrets that are written out in text, where they are usually written: an assignment, a header, an option, an address.
 * Owns: how they look. What begins with `$` is no literal: the shell, or a `${{ … }}`, puts the value in.
 */
import { isSecretName } from './secret-names.ts';
import { shellLines } from './shell-lines.ts';

/** `$VAR`, `${{ … }}`, `$(…)`, a mark to be replaced such as <token>, and dots that stand for it. */
const literal = String.raw`(?![$<*\x60]|--|\.\.\.|…)`;
/** Not quoted, or quoted; a quote may also stand around a reference. */
const value = String.raw`(?:"${literal}[^"$\s]+"|'${literal}[^'\s]+'|${literal}[^\s"'$;&|)]+)`;
const inAddress = String.raw`${literal}[^\s"'$:/@]+`;

interface Look {
  readonly what: string;
  isIn(line: string): boolean;
}

const look = (what: string, pattern: RegExp): Look => ({ what, isIn: (line) => pattern.test(line) });

/** The name and the value that the pattern has found. */
type Judge = (name: string, value: string) => boolean;

const named = (what: string, pattern: RegExp, isSecret: Judge): Look => ({
  what,
  isIn: (line) => [...line.matchAll(pattern)].some(([, name = '', found = '']) => isSecret(name, found)),
});

/** A switch or a count is no secret (`USE_TOKEN=yes`), nor is the place where one lies: a file, a vault, a cloud's name for it. */
export function isNoSecret(text: string): boolean {
  const bare = text.replace(/^["']|["']$/g, '');
  return /^(?:true|false|yes|no|on|off|none|null|\d{1,3})$/i.test(bare) || reference.test(bare);
}

const reference = /^(?:\.{1,2}\/|~\/|\/[\w.-]+\/|file:|arn:|vault:|op:\/\/|projects\/)\S+$/i;

const isOption: Judge = (name, found) => isSecretName(name) && !isNoSecret(found);
/** `pass=3` counts, `pwd=/srv` is a folder, `token=substr(…)` calls. */
const isVariable: Judge = (name, found) =>
  isOption(name, found) && !/^(?:pass|pwd)$/i.test(name) && !/^[\w.]+\(/.test(found);

/** What is a secret in any text, that of a message too. */
const anywhere: readonly Look[] = [
  named(
    'a variable with a secret’s name',
    new RegExp(String.raw`(?:^|[\s;&|("',=])([A-Za-z_][\w.-]*)=(${value})`, 'g'),
    isVariable,
  ),
  named(
    'a JSON member with a secret’s name',
    /\\?"([A-Za-z_][\w.-]*)\\?"\s*:\s*\\?"(?!['$<*\\]|\.\.\.|…)([^"\\$]+)/g,
    isOption,
  ),
  look(
    'an Authorization header',
    new RegExp(String.raw`\bAuthorization:\s*(?:Bearer|Basic|Token)\s+${literal}[\w.~+/=-]{3,}`, 'i'),
  ),
  look(
    'a key in a header',
    new RegExp(
      String.raw`\b(?:X-Api-Key|Api-Key|(?:X-Auth|X-Vault|Private)-Token):\s*${literal}(?!none\b|null\b)\w{3,}`,
      'i',
    ),
  ),
  look('an address with a password', new RegExp(String.raw`\b[a-z][a-z0-9+.-]*:\/\/[^\s"'/@:]*:${inAddress}@`, 'i')),
  look(
    'an address with a secret',
    new RegExp(
      String.raw`[?&](?:password|passwd|pwd|(?:access_|auth_)?token|(?:client_)?secret|api_?key|sig)=${literal}[^\s"'$&]{2,}`,
      'i',
    ),
  ),
  look(
    'an address that is a secret',
    /\bhttps?:\/\/(?:hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)|[\w-]+\.webhook\.office\.com\/webhookb2|outlook\.office(?:365)?\.com\/webhook|discord(?:app)?\.com\/api\/webhooks|hooks\.zapier\.com\/hooks)\/(?![^\s"']*(?:[$<*]|\.\.\.|…))[^\s"']{4,}/i,
  ),
  look(
    'a token',
    /\b(?:xox[abeoprs]-[\w-]{10,}|gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|whsec_[\w+/]{24,}|sk_live_\w{16,})/,
  ),
  look('a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/),
];

/** What is a secret where it is read by a program. */
const inCommands: readonly Look[] = [
  look(
    'a user with a password',
    new RegExp(String.raw`\b(?:curl|http)\b.*\s(?:-u\s*|--user[=\s])["']?[\w.@${'$'}{}-]+:${literal}[^\s"'$]+`),
  ),
  look(
    'the option -p with a password',
    new RegExp(
      String.raw`\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|mariadb-admin)\b.*\s-p["']?${literal}[^\s"'$]+`,
    ),
  ),
  look('sshpass with a password', new RegExp(String.raw`\bsshpass\s+-p\s*${value}`)),
  look('the option -a with a password', new RegExp(String.raw`\bredis-cli\b.*\s-a\s*${value}`)),
  named('an option with a secret’s name', new RegExp(String.raw`\s--([a-z][\w.-]*)=(${value})`, 'gi'), isOption),
  look(
    'an option with a secret’s name',
    // The clients of MySQL ask for it where no `=` follows.
    new RegExp(String.raw`^(?!.*\b(?:mysql|mariadb)).*\s--(?:password|passwd|token|secret|api-key)\s${value}`, 'i'),
  ),
];

/** What it is, by line from 0; never the secret itself. */
export function secretsInShell(text: string): readonly { readonly line: number; readonly what: string }[] {
  return shellLines(text).flatMap((line, index) => {
    if (/^\s*#/.test(line)) return [];
    const found = [...anywhere, ...inCommands].find(({ isIn }) => isIn(line));
    return found === undefined ? [] : [{ line: index, what: found.what }];
  });
}

/** What it is that stands in text which no shell reads; undefined: nothing is seen. */
export function secretInText(text: string): string | undefined {
  const lines = shellLines(text);
  return anywhere.find(({ isIn }) => lines.some(isIn))?.what;
}
