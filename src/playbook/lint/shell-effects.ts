/**
 * Commands in shell text that change something, as far as their name shows it: what a health check should not have.
 * What it writes for itself (/dev/null, its outputs, a temporary file that it has made) is no effect.
 */
import { shellLines } from './shell-lines.ts';

/** Where a command may begin: at the line's begin, after ; & | ( { or a word such as then, sudo, an assignment. */
const start = String.raw`(?:^|[;&|({!]|\b(?:then|else|do|sudo|exec|time)\b)\s*(?:sudo\s+(?:-\w+\s+)*)?(?:\w+=\S*\s+)*`;

const acting: readonly RegExp[] = [
  new RegExp(
    String.raw`${start}(systemctl\s+(?:-\S+\s+)*(?:restart|stop|start|reload|kill|enable|disable|mask))(?=$|[\s;&|)])`,
  ),
  new RegExp(String.raw`${start}(service\s+\S+\s+(?:restart|stop|start|reload))\b`),
  new RegExp(String.raw`${start}(curl(?=\s)[^;|&]*\s(?:-X\s*|--request[=\s]\s*)(?:POST|PUT|PATCH|DELETE))\b`),
];

/** SQL stands in quotes: asked of the line as it is. */
const writingSql = new RegExp(
  String.raw`${start}(?:psql|mysql|mariadb|sqlite3)\b.*["'\s](?:delete\s+from|update\s+\S+\s+set|insert\s+into|drop\s+\w+|alter\s+\w+|truncate)\b`,
  'i',
);

/** Commands that are for nothing but an effect; what names a temporary file may be its own. */
const removing = new RegExp(
  String.raw`${start}(rm|mv|cp|touch|pkill|killall|kill|mkfs\S*|dropdb|createdb)(\s[^;&|\n]*)?(?=$|[;&|\n])`,
);
const own = /\$\{?(?:tmp|temp|work|dir|scratch)\w*|\/tmp\/|\bmktemp\b|\$BACKOUT_/i;
const redirect = /(?:^|[^<>&=-])(?:[12]?)>{1,2}\s*(?![&>(=])("?[^\s;&|)"]+)/;
const ownTarget =
  /^"?(?:\/dev\/(?:null|stdout|stderr|fd\/\d+)|\$\{?(?:BACKOUT_\w+|tmp|temp|work|dir|scratch)|\/tmp\/)/i;

export function effectsInShell(text: string): readonly string[] {
  const made = temporaryFiles(text);
  const isOwn = (line: string): boolean => own.test(line) || variablesIn(line).some((name) => made.has(name));
  const isOwnTarget = (target: string): boolean =>
    ownTarget.test(target) || variablesIn(target).some((name) => made.has(name));
  return shellLines(text).flatMap((line) => {
    if (/^\s*#/.test(line)) return [];
    const words = unquoted(line);
    const [, plain] = acting.map((pattern) => pattern.exec(words)).find((found) => found !== null) ?? [];
    if (plain !== undefined)
      return [plain.replaceAll(/\s+/g, ' ').replace(/^curl .*(POST|PUT|PATCH|DELETE)$/, 'curl $1')];
    if (writingSql.test(withoutSqlTexts(line))) return ['SQL that writes'];
    const [, command, rest = ''] = removing.exec(words) ?? [];
    if (command !== undefined && !isOwn(line) && !(command === 'kill' && /\s-0\b/.test(rest))) return [command];
    const [, target] = redirect.exec(words) ?? [];
    return target === undefined || isOwnTarget(target) ? [] : [`a redirection to ${target.replaceAll('"', '')}`];
  });
}

/** What is quoted is text and no command, and its > compares; the target of a redirection stays. */
function unquoted(line: string): string {
  return line.replaceAll(/'[^']*'/g, '_').replaceAll(/(>\s*)?"[^"]*"/g, (text, target) => (target ? text : '_'));
}

/** The variables that name a file made by mktemp. */
function temporaryFiles(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/\b(\w+)=["']?(?:\$\(|`)\s*mktemp\b/g)].map(([, name = '']) => name));
}

function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
}

/** SQL in double quotes has its texts in single ones: what stands in them is compared, not done. */
function withoutSqlTexts(line: string): string {
  const from = line.search(/\b(?:psql|mysql|mariadb|sqlite3)\b/);
  if (from < 0) return line;
  const sql = line
    .slice(from)
    .replaceAll(/"[^"]*"|'[^']*'/g, (text) => (text.startsWith('"') ? text.replaceAll(/'[^']*'/g, '_') : text));
  return line.slice(0, from) + sql;
}
