/**
 * Secrets that are written out in shell text, where they are usually written: an assignment, a header, an option, an
 * address. Owns: how they look. What begins with `$` is no literal: the shell, or a `${{ … }}`, puts the value in.
 */
import { shellLines } from './shell-lines.ts';

/** `$VAR`, `${{ … }}`, `$(…)`, a mark to be replaced such as <token>, and dots that stand for it. */
const literal = String.raw`(?![$<*]|\.\.\.|…)`;
/** Not quoted, or quoted; a quote may also stand around a reference. */
const value = String.raw`(?:"${literal}[^"$\s]+"|'${literal}[^'\s]+'|${literal}[^\s"'$;&|)]+)`;
const inAddress = String.raw`${literal}[^\s"'$:/@]+`;

interface Look {
  readonly what: string;
  readonly pattern: RegExp;
}

const looks: readonly Look[] = [
  {
    what: 'a variable with a secret’s name',
    pattern: new RegExp(
      String.raw`(?:^|[\s;&|("'])(?:\w*(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)|MYSQL_PWD)=${value}`,
      'i',
    ),
  },
  {
    what: 'an Authorization header',
    pattern: new RegExp(String.raw`\bAuthorization:\s*(?:Bearer|Basic|Token)\s+${literal}[\w.~+/=-]{3,}`, 'i'),
  },
  {
    what: 'a key in a header',
    pattern: new RegExp(String.raw`\b(?:X-Api-Key|Api-Key|X-Auth-Token):\s*${literal}\w{3,}`, 'i'),
  },
  {
    what: 'a user with a password',
    pattern: new RegExp(
      String.raw`\b(?:curl|http)\b.*\s(?:-u\s*|--user[=\s])["']?[\w.@${'$'}{}-]+:${literal}[^\s"'$]+`,
    ),
  },
  {
    what: 'the option -p with a password',
    pattern: new RegExp(
      String.raw`\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|mariadb-admin)\b.*\s-p["']?${literal}[^\s"'$]+`,
    ),
  },
  { what: 'sshpass with a password', pattern: new RegExp(String.raw`\bsshpass\s+-p\s*${value}`) },
  { what: 'the option -a with a password', pattern: new RegExp(String.raw`\bredis-cli\b.*\s-a\s*${value}`) },
  {
    what: 'an option with a secret’s name',
    pattern: new RegExp(String.raw`\s--(?:password|passwd|token|secret|api-key)[=\s]${value}`, 'i'),
  },
  {
    what: 'an address with a password',
    pattern: new RegExp(String.raw`\b[a-z][a-z0-9+.-]*:\/\/[^\s"'/@:]*:${inAddress}@`, 'i'),
  },
  {
    what: 'an address with a secret',
    pattern: new RegExp(
      String.raw`[?&](?:password|passwd|token|secret|api_?key|access_token)=${literal}[^\s"'$&]{2,}`,
      'i',
    ),
  },
];

/** What it is, by line from 0; never the secret itself. */
export function secretsInShell(text: string): readonly { readonly line: number; readonly what: string }[] {
  return shellLines(text).flatMap((line, index) => {
    if (/^\s*#/.test(line)) return [];
    const look = looks.find(({ pattern }) => pattern.test(line));
    return look === undefined ? [] : [{ line: index, what: look.what }];
  });
}
