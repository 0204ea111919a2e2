/**
 * A value in `run:` stays text (issue item 3): shown by running the rewritten text with the real shells. Faults that
 * were planted and caught: `"$V"` without quotes, `${V}` bare where unquoted, `(` `)` of a case not told apart,
 * a here-document's body read as words, an expression's own quotes taken for the shell's.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rewriteShell } from '../../src/playbook/shell-references.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shell-references-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const values = [
  `'; touch pwned; $(id) "`,
  "`touch pwned` $(touch pwned) ${HOME} $HOME \\ \\\\ \\n !x # & | > pwned ) ;; esac } done fi '' \"",
  '  two  spaces * ? [a-z] ~ {a,b}\n\nEOF\n\tümläut € 😀\nb ',
  '-n',
];

const shells = [
  { shell: '/bin/sh', args: ['-e', '-c'] },
  { shell: 'bash', args: ['-eo', 'pipefail', '-c'] },
];

/** Runs it in an empty folder with every binding set to `value`. */
function run(shell: string, args: readonly string[], source: string, value: string): string {
  const rewritten = rewriteShell(source);
  if (!rewritten.ok) throw new Error(rewritten.error.map(({ message }) => message).join('\n'));
  const env: Record<string, string> = { PATH: process.env.PATH ?? '', HOME: folder };
  for (const { variable } of rewritten.value.bindings) env[variable] = value;
  const output = execFileSync(shell, [...args, rewritten.value.text], { cwd: folder, env, encoding: 'utf8' });
  expect(readdirSync(folder)).toEqual([]);
  return output;
}

/** Each prints `<` value `>`. */
const allowed: readonly (readonly [string, string])[] = [
  ['unquoted', "printf '<%s>' ${{ v }}"],
  ['unquoted, glued to words', "printf '%s' '<'${{ v }}'>'"],
  ['in an assignment', 'x=${{ v }}; printf "<%s>" "$x"'],
  ['in double quotes', 'printf %s "<${{ v }}>"'],
  ['in double quotes with an escaped quote before it', 'printf %s "<${{ v }}>" | sed "s/\\"never\\"//"'],
  ['in a substitution', "printf '<%s>' \"$(printf '%s.' ${{ v }} | sed '$ s/\\.$//')\""],
  ['in a substitution in double quotes', 'x="$(printf %s. "${{ v }}")"; printf "<%s>" "${x%.}"'],
  ['after a case with its parentheses', 'x=$(case a in a) printf %s a;; (b) ;; esac); printf "<%s>" ${{ v }}'],
  ['inside a case in a substitution', 'x="$(case a in a) printf %s. ${{ v }};; esac)"; printf "<%s>" "${x%.}"'],
  ['as the word of a case', 'case ${{ v }} in ${{ v }}) printf "<%s>" ${{ v }};; *) exit 9;; esac'],
  ['in a default value', "printf '<%s>' ${nothing:-${{ v }}}"],
  ['in a default value in double quotes', 'printf "<%s>" "${nothing:-${{ v }}}"'],
  ['in an alternative value', 'x=1; printf "<%s>" "${x:+${{ v }}}"'],
  ['in a here-document', 'cat <<EOF\n<${{ v }}>\nEOF\n'],
  ['in a here-document with tabs', 'cat <<-EOF\n\t<${{ v }}>\n\tEOF\n'],
  ['after a here-document', "cat <<'EOF' >/dev/null\nit's $(\nEOF\nprintf '<%s>' ${{ v }}"],
  ['in the second of two here-documents', "cat <<'A' >/dev/null; cat <<B\nit's\nA\n<${{ v }}>\nB\n"],
  ['in a substitution in a here-document', 'cat <<EOF\n$(printf "<%s>" ${{ v }})\nEOF\n'],
  ['after a comment with an apostrophe', "# it's\nprintf '<%s>' ${{ v }}"],
  ['after a comment behind a continued line', "true \\\n# it's\nprintf '<%s>' ${{ v }}"],
  ['after a # inside a word', "x=a#b; printf '<%s>' ${{ v }}"],
  ['after an escaped quote', "printf '%s' \\' >/dev/null; printf '<%s>' ${{ v }}"],
  ['after arithmetic', 'x=$(( (1 + 2) * 3 )); printf "<%s>" ${{ v }}'],
  ['after a shift in arithmetic', 'x=$(( 1 << 2 )); printf "<%s>" ${{ v }}'],
  ['in a subshell', "( printf '<%s>' ${{ v }} )"],
  ['in a subshell in a substitution', "printf %s \"$( ( printf '<%s.>' ${{ v }} ) | sed '$ s/\\.>$/>/')\""],
  ['in a function', 'f() { printf \'<%s>\' "$1"; }; f ${{ v }}'],
  ['in a pipe', "printf '<%s>' ${{ v }} | cat"],
  ['in a loop', 'for x in ${{ v }}; do printf \'<%s>\' "$x"; done'],
  ['in a test', 'if [ ${{ v }} = "${{ v }}" ]; then printf \'<%s>\' ${{ v }}; fi'],
  ['twice in one word', 'x=${{ v }}${{ w }}; y="${{ w }}"; printf "<%s>" "${x%"$y"}"'],
  ['with quotes in its expression', "printf '<%s>' ${{ steps['a'].outputs.b }}"],
  ['with quotes in its expression, in double quotes', 'printf "<%s>" "${{ steps["a"].outputs.b }}"'],
  ['with braces in its expression', "printf '<%s>' ${{ {'a': {'b': v}}['a']['b'] }}"],
];

describe('a value stays text', () => {
  for (const { shell, args } of shells) {
    test.each(allowed)(`${shell}, %s`, (_name, source) => {
      for (const value of values) {
        const printed = run(shell, args, source, value);
        expect(printed.replace(/\n$/, '')).toBe(`<${value}>`);
      }
    });
  }

  test('sh, after an apostrophe that is literal in "${…}"', () => {
    const source = 'printf "<%s>" "${nothing:+it\'s}${{ v }}"';
    for (const value of values) expect(run('/bin/sh', ['-e', '-c'], source, value)).toBe(`<${value}>`);
  });

  test('bash, in [[ … ]] it is compared as text', () => {
    const source = 'if [[ x${{ v }} == x${{ v }} && -n ${{ v }} ]]; then printf "<%s>" ${{ v }}; fi';
    for (const value of values) expect(run('bash', ['-eo', 'pipefail', '-c'], source, value)).toBe(`<${value}>`);
  });

  test('bash, in a here-string and an array', () => {
    const source = 'a=(x ${{ v }}); [ ${#a[@]} = 2 ] && printf \'<%s>\' "$(cat <<< ${{ v }}; printf .)"';
    for (const value of values) expect(run('bash', ['-eo', 'pipefail', '-c'], source, value)).toBe(`<${value}\n.>`);
  });
});

describe('where it would not stay text it is refused', () => {
  test.each([
    ['single quotes', "echo '${{ v }}'", /single quotes/],
    ['single quotes around its own quotes', "echo 'x ${{ steps['a'].outputs.b }} y'", /single quotes/],
    ['single quotes, and nothing behind them', "echo 'x ${{ steps['a'].outputs.b }} y' ${{ v }}", /single quotes/],
    ["$'…'", "echo $'a\\'${{ v }}'", /\$'…'/],
    ['backticks', 'echo `echo ${{ v }}`', /backticks/],
    ['backticks in double quotes', 'echo "`echo ${{ v }}`"', /backticks/],
    ['a quoted here-document', "cat <<'EOF'\n${{ v }}\nEOF\n", /here-document/],
    ['a here-document with an escaped delimiter', 'cat <<\\EOF\n${{ v }}\nEOF\n', /here-document/],
    ['a comment', 'true # ${{ v }}', /comment/],
    ['arithmetic', 'echo $(( ${{ v }} + 1 ))', /arithmetic/],
    ['arithmetic in double quotes', 'echo "$((${{ v }}))"', /arithmetic/],
    ['old arithmetic', 'echo $[ ${{ v }} ]', /arithmetic/],
    ['an arithmetic command', '(( x = ${{ v }} ))', /arithmetic/],
    ['a C-like loop', 'for ((i=0; i<${{ v }}; i++)); do :; done', /arithmetic/],
    ['a subscript', 'a[${{ v }}]=1', /subscript/],
    ['a subscript in ${…}', 'echo "${a[${{ v }}]}"', /would not keep/],
    ['a pattern', 'echo "${x#${{ v }}}"', /would not keep/],
    ['a replacement', 'echo "${x/${{ v }}/y}"', /would not keep/],
    ['an offset', 'echo "${x:${{ v }}}"', /would not keep/],
    ['an unquoted assignment', 'echo ${x:=${{ v }}}', /would not keep/],
    ['inner quotes', 'echo "${x:-"${{ v }}"}"', /quotes inside/],
    ['a comparison of numbers in [[', '[[ ${{ v }} -eq 1 ]]', /comparison of numbers/],
    ['a backslash', 'echo \\${{ v }}', /backslash/],
    ['a dollar', 'echo $${{ v }}', /behind a \$/],
    ['a dollar in double quotes', 'echo "$${{ v }}"', /behind a \$/],
    ['no end', 'echo ${{ v }', /not closed/],
  ])('%s', (_name, source, why) => {
    const rewritten = rewriteShell(source);
    if (rewritten.ok) throw new Error(`accepted: ${rewritten.value.text}`);
    const [fault, ...others] = rewritten.error;
    expect(others).toEqual([]);
    expect(fault?.message).toMatch(why);
    expect(source.slice(fault?.start, (fault?.start ?? 0) + 3)).toBe('${{');
    expect(fault?.remedy).not.toBe('');
  });

  test('bash really evaluates what is refused', () => {
    const evil = 'a[$(touch evaluated >&2)]';
    const file = join(folder, 'evaluated');
    execFileSync('bash', ['-c', '[[ "$V" -eq 0 ]]'], { cwd: folder, env: { ...process.env, V: evil } });
    expect(existsSync(file)).toBe(true);
    rmSync(file);
  });
});

test('text without references is not touched', () => {
  const source = "echo '$BACKOUT' `id` $(( 1 )) # it's";
  expect(rewriteShell(source)).toEqual({ ok: true, value: { text: source, bindings: [] } });
});

test('one expression has one variable', () => {
  const rewritten = rewriteShell('echo ${{ a }} ${{  a  }} "${{ b }}"');
  expect(rewritten).toEqual({
    ok: true,
    value: {
      text: 'echo "$BACKOUT_V1" "$BACKOUT_V1" "${BACKOUT_V2}"',
      bindings: [
        { variable: 'BACKOUT_V1', expression: 'a' },
        { variable: 'BACKOUT_V2', expression: 'b' },
      ],
    },
  });
});
